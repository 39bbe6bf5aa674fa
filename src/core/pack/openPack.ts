import type { PackSelection } from '../../protocol/pack.js';
import type { Files } from '../host.js';
import type { Roots } from '../repository/roots.js';
import { formsOf } from '../view/ownKeys.js';
import {
  appendRecords,
  cutLog,
  logPath,
  logStart,
  placeAfter,
  readLog,
  type LogEnd,
  type LogRecord,
} from './changeLog.js';
import type { KnownFile } from './known.js';
import type { ChangeEntry, PackOptions } from './packer.js';
import { briefStart, parseChange } from './frames.js';
import { applyParsed } from './rebuild.js';
import type { Snapshot } from './snapshotStore.js';

/** Where a pack is opened. */
export type OpenPlace = Pick<PackOptions, 'roots' | 'selection' | 'stateFolder'>;

/** A frozen pack with the change log over it, and what they tell of each file. */
export interface OpenPack {
  readonly roots: Roots;
  /** Which files the user wants now; it may change while sessions run. */
  selection: PackSelection;
  readonly stateFolder: string;
  readonly snapshot: Snapshot;
  readonly entries: readonly ChangeEntry[];
  /** Files that the pack or the log names and that are not gone. */
  readonly known: Map<string, KnownFile>;
  readonly logTokens: number;
  /** The hash that stands for the first `number` entries; `undefined` where there are fewer. */
  chainAt(number: number): string | undefined;
  /** The view that the model knows of a file now, if any. */
  toldView(path: string): string | undefined;
  /** Diffs that have told a file since its text last stood whole. */
  diffsOf(path: string): number;
  /** Entries that told the file, of every kind. */
  changesOf(path: string): number;
  /** Some text of the file stands in the frozen bytes, told of it now or earlier, whole or in part. */
  hasShown(path: string): boolean;
  /** Every path that pack or log have named. */
  namedPaths(): Iterable<string>;
  /** Takes in what other processes appended; the caller holds the lock. Answers with what was wrong, if anything. */
  catchUp(): Promise<string | undefined>;
  /** Appends; the caller holds the lock and has caught up. */
  append(records: readonly LogRecord[]): Promise<void>;
}

/** What the log has told so far; a log that another process had to cut is told from the start again. */
interface Told {
  records: LogRecord[];
  entries: ChangeEntry[];
  chains: string[];
  known: Map<string, KnownFile>;
  views: Map<string, string | undefined>;
  diffs: Map<string, number>;
  changes: Map<string, number>;
  shown: Set<string>;
  tokens: number;
  end: LogEnd;
}

export function createOpenPack(
  files: Files,
  { roots, selection, stateFolder }: OpenPlace,
  snapshot: Snapshot,
): OpenPack {
  const path = logPath(stateFolder, snapshot.report);
  const spans = new Map(snapshot.files.flatMap(({ path: of, span }) => (span === undefined ? [] : [[of, span]])));
  let told = nothingTold(snapshot);

  /** Asked rarely: only of files that are hidden now. */
  const hasBrief = (of: string): boolean => snapshot.bytes.includes(briefStart(of, snapshot.report.snapshot));
  const hasShown = (of: string): boolean => spans.has(of) || told.shown.has(of) || hasBrief(of);

  function toldView(of: string): string | undefined {
    if (told.views.has(of)) return told.views.get(of);
    const span = spans.get(of);
    return span === undefined ? undefined : snapshot.bytes.toString('utf8', span.start, span.end);
  }

  function take(record: LogRecord): void {
    const { entry, after } = record;
    const source = entry.from ?? entry.path;
    const change = parseChange(entry.text);
    const view = applyParsed(toldView(source), change);
    const diffs = change.body === 'diff' ? (told.diffs.get(source) ?? 0) + 1 : (told.diffs.get(source) ?? 0);
    if (entry.from !== undefined) {
      told.views.set(entry.from, undefined);
      told.known.delete(entry.from);
      if (hasShown(entry.from)) told.shown.add(entry.path);
    }
    told.views.set(entry.path, view);
    told.changes.set(entry.path, (told.changes.get(source) ?? 0) + 1);
    told.diffs.set(entry.path, change.body === 'full' ? 0 : diffs);
    if (change.body !== 'none') told.shown.add(entry.path);
    if (after === null) told.known.delete(entry.path);
    else told.known.set(entry.path, after);
    told.records.push(record);
    told.entries.push(entry);
    told.tokens += entry.tokens;
    told.chains.push(placeAfter({ number: told.chains.length - 1, chain: told.chains.at(-1) ?? '' }, record).chain);
  }

  /** The log's file is not what this process knew: as much as can be is kept, what others have told since included. */
  async function mend(damage: string): Promise<string> {
    const whole = await readLog(files, path, logStart(snapshot.report));
    if (whole.damage !== undefined) await cutLog(files, path, whole.end.length);
    const common = told.chains[whole.records.length];
    if (common === whole.end.chain && whole.records.length < told.records.length) {
      // It lost its end, or all of it, and nobody has gone on from there: what this process knows is put back.
      told.end = await appendRecords(files, path, whole.end, told.records.slice(whole.records.length));
      return damage;
    }
    told = nothingTold(snapshot);
    whole.records.forEach(take);
    told.end = whole.end;
    return damage;
  }

  return {
    roots,
    selection,
    stateFolder,
    snapshot,
    toldView,
    get entries() {
      return told.entries;
    },
    get known() {
      return told.known;
    },
    get logTokens() {
      return told.tokens;
    },
    chainAt: (number) => told.chains[number],
    diffsOf: (of) => told.diffs.get(of) ?? 0,
    changesOf: (of) => told.changes.get(of) ?? 0,
    hasShown,
    namedPaths: () => new Set([...snapshot.files.map(({ path: of }) => of), ...told.changes.keys()]),
    async catchUp() {
      const log = await readLog(files, path, told.end);
      if (log.damage !== undefined) return mend(log.damage);
      log.records.forEach(take);
      told.end = log.end;
      return undefined;
    },
    async append(records) {
      if (records.length === 0) return;
      told.end = await appendRecords(files, path, told.end, records);
      records.forEach(take);
    },
  };
}

/** A key in frozen bytes would have every later request refused, also when it is long gone from the disk. */
export function holdsAny({ snapshot, entries }: OpenPack, keys: readonly string[]): boolean {
  return keys
    .flatMap(formsOf)
    .some((form) => snapshot.bytes.includes(form) || entries.some((entry) => entry.text.includes(form)));
}

function nothingTold({ report, files }: Snapshot): Told {
  const start = logStart(report);
  return {
    records: [],
    entries: [],
    chains: [start.chain],
    known: new Map(files.map(({ span: _span, ...file }) => [file.path, file])),
    views: new Map(),
    diffs: new Map(),
    changes: new Map(),
    shown: new Set(),
    tokens: 0,
    end: start,
  };
}
