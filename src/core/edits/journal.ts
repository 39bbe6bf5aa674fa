/** Pre-images of whatever is changed, on disk before it changes; and the way back. */
import { dirname, join } from 'node:path';
import { BaleenError } from '../errors.js';
import type { Clock, Files, Log } from '../host.js';
import { resolveInside, type Place } from '../repository/pathGate.js';
import { absoluteOf, type Roots } from '../repository/roots.js';
import { titleOfRestore, type Checkpoint, type CheckpointInfo, type Journal, type RestorePlan } from './checkpoint.js';
import {
  blobPath,
  hashBytes,
  readRecords,
  recordsPath,
  toLine,
  type FileState,
  type JournalRecord,
} from './journalRecords.js';
import { removeLeftTemps } from './leftTemps.js';
import { readBlob, restoreFile } from './restore.js';

export interface JournalParts {
  files: Files;
  roots: Roots;
  /** Outside the workspace. */
  stateFolder: string;
  clock: Clock;
  randomHex: (digits: number) => string;
  log: Log;
}

export function createJournal(parts: JournalParts): Journal {
  let tidied: Promise<void> | undefined;
  /** Once, before the first change. */
  const tidy = (): Promise<void> => (tidied ??= removeLeftTemps(parts));
  return {
    async begin(about) {
      await tidy();
      return beginCheckpoint(parts, about);
    },
    async reopen(id) {
      await tidy();
      const { info, files } = await findCheckpoint(parts, id);
      return openCheckpoint(parts, id, info, [...files.keys()]);
    },
    list: async () => listCheckpoints(await readAll(parts)),
    plan: async (id) => planRestore(parts, await findCheckpoint(parts, id)),
    async readBefore(id, path) {
      const before = (await readAll(parts)).get(id)?.files.get(path)?.before;
      return before?.kind === 'file' ? readBlob(parts, before.sha256) : before?.kind;
    },
    async restore(plan, alsoTouched) {
      await tidy();
      return restoreCheckpoint(parts, plan, alsoTouched);
    },
  };
}

/** What the records say of one checkpoint. */
export interface Recorded {
  info: CheckpointInfo;
  files: Map<string, { before: FileState; after?: FileState; newFolders: string[] }>;
}

type About = { session: string; title: string; restores?: string };

function beginCheckpoint(parts: JournalParts, about: About): Checkpoint {
  return openCheckpoint(parts, `${parts.clock.now().toString(36)}-${parts.randomHex(8)}`, about);
}

/** `paths`: what a former process recorded; without them the checkpoint is a new one. */
function openCheckpoint(parts: JournalParts, id: string, about: About, paths?: readonly string[]): Checkpoint {
  const { files, roots, stateFolder, clock } = parts;
  const recorded = new Set<string>(paths);
  let isBegun = paths !== undefined;
  const append = async (entry: JournalRecord): Promise<void> => {
    if (!isBegun) {
      // A turn that changes nothing leaves nothing behind.
      await files.makeFolder(join(stateFolder, 'journal', 'blobs'), 0o700);
      const at = new Date(clock.now()).toISOString();
      await files.append(recordsPath(stateFolder), toLine({ type: 'begin', version: 1, id, at, ...about }));
      isBegun = true;
    }
    await files.append(recordsPath(stateFolder), toLine(entry));
  };
  return {
    id,
    async before(path) {
      const place = await resolveInside(files, roots, path, 'read');
      if ('refused' in place) throw new BaleenError(place.refused, 'refused');
      if (recorded.has(place.relative)) return;
      const { state, bytes } = await readState(files, place);
      if (bytes !== undefined && state.kind === 'file') await keepBlob(parts, state.sha256, bytes);
      const newFolders = state.kind === 'missing' ? await findNewFolders(files, roots, place.relative) : [];
      await append({ type: 'before', id, path: place.relative, state, newFolders });
      recorded.add(place.relative);
    },
    async after(path) {
      const place = await resolveInside(files, roots, path, 'read');
      if ('refused' in place) throw new BaleenError(place.refused, 'refused');
      const { state } = await readState(files, place);
      await append({ type: 'after', id, path: place.relative, state });
    },
    changedByCommand: async (paths) => {
      if (paths.length > 0) await append({ type: 'command', id, paths: [...paths].sort() });
    },
    get paths() {
      return [...recorded].sort();
    },
    close: async () => undefined,
  };
}

async function readState(files: Files, { absolute, inside }: Place): Promise<{ state: FileState; bytes?: Uint8Array }> {
  const stat = await files.lstat(absolute);
  if (stat === undefined) return { state: { kind: 'missing' } };
  const bytes = await files.read(absolute, undefined, inside);
  return { state: { kind: 'file', sha256: hashBytes(bytes), mode: stat.mode & 0o7777 }, bytes };
}

async function keepBlob({ files, stateFolder }: JournalParts, sha256: string, bytes: Uint8Array): Promise<void> {
  const path = blobPath(stateFolder, sha256);
  const stat = await files.lstat(path);
  if (stat?.kind === 'file' && hashBytes(await files.read(path)) === sha256) return;
  await files.makeFolder(dirname(path), 0o700);
  await files.replace(path, bytes, 0o600);
}

async function findNewFolders(files: Files, roots: Roots, relative: string): Promise<string[]> {
  const names = relative.split('/').slice(0, -1);
  const folders = names.map((_, index) => names.slice(0, index + 1).join('/'));
  const found: string[] = [];
  for (const folder of folders) if ((await files.lstat(absoluteOf(roots, folder))) === undefined) found.push(folder);
  return found;
}

async function readAll(parts: JournalParts): Promise<Map<string, Recorded>> {
  const all = new Map<string, Recorded>();
  for (const entry of await readRecords(parts.files, parts.stateFolder, parts.log)) {
    if (entry.type === 'begin') {
      const { id, session, title, at, restores } = entry;
      const info = { id, session, title, at, paths: [], changedByCommands: [], restored: false };
      all.set(id, { info: restores === undefined ? info : { ...info, restores }, files: new Map() });
      continue;
    }
    const checkpoint = all.get(entry.id);
    if (checkpoint === undefined) continue;
    if (entry.type === 'command') checkpoint.info.changedByCommands.push(...entry.paths);
    else if (entry.type === 'restored') checkpoint.info.restored = true;
    else if (entry.type === 'before') {
      if (checkpoint.files.has(entry.path)) continue;
      checkpoint.files.set(entry.path, { before: entry.state, newFolders: entry.newFolders });
      checkpoint.info.paths.push(entry.path);
    } else {
      const file = checkpoint.files.get(entry.path);
      if (file !== undefined) file.after = entry.state;
    }
  }
  for (const { info } of all.values()) {
    info.paths.sort();
    info.changedByCommands = [...new Set(info.changedByCommands)].sort();
  }
  markUndone(all);
  return all;
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

function listCheckpoints(all: ReadonlyMap<string, Recorded>): CheckpointInfo[] {
  return [...all.values()]
    .map(({ info }) => info)
    .filter(({ paths, changedByCommands }) => paths.length + changedByCommands.length > 0)
    .reverse();
}

async function findCheckpoint(parts: JournalParts, id: string): Promise<Recorded> {
  const found = (await readAll(parts)).get(id);
  if (found === undefined)
    throw new BaleenError(`There is no checkpoint ${id}. List them to see which there are.`, 'bad_usage');
  return found;
}

async function planRestore(parts: JournalParts, { info, files }: Recorded): Promise<RestorePlan> {
  const planned: RestorePlan['files'] = [];
  for (const path of info.paths) {
    const { before, after } = files.get(path)!;
    const place = await resolveInside(parts.files, parts.roots, path, 'read');
    // Where a link or a folder stands now, nothing is written: the user has made something else of the path.
    const now = 'refused' in place ? undefined : (await readState(parts.files, place)).state;
    const isBefore = now !== undefined && isEqual(now, before);
    const action = isBefore ? 'unchanged' : before.kind === 'missing' ? 'delete' : 'write back';
    const touched = !isBefore && (now === undefined || !isEqual(now, after ?? before));
    planned.push({ path, action, touched });
  }
  return { checkpoint: info, files: planned, changedByCommands: info.changedByCommands };
}

function isEqual(a: FileState, b: FileState): boolean {
  if (a.kind === 'missing' || b.kind === 'missing') return a.kind === b.kind;
  return a.sha256 === b.sha256 && a.mode === b.mode;
}

async function restoreCheckpoint(
  parts: JournalParts,
  plan: RestorePlan,
  alsoTouched: boolean,
): ReturnType<Journal['restore']> {
  const recorded = await findCheckpoint(parts, plan.checkpoint.id);
  // What was shown may be old by now; a file that the user has touched meanwhile is not what was agreed to.
  const now = await planRestore(parts, recorded);
  const { info } = recorded;
  const checkpoint = beginCheckpoint(parts, {
    session: info.session,
    title: titleOfRestore(info),
    restores: info.id,
  });
  const paths: string[] = [];
  const left: string[] = [];
  for (const { path, action, touched } of now.files) {
    const shown = plan.files.find((one) => one.path === path);
    if (shown === undefined || action === 'unchanged') continue;
    const isAgreed = !touched || (alsoTouched && shown.touched);
    const file = recorded.files.get(path)!;
    if (isAgreed && (await restoreFile(parts, checkpoint, path, file.before))) paths.push(path);
    else left.push(path);
  }
  const folders = [...recorded.files.values()].flatMap(({ newFolders }) => newFolders);
  for (const folder of [...new Set(folders)].sort().reverse()) await removeFolder(parts, folder);
  // Also where every file was back already, or the next undo would take this checkpoint again.
  if (left.length === 0) {
    const entry = toLine({ type: 'restored', id: info.id, by: checkpoint.id });
    await parts.files.append(recordsPath(parts.stateFolder), entry);
  }
  await checkpoint.close();
  return { checkpoint: checkpoint.id, paths, left };
}

async function removeFolder({ files, roots }: JournalParts, folder: string): Promise<void> {
  const probe = await resolveInside(files, roots, `${folder}/x`, 'read');
  if ('refused' in probe || probe.relative !== `${folder}/x`) return;
  await files.removeEmptyFolder(absoluteOf(roots, folder));
}
