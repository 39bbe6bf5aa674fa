/** What a crash left half done: restores are finished, turns are shown to the user. Whoever calls holds the lock. */
import { messageOf } from '../errors.js';
import { inBatches } from './batches.js';
import { applyTargets, type Target } from './changeSet.js';
import type { Interrupted, InterruptedFile, LostText, Settled, Settlement } from './checkpoint.js';
import { createWriter, type CheckpointWriter } from './checkpointWriter.js';
import { hasBlob, isEqual, readBlob } from './fileStates.js';
import { isHalfOfPlan } from './halfWritten.js';
import { removeEmptied } from './folders.js';
import type { JournalParts } from './journalParts.js';
import { appendRecords, type FileState } from './journalRecords.js';
import { foldersOf, isAsPlanned, readAll, type Lineage, type Recorded, type RecordedFile } from './journalState.js';
import { applyAll } from './restore.js';
import { targetsOf, type FileTargets } from './restorePlan.js';
import { areSameLines } from './seenText.js';
import { lookAtSides, planBuffer, readUnsaved } from './unsavedText.js';

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
  const targets: Target[] = [];
  const other: string[] = [];
  await inBatches([...files], async ([path, file]) => {
    const { stands, canFinish } = await lookAt(parts, path, file);
    if (stands === 'other') other.push(path);
    else if (canFinish) {
      const target = await plannedTarget(parts, path, file, stands);
      targets.push({ ...target, folderModes: undone?.files.get(path)?.folderModes ?? [] });
    }
  });
  try {
    if (targets.length > 0) await applyTargets(parts, writerOf(parts, recorded), targets);
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
export async function listInterrupted(parts: JournalParts): Promise<Interrupted[]> {
  const found: Interrupted[] = [];
  for (const recorded of listLeft(parts, await readAll(parts))) {
    const { info, files } = recorded;
    if (info.restores !== undefined) continue;
    const looked = await inBatches(info.paths, (path) => lookAt(parts, path, files.get(path)!));
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

async function lookAt(parts: JournalParts, path: string, file: RecordedFile): Promise<InterruptedFile> {
  const sides = await lookAtSides(parts, path, file);
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
  stands: InterruptedFile['stands'],
): Promise<Target> {
  const to = open!.to;
  if (to.kind === 'missing') return { path, to };
  const bytes = await readBlob(parts, to.sha256);
  if (bytes === undefined) throw new Error(`the new bytes of ${path} are missing from the journal, or damaged.`);
  const target: Target = { path, to: { kind: 'file', bytes, mode: to.mode } };
  return stands === 'half written' ? { ...target, resumes: true } : target;
}

/** `begin` makes the checkpoint of a restore. */
export async function settleInterrupted(
  parts: JournalParts,
  recorded: Recorded,
  settlements: readonly Settlement[],
  begin: () => CheckpointWriter,
): Promise<Settled> {
  const { info, files } = recorded;
  const targets: FileTargets[] = [];
  const lost: LostText[] = [];
  const paths: string[] = [];
  for (const { path, how } of settlements) {
    const file = files.get(path);
    if (file === undefined) continue;
    if ((await lookAtSides(parts, path, file))?.isLost === true) {
      const text = await readUnsaved(parts, file, how === 'finish' ? 'after' : 'before');
      if (text !== undefined) lost.push({ path, text });
    }
    const target =
      how === 'finish' ? await finishOf(parts, path, file) : await targetsOf(parts, path, file, 'bring back');
    if (target.disk === undefined && target.editor === undefined) continue;
    targets.push(target);
    paths.push(path);
  }
  const undone = new Set(settlements.filter(({ how }) => how === 'undo').map(({ path }) => path));
  if (targets.length > 0) {
    const own = writerOf(parts, recorded);
    const writer = undone.size > 0 ? begin() : own;
    await applyAll(parts, writer, targets);
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

async function finishOf(parts: JournalParts, path: string, file: RecordedFile): Promise<FileTargets> {
  const { stands, canFinish } = await lookAt(parts, path, file);
  if (!canFinish || stands === 'lost') return {};
  const sides = await lookAtSides(parts, path, file);
  if (sides?.disk !== undefined) return { disk: await plannedTarget(parts, path, sides.disk, stands) };
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
