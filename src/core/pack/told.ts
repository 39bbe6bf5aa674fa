/** What pack and change log tell of each file, taken in record by record. Nothing is read or written here. */
import { logStart, placeAfter, type LogRecord } from './changeLog.js';
import { briefStart, parseChange } from './frames.js';
import type { KnownFile } from './known.js';
import type { ChangeEntry } from './packer.js';
import { applyParsed } from './rebuild.js';
import type { Snapshot } from './snapshotStore.js';

export interface Told {
  readonly records: readonly LogRecord[];
  readonly entries: readonly ChangeEntry[];
  /** Of the entries. */
  readonly tokens: number;
  /** Files that the pack or the log names and that are not gone. */
  readonly known: Map<string, KnownFile>;
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
  /** The next record of the log. */
  take(record: LogRecord): void;
}

/** By the pack alone. */
export function createTold({ report, files, bytes }: Snapshot): Told {
  const spans = new Map(files.flatMap(({ path, span }) => (span === undefined ? [] : [[path, span]])));
  const records: LogRecord[] = [];
  const entries: ChangeEntry[] = [];
  const chains = [logStart(report).chain];
  const known = new Map<string, KnownFile>(files.map(({ span: _span, ...file }) => [file.path, file]));
  const views = new Map<string, string | undefined>();
  const diffs = new Map<string, number>();
  const changes = new Map<string, number>();
  const shown = new Set<string>();
  let tokens = 0;

  /** Asked rarely: only of files that are hidden now. */
  const hasBrief = (path: string): boolean => bytes.includes(briefStart(path, report.snapshot));
  const hasShown = (path: string): boolean => spans.has(path) || shown.has(path) || hasBrief(path);

  function toldView(path: string): string | undefined {
    if (views.has(path)) return views.get(path);
    const span = spans.get(path);
    return span === undefined ? undefined : bytes.toString('utf8', span.start, span.end);
  }

  function takeChange({ entry, after }: LogRecord): void {
    const { path, from } = entry;
    const source = from ?? path;
    const change = parseChange(entry.text);
    const view = applyParsed(toldView(source), change);
    const diffsBefore = diffs.get(source) ?? 0;
    if (from !== undefined) {
      views.set(from, undefined);
      known.delete(from);
      if (hasShown(from)) shown.add(path);
    }
    views.set(path, view);
    changes.set(path, (changes.get(source) ?? 0) + 1);
    diffs.set(path, change.body === 'full' ? 0 : change.body === 'diff' ? diffsBefore + 1 : diffsBefore);
    if (change.body !== 'none') shown.add(path);
    if (after === null) known.delete(path);
    else known.set(path, after);
  }

  return {
    records,
    entries,
    known,
    get tokens() {
      return tokens;
    },
    chainAt: (number) => chains[number],
    toldView,
    diffsOf: (path) => diffs.get(path) ?? 0,
    changesOf: (path) => changes.get(path) ?? 0,
    hasShown,
    namedPaths: () => new Set([...files.map(({ path }) => path), ...changes.keys()]),
    take(record) {
      takeChange(record);
      records.push(record);
      entries.push(record.entry);
      tokens += record.entry.tokens;
      chains.push(placeAfter({ number: chains.length - 1, chain: chains.at(-1) ?? '' }, record).chain);
    },
  };
}
