/** What the records of the journal come to. */
import type { Files, Log } from '../host.js';
import type { CheckpointInfo } from './checkpoint.js';
import { isEqual } from './fileStates.js';
import {
  listIds,
  readCheckpoint,
  type BufferState,
  type CheckpointFile,
  type FileState,
  type JournalRecord,
} from './journalRecords.js';

/** From what to what the agent has changed something. */
export interface Lineage<State> {
  before: State;
  after?: State;
  /** Planned, and nobody has said that it was done. */
  open?: { from: State; to: State };
  /** Between two changes of the agent's somebody else changed it, which going back to `before` would lose. */
  isMixed?: boolean;
}

export interface RecordedFile extends Lineage<FileState> {
  newFolders: string[];
  /** Of the folders on the way to it, outermost first; may end early. */
  folderModes: readonly number[];
  byCommand: boolean;
  /** What was changed in an editor's unsaved text. */
  buffer?: Lineage<BufferState>;
}

export interface Recorded {
  info: CheckpointInfo;
  files: Map<string, RecordedFile>;
  owner: string;
  isEnded: boolean;
  isReady: boolean;
  /** Paths about which nobody has to be asked any more, after a crash. */
  settled: Set<string>;
  /** Of every state that it names. */
  blobs: ReadonlySet<string>;
}

/** Every checkpoint that can be told of, oldest first. */
export async function readAll(place: {
  files: Files;
  stateFolder: string;
  log: Log;
}): Promise<ReadonlyMap<string, Recorded>> {
  const all = new Map<string, Recorded>();
  for (const id of await listIds(place)) {
    const read = await readCheckpoint(place, id);
    const recorded = read === undefined ? undefined : interpret(read);
    if (recorded !== undefined) all.set(id, recorded);
  }
  markUndone(all);
  return all;
}

/** `undefined` where the first record is missing, or all of it was put back. */
export function interpret({ records }: CheckpointFile): Recorded | undefined {
  const [begin] = records;
  if (begin?.type !== 'begin') return undefined;
  const { id, session, title, at, restores, owner } = begin;
  const recorded = {
    info: {
      ...{ id, session, title, at, paths: [], changedByCommands: [], restored: false },
      ...(restores === undefined ? {} : { restores }),
    } as CheckpointInfo,
    files: new Map<string, RecordedFile>(),
    owner,
    isEnded: false,
    isReady: false,
    settled: new Set<string>(),
    blobs: blobsOf(records),
  };
  for (const entry of records) if (!take(recorded, entry)) return undefined;
  recorded.info.paths.sort();
  recorded.info.changedByCommands = [...new Set(recorded.info.changedByCommands)].sort();
  return recorded;
}

/** Answers false if the checkpoint is void. */
function take(recorded: Recorded, entry: JournalRecord): boolean {
  const { info, files } = recorded;
  switch (entry.type) {
    case 'begin':
      break;
    case 'reopened':
      recorded.owner = entry.owner;
      recorded.isEnded = false;
      recorded.settled.clear();
      break;
    case 'settled':
      for (const path of entry.paths) recorded.settled.add(path);
      break;
    case 'before':
      takeBefore(recorded, entry);
      break;
    case 'planned': {
      const file = files.get(entry.path);
      if (file === undefined) break;
      if (entry.resumes === undefined && !isEqual(entry.from, file.after ?? file.before)) file.isMixed = true;
      file.open = { from: entry.from, to: entry.to };
      break;
    }
    case 'ready':
      recorded.isReady = true;
      break;
    case 'after': {
      const file = files.get(entry.path);
      if (file === undefined) break;
      file.after = entry.state;
      delete file.open;
      break;
    }
    case 'bufferPlanned': {
      const file = files.get(entry.path);
      if (file !== undefined) file.buffer = planBuffer(file.buffer, entry);
      break;
    }
    case 'bufferAfter': {
      const buffer = files.get(entry.path)?.buffer;
      if (buffer?.open === undefined) break;
      buffer.after = buffer.open.to;
      delete buffer.open;
      break;
    }
    case 'command':
      info.changedByCommands.push(...entry.paths);
      break;
    case 'restored':
      info.restored = true;
      break;
    case 'end':
      recorded.isEnded = true;
      return entry.void === undefined;
  }
  return true;
}

function takeBefore({ info, files }: Recorded, entry: JournalRecord & { type: 'before' }): void {
  const { path, state, newFolders, folderModes = [] } = entry;
  const byCommand = entry.byCommand === true;
  const known = files.get(path);
  if (known === undefined) files.set(path, { before: state, newFolders, folderModes, byCommand });
  // The agent itself changes it too now: what a command had made of it is no longer all there is to take back.
  else if (known.byCommand && !byCommand) known.byCommand = false;
  else return;
  if (!byCommand) info.paths.push(path);
}

/** A plan that nobody has said was done, and from which the next one does not go on, came to nothing. */
function planBuffer(
  known: Lineage<BufferState> | undefined,
  { from, to }: { from: BufferState; to: BufferState },
): Lineage<BufferState> {
  const isDone = known?.open !== undefined && known.open.to.text === from.text;
  const last = isDone ? known.open!.to : known?.after;
  if (known === undefined || last === undefined) return { before: from, open: { from, to } };
  const isMixed = known.isMixed === true || last.text !== from.text;
  return { before: known.before, after: last, open: { from, to }, ...(isMixed ? { isMixed } : {}) };
}

function blobsOf(records: readonly JournalRecord[]): Set<string> {
  const hashesOf = (state: FileState): string[] => (state.kind === 'file' ? [state.sha256] : []);
  const hashes = records.flatMap((entry) => {
    if (entry.type === 'planned') return [entry.from, entry.to].flatMap(hashesOf);
    if (entry.type === 'bufferPlanned')
      return [entry.from, entry.to].flatMap(({ text, saved }) => [text, ...hashesOf(saved)]);
    return entry.type === 'before' || entry.type === 'after' ? hashesOf(entry.state) : [];
  });
  return new Set(hashes);
}

/** A restore that was itself undone counts for nothing: what it had undone stands again. In order of time. */
function markUndone(all: ReadonlyMap<string, Recorded>): void {
  for (const { info } of [...all.values()].reverse()) {
    const undone = info.restores === undefined ? undefined : all.get(info.restores);
    if (undone === undefined || !info.restored) continue;
    const restorers = [...all.values()].filter((one) => one.info.restores === undone.info.id);
    undone.info.restored = restorers.some((one) => !one.info.restored);
  }
}

export function listCheckpoints(all: ReadonlyMap<string, Recorded>): CheckpointInfo[] {
  return [...all.values()]
    .map(({ info }) => info)
    .filter(({ paths, changedByCommands }) => paths.length + changedByCommands.length > 0)
    .reverse();
}

/** Nobody but the agent has been there: it is as it was left, or was about to be. */
export function isAsLeft({ before, after, open, isMixed }: Lineage<FileState>, now: FileState): boolean {
  if (isMixed === true) return false;
  if (isEqual(now, after ?? before)) return true;
  return open !== undefined && isAsPlanned(open, now);
}

/** What mode a new file gets is the system's to say. */
export function isAsPlanned({ from, to }: { from: FileState; to: FileState }, now: FileState): boolean {
  if (from.kind === 'missing' && to.kind === 'file') return now.kind === 'file' && now.sha256 === to.sha256;
  return isEqual(now, to);
}

/** Those that were made for new files, whichever of them came first: they go when they are empty again. */
export function foldersOf({ files }: Recorded): string[] {
  return [...files.values()].flatMap(({ newFolders }) => newFolders);
}
