import type { PackSelection } from '../../protocol/pack.js';
import type { Files } from '../host.js';
import type { Roots } from '../repository/roots.js';
import { formsOf } from '../view/ownKeys.js';
import { appendRecords, cutLog, logPath, logStart, readLog, type LogEnd, type LogRecord } from './changeLog.js';
import type { PackOptions } from './packer.js';
import type { Snapshot } from './snapshotStore.js';
import { createTold, type Told } from './told.js';

/** Where a pack is opened. */
export type OpenPlace = Pick<PackOptions, 'roots' | 'selection' | 'stateFolder'>;

/** A frozen pack with the change log over it, and what they tell of each file. */
export interface OpenPack extends Omit<Told, 'records' | 'tokens' | 'take'> {
  readonly roots: Roots;
  /** Which files the user wants now; it may change while sessions run. */
  selection: PackSelection;
  readonly stateFolder: string;
  readonly snapshot: Snapshot;
  readonly logTokens: number;
  /** Takes in what other processes appended; the caller holds the lock. Answers with what was wrong, if anything. */
  catchUp(): Promise<string | undefined>;
  /** Appends; the caller holds the lock and has caught up. */
  append(records: readonly LogRecord[]): Promise<void>;
}

export function createOpenPack(
  files: Files,
  { roots, selection, stateFolder }: OpenPlace,
  snapshot: Snapshot,
): OpenPack {
  const path = logPath(stateFolder, snapshot.report);
  /** A log that another process had to cut is told from the start again. */
  let told = createTold(snapshot);
  let end = logStart(snapshot.report);

  function take(records: readonly LogRecord[], upTo: LogEnd): void {
    for (const record of records) told.take(record);
    end = upTo;
  }

  /** The log's file is not what this process knew: as much as can be is kept, what others have told since included. */
  async function mend(damage: string): Promise<string> {
    const whole = await readLog(files, path, logStart(snapshot.report));
    if (whole.damage !== undefined) await cutLog(files, path, whole.end.length);
    const common = told.chainAt(whole.records.length);
    if (common === whole.end.chain && whole.records.length < told.records.length) {
      // It lost its end, or all of it, and nobody has gone on from there: what this process knows is put back.
      end = await appendRecords(files, path, whole.end, told.records.slice(whole.records.length));
      return damage;
    }
    told = createTold(snapshot);
    take(whole.records, whole.end);
    return damage;
  }

  return {
    roots,
    selection,
    stateFolder,
    snapshot,
    get entries() {
      return told.entries;
    },
    get known() {
      return told.known;
    },
    get logTokens() {
      return told.tokens;
    },
    chainAt: (number) => told.chainAt(number),
    toldView: (of) => told.toldView(of),
    diffsOf: (of) => told.diffsOf(of),
    changesOf: (of) => told.changesOf(of),
    hasShown: (of) => told.hasShown(of),
    namedPaths: () => told.namedPaths(),
    async catchUp() {
      const log = await readLog(files, path, end);
      if (log.damage !== undefined) return mend(log.damage);
      take(log.records, log.end);
      return undefined;
    },
    async append(records) {
      if (records.length > 0) take(records, await appendRecords(files, path, end, records));
    },
  };
}

/** A key in frozen bytes would have every later request refused, also when it is long gone from the disk. */
export function holdsAny({ snapshot, entries }: OpenPack, keys: readonly string[]): boolean {
  return keys
    .flatMap(formsOf)
    .some((form) => snapshot.bytes.includes(form) || entries.some((entry) => entry.text.includes(form)));
}
