import type { PackSelection } from '../../protocol/pack.js';
import type { ChangeEntry, PackOptions } from './packer.js';
import { appendRecords, cutLog, logPath, readLog, type LogRecord } from './changeLog.js';

import type { KnownFile } from './known.js';
import { applyChange } from './rebuild.js';
import type { Snapshot } from './snapshotStore.js';
import type { Files } from '../host.js';

/** A frozen pack with the change log over it, and what they tell of each file. */
export interface OpenPack {
  root: string;
  selection: PackSelection;
  stateFolder: string;
  snapshot: Snapshot;
  entries: ChangeEntry[];
  /** Files that the pack or the log names and that are not gone. */
  known: Map<string, KnownFile>;
  logTokens: number;
  /** The view that the model knows of a file now, if any. */
  toldView(path: string): string | undefined;
  /** How many entries have told a change of a file. */
  changesOf(path: string): number;
  /** Takes in what other processes appended; the caller holds the lock. Answers with what was wrong, if anything. */
  catchUp(): Promise<string | undefined>;
  /** Appends; the caller holds the lock and has caught up. */
  append(records: readonly LogRecord[]): Promise<void>;
}

export function createOpenPack(
  files: Files,
  { root, selection, stateFolder }: Omit<PackOptions, 'budgetTokens'>,
  snapshot: Snapshot,
): OpenPack {
  const path = logPath(stateFolder, snapshot.report);
  const spans = new Map(snapshot.files.map((file) => [file.path, file.span]));
  const changedViews = new Map<string, string | undefined>();
  const changes = new Map<string, number>();
  let length = 0;

  const open: OpenPack = {
    root,
    selection,
    stateFolder,
    snapshot,
    entries: [],
    known: new Map(snapshot.files.map(({ span: _span, ...file }) => [file.path, file])),
    logTokens: 0,
    toldView(of) {
      if (changedViews.has(of)) return changedViews.get(of);
      const span = spans.get(of);
      return span === undefined ? undefined : snapshot.bytes.toString('utf8', span.start, span.end);
    },
    changesOf: (of) => changes.get(of) ?? 0,
    async catchUp() {
      const log = await readLog(files, path, length, open.entries.length + 1);
      log.records.forEach(take);
      if (log.damage === undefined) {
        length = log.length;
        return undefined;
      }
      // What is whole stays, and what the rest said is told again from the disk.
      if (log.length >= length && log.length > 0) await cutLog(files, path, log.length);
      else await rewrite();
      length = (await files.lstat(path))?.size ?? 0;
      return log.damage;
    },
    async append(records) {
      if (records.length === 0) return;
      length = await appendRecords(files, path, length, records);
      records.forEach(take);
    },
  };
  /** Kept as they were appended, so that a log that vanished under a running process can be written again. */
  const records: LogRecord[] = [];

  async function rewrite(): Promise<void> {
    const whole = [...records];
    await files.remove(path);
    if (whole.length > 0) await appendRecords(files, path, 0, whole);
  }

  function take(record: LogRecord): void {
    const { entry, after } = record;
    records.push(record);
    changedViews.set(entry.path, applyChange(open.toldView(entry.path), entry.text));
    changes.set(entry.path, open.changesOf(entry.path) + 1);
    if (after === null) open.known.delete(entry.path);
    else open.known.set(entry.path, after);
    open.entries.push(entry);
    open.logTokens += entry.tokens;
  }

  return open;
}
