/** What a crash left half done: restores are finished, turns are shown to the user. Whoever calls holds the lock. */
import { messageOf } from '../errors.js';
import { applyTargets, makeTarget, type Target } from './changeSet.js';
import type { Interrupted, InterruptedFile } from './checkpoint.js';
import { createWriter, type CheckpointWriter } from './checkpointWriter.js';
import { hasBlob, isEqual, readBlob } from './fileStates.js';
import { rememberFolders } from './folderMemory.js';
import { isHalfOfPlan } from './halfWritten.js';
import { removeEmptied } from './folders.js';
import type { JournalParts } from './journalParts.js';
import { appendRecords, type FileState } from './journalRecords.js';
import { foldersOf, isAsPlanned, type Lineage, type Recorded, type RecordedFile } from './journalState.js';
import { inPool } from './pool.js';
import { watchedBy } from './progress.js';
import { areSameLines } from './seenText.js';
import { hashOfSides, lookAtSides, planBuffer, readUnsaved, type Sides } from './unsavedText.js';

type All = ReadonlyMap<string, Recorded>;

/** Restores are agreed to as a whole, so that what is left of one is done without asking. Answers with their titles. */
export async function finishRestores(parts: JournalParts, all: All): Promise<string[]> {
  const finished: string[] = [];
  for (const recorded of listLeft(parts, all)) {
    const { restores } = recorded.info;
    if (restores === undefined) continue;
    if (recorded.isReady && (await finishRestore(parts, recorded, all.get(restores))))
      finished.push(recorded.info.title);
    else if (!recorded.isReady) await appendRecords(parts, recorded.info.id, [{ type: 'end', void: true }]);
  }
  return finished;
}

async function finishRestore(parts: JournalParts, recorded: Recorded, undone: Recorded | undefined): Promise<boolean> {
  const { info, files } = recorded;
  const progress = watchedBy({}, files.size);
  const other: string[] = [];
  try {
    const looking = rememberFolders(parts);
    const targets = await inPool([...files.keys()].sort(), async (path): Promise<Target[]> => {
      const file = files.get(path)!;
      const sides = await lookAtSides(looking, path, file);
      if (sides?.isLost === true) other.push(path);
      // It stood as planned before the end came, or was changed in an editor alone, where nothing is left to be done.
      if (file.open === undefined) return [];
      const { stands, canFinish } = await stand(looking, path, file, sides);
      if (stands === 'other') other.push(path);
      if (stands === 'other' || !canFinish) return [];
      const target = await plannedTarget(looking, path, file.open, sides, stands);
      return [{ ...target, folderModes: undone?.files.get(path)?.folderModes ?? [] }];
    });
    if (targets.flat().length > 0) await applyTargets(parts, writerOf(parts, recorded), targets.flat(), progress);
  } catch (error) {
    parts.log.warn(`“${info.title}” was interrupted and could not be finished: ${messageOf(error)}`);
    return false;
  }
  if (undone !== undefined) await removeEmptied(parts, foldersOf(undone));
  await appendRecords(parts, info.id, [{ type: 'end' }]);
  const isAllBack =
    other.length === 0 && [...(undone?.files ?? [])].every(([path, file]) => file.byCommand || files.has(path));
  if (isAllBack && undone !== undefined)
    await appendRecords(parts, undone.info.id, [{ type: 'restored', by: info.id }]);
  if (other.length > 0) {
    parts.log.warn(
      `“${info.title}” was interrupted; the rest of it was done now, but ${other.join(', ')} had been changed since and was left as it is.`,
    );
  }
  return true;
}

/** Turns that are nobody's any more and of which something stands or waits, newest first. */
export async function listInterrupted(parts: JournalParts, all: All): Promise<Interrupted[]> {
  const found: Interrupted[] = [];
  const looking = rememberFolders(parts);
  for (const recorded of listLeft(parts, all)) {
    const { info, files, settled } = recorded;
    if (info.restores !== undefined) continue;
    const open = info.paths.filter((path) => !settled.has(path));
    const looked = await inPool(open, async (path) => {
      const file = files.get(path)!;
      return stand(looking, path, file, await lookAtSides(looking, path, file));
    });
    const mine = looked.filter(({ canFinish, canUndo }) => canFinish || canUndo);
    if (mine.length > 0) {
      found.push({ checkpoint: info, files: mine });
      continue;
    }
    await removeEmptied(parts, foldersOf(recorded));
    await appendRecords(parts, info.id, [{ type: 'end' }]);
  }
  return found.reverse();
}

function listLeft({ owner }: JournalParts, all: All): Recorded[] {
  return [...all.values()].filter((recorded) => !recorded.isEnded && !owner.isAlive(recorded.owner));
}

type Standing = Pick<InterruptedFile, 'stands' | 'canFinish' | 'canUndo'>;

/** How a file stands, and what can be done about it. */
export async function stand(
  parts: JournalParts,
  path: string,
  file: RecordedFile,
  sides: Sides | undefined,
): Promise<InterruptedFile> {
  return { path, ...(await lookAtStanding(parts, file, sides)), seen: hashOfSides(sides) };
}

async function lookAtStanding(parts: JournalParts, file: RecordedFile, sides: Sides | undefined): Promise<Standing> {
  if (sides === undefined) return { stands: 'other', canFinish: false, canUndo: false };
  if (sides.isLost) return lookAtLost(parts, file);
  if (sides.disk !== undefined) return lookAtDisk(parts, sides.disk, sides.now);
  if (file.buffer === undefined || sides.open === undefined)
    return { stands: 'as before', canFinish: false, canUndo: false };
  const { stands, before, planned } = await planBuffer(parts, file.buffer, sides.open);
  return {
    stands: stands === 'as left' ? 'changed' : stands,
    canFinish: planned !== undefined && !areSameLines(planned, sides.open.text),
    canUndo: before !== undefined && stands !== 'as before',
  };
}

async function lookAtLost(parts: JournalParts, file: RecordedFile): Promise<Standing> {
  const isKept = async (which: 'before' | 'after'): Promise<boolean> =>
    (await readUnsaved(parts, file, which)) !== undefined;
  return { stands: 'lost', canFinish: await isKept('after'), canUndo: await isKept('before') };
}

async function lookAtDisk(
  parts: JournalParts,
  lineage: Lineage<FileState>,
  { state, bytes }: { state: FileState; bytes?: Uint8Array },
): Promise<Standing> {
  const { before, after, open } = lineage;
  const isKnown = [after, open?.from].some((known) => known !== undefined && isEqual(state, known));
  const look = async (): Promise<InterruptedFile['stands']> => {
    if (isEqual(state, before)) return 'as before';
    if (isKnown || (open !== undefined && isAsPlanned(open, state))) return 'changed';
    return open !== undefined && (await isHalfOfPlan(parts, open, bytes)) ? 'half written' : 'other';
  };
  return { stands: await look(), ...(await possible(parts, lineage, state)) };
}

async function possible(
  parts: JournalParts,
  { before, open }: Lineage<FileState>,
  now: FileState,
): Promise<Omit<Standing, 'stands'>> {
  const isWhole = async (state: FileState): Promise<boolean> =>
    state.kind === 'missing' || (await readBlob(parts, state.sha256)) !== undefined;
  const canFinish = open !== undefined && !isAsPlanned(open, now) && (await isWhole(open.to));
  // A turn may have thousands of old bytes, which are read when they are asked for.
  const isKept = before.kind === 'missing' || (await hasBlob(parts, before.sha256));
  return { canFinish, canUndo: !isEqual(now, before) && isKept };
}

/** What was planned last, from what stands there now. */
export async function plannedTarget(
  parts: JournalParts,
  path: string,
  { to }: { to: FileState },
  sides: Sides | undefined,
  stands: InterruptedFile['stands'],
): Promise<Target> {
  const target = await makeTarget(parts, path, sides?.now, to);
  return stands === 'half written' ? { ...target, resumes: true } : target;
}

/** Goes on with what a former process recorded. */
export function writerOf(parts: JournalParts, { info, files }: Recorded): CheckpointWriter {
  const { session, title, id } = info;
  return createWriter(parts, id, { session, title }, files);
}
