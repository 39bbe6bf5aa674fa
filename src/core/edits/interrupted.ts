/** What a crash left half done: restores are finished, turns are shown to the user. Whoever calls holds the lock. */
import { messageOf } from '../errors.js';
import { applyTargets, makeTarget, type Target } from './changeSet.js';
import type { Interrupted, InterruptedFile, LostText, Settled, Settlement, Watching } from './checkpoint.js';
import { createWriter, type CheckpointWriter } from './checkpointWriter.js';
import { hasBlob, isEqual, readBlob } from './fileStates.js';
import { rememberFolders } from './folderMemory.js';
import { isHalfOfPlan } from './halfWritten.js';
import { removeEmptied } from './folders.js';
import type { JournalParts } from './journalParts.js';
import { appendRecords, type FileState } from './journalRecords.js';
import { foldersOf, isAsPlanned, type Lineage, type Recorded, type RecordedFile } from './journalState.js';
import { inPool } from './pool.js';
import { throwIfStopped, watchedBy, type Progress } from './progress.js';
import { applyAll } from './restore.js';
import { findNeeded, targetsOf, type FileTargets } from './restorePlan.js';
import { areSameLines } from './seenText.js';
import { lookAtSides, planBuffer, readUnsaved, type Sides } from './unsavedText.js';

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
      const { stands, canFinish } = await stand(looking, path, file, sides);
      if (stands === 'other') other.push(path);
      if (stands === 'other' || !canFinish) return [];
      const target = await plannedTarget(looking, path, file, sides, stands);
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
    const { info, files } = recorded;
    if (info.restores !== undefined) continue;
    const looked = await inPool(info.paths, async (path) => {
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

/** How a file stands, and what can be done about it. */
async function stand(
  parts: JournalParts,
  path: string,
  file: RecordedFile,
  sides: Sides | undefined,
): Promise<InterruptedFile> {
  if (sides === undefined) return { path, stands: 'other', canFinish: false, canUndo: false };
  if (sides.isLost) return lookAtLost(parts, path, file);
  if (sides.disk !== undefined) return lookAtDisk(parts, path, sides.disk, sides.now);
  if (file.buffer === undefined || sides.open === undefined)
    return { path, stands: 'as before', canFinish: false, canUndo: false };
  const { stands, before, planned } = await planBuffer(parts, file.buffer, sides.open);
  return {
    path,
    stands: stands === 'as left' ? 'changed' : stands,
    canFinish: planned !== undefined && !areSameLines(planned, sides.open.text),
    canUndo: before !== undefined && stands !== 'as before',
  };
}

async function lookAtLost(parts: JournalParts, path: string, file: RecordedFile): Promise<InterruptedFile> {
  const isKept = async (which: 'before' | 'after'): Promise<boolean> =>
    (await readUnsaved(parts, file, which)) !== undefined;
  return { path, stands: 'lost', canFinish: await isKept('after'), canUndo: await isKept('before') };
}

async function lookAtDisk(
  parts: JournalParts,
  path: string,
  lineage: Lineage<FileState>,
  { state, bytes }: { state: FileState; bytes?: Uint8Array },
): Promise<InterruptedFile> {
  const { before, after, open } = lineage;
  const isKnown = [after, open?.from].some((known) => known !== undefined && isEqual(state, known));
  const look = async (): Promise<InterruptedFile['stands']> => {
    if (isEqual(state, before)) return 'as before';
    if (isKnown || (open !== undefined && isAsPlanned(open, state))) return 'changed';
    return open !== undefined && (await isHalfOfPlan(parts, open, bytes)) ? 'half written' : 'other';
  };
  return { path, stands: await look(), ...(await possible(parts, lineage, state)) };
}

async function possible(
  parts: JournalParts,
  { before, open }: Lineage<FileState>,
  now: FileState,
): Promise<Pick<InterruptedFile, 'canFinish' | 'canUndo'>> {
  const isWhole = async (state: FileState): Promise<boolean> =>
    state.kind === 'missing' || (await readBlob(parts, state.sha256)) !== undefined;
  const canFinish = open !== undefined && !isAsPlanned(open, now) && (await isWhole(open.to));
  // A turn may have thousands of old bytes, which are read when they are asked for.
  const isKept = before.kind === 'missing' || (await hasBlob(parts, before.sha256));
  return { canFinish, canUndo: !isEqual(now, before) && isKept };
}

async function plannedTarget(
  parts: JournalParts,
  path: string,
  { open }: Lineage<FileState>,
  sides: Sides | undefined,
  stands: InterruptedFile['stands'],
): Promise<Target> {
  const target = await makeTarget(parts, path, sides?.now, open!.to);
  return stands === 'half written' ? { ...target, resumes: true } : target;
}

/** `begin` makes the checkpoint of a restore. */
export async function settleInterrupted(
  parts: JournalParts,
  recorded: Recorded,
  settlements: readonly Settlement[],
  begin: () => CheckpointWriter,
  watching: Watching,
): Promise<Settled> {
  const { info, files } = recorded;
  const progress = watchedBy(watching, settlements.length);
  const looking = rememberFolders(parts);
  const meant = settlements.filter(({ path }) => files.has(path));
  const settled = await inPool(meant, (settlement) => prepareSettlement(looking, files, settlement, progress));
  const changed = settled.filter(({ target }) => target.disk !== undefined || target.editor !== undefined);
  const paths = changed.map(({ path }) => path);
  const lost = settled.flatMap((one) => one.lost ?? []);
  const undone = new Set(settlements.filter(({ how }) => how === 'undo').map(({ path }) => path));
  if (changed.length > 0) {
    const own = writerOf(parts, recorded);
    const writer = undone.size > 0 ? begin() : own;
    await applyAll(
      parts,
      writer,
      changed.map(({ target }) => target),
      progress,
    );
    if (writer !== own) {
      for (const path of paths.filter((one) => !undone.has(one))) {
        const { open, buffer } = files.get(path)!;
        if (open !== undefined) await own.after(path);
        if (buffer?.open !== undefined) await own.afterBuffer(path);
      }
      await writer.append({ type: 'end' });
      const isAllBack = info.paths.every((path) => undone.has(path));
      if (isAllBack) await own.append({ type: 'restored', by: writer.id });
    }
  }
  await removeEmptied(parts, foldersOf(recorded));
  await appendRecords(parts, info.id, [{ type: 'end' }]);
  return { paths: paths.sort(), lost };
}

async function prepareSettlement(
  parts: JournalParts,
  files: Recorded['files'],
  { path, how }: Settlement,
  progress: Progress,
): Promise<{ path: string; target: FileTargets; lost?: LostText }> {
  throwIfStopped(progress);
  const file = files.get(path)!;
  const needed = await findNeeded(parts, path, file);
  const { sides } = needed;
  const target =
    how === 'finish' ? await finishOf(parts, path, file, sides) : await targetsOf(parts, needed, 'bring back');
  progress.step();
  if (sides?.isLost !== true) return { path, target };
  const text = await readUnsaved(parts, file, how === 'finish' ? 'after' : 'before');
  return text === undefined ? { path, target } : { path, target, lost: { path, text } };
}

async function finishOf(
  parts: JournalParts,
  path: string,
  file: RecordedFile,
  sides: Sides | undefined,
): Promise<FileTargets> {
  const { stands, canFinish } = await stand(parts, path, file, sides);
  if (!canFinish || stands === 'lost') return {};
  if (sides?.disk !== undefined) return { disk: await plannedTarget(parts, path, sides.disk, sides, stands) };
  if (file.buffer === undefined || sides?.open === undefined) return {};
  const { planned } = await planBuffer(parts, file.buffer, sides.open);
  return planned === undefined
    ? {}
    : { editor: { place: sides.place, open: sides.open, text: planned, buffer: file.buffer } };
}

function writerOf(parts: JournalParts, { info, files }: Recorded): CheckpointWriter {
  const { session, title, id } = info;
  return createWriter(parts, id, { session, title }, files);
}
