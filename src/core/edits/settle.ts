/** What becomes of a turn that a crash interrupted, as the user said, file by file. Whoever calls holds the lock. */
import type { Interrupted, InterruptedFile, LostText, Settled, Settlement, Watching } from './checkpoint.js';
import type { CheckpointWriter } from './checkpointWriter.js';
import { rememberFolders } from './folderMemory.js';
import { removeEmptied } from './folders.js';
import { plannedTarget, stand, writerOf } from './interrupted.js';
import type { JournalParts } from './journalParts.js';
import { appendRecords } from './journalRecords.js';
import { foldersOf, type Recorded, type RecordedFile } from './journalState.js';
import { inPool } from './pool.js';
import { throwIfStopped, watchedBy, type Progress } from './progress.js';
import { applyAll } from './restore.js';
import { findNeeded, targetsOf, type FileTargets, type Needed } from './restorePlan.js';
import { planBuffer, readUnsaved } from './unsavedText.js';

export interface Answer {
  offered: Interrupted;
  settlements: readonly Settlement[];
  watching: Watching;
}

/** `begin` makes the checkpoint of a restore. */
export async function settleInterrupted(
  parts: JournalParts,
  recorded: Recorded,
  { offered, settlements, watching }: Answer,
  begin: () => CheckpointWriter,
): Promise<Settled> {
  const { info, files } = recorded;
  const progress = watchedBy(watching, settlements.length);
  const looking = rememberFolders(parts);
  const seen = new Map(offered.files.map((file) => [file.path, file.seen]));
  const meant = settlements.filter(({ path }) => files.has(path));
  const prepared = await inPool(meant, async (settlement): Promise<Prepared> => {
    throwIfStopped(progress);
    const file = files.get(settlement.path)!;
    const one = await prepare(looking, file, settlement, seen.get(settlement.path));
    progress.step();
    return one;
  });
  const again = prepared.flatMap((one) => one.again ?? []);
  const changed = prepared.filter(({ target }) => target.disk !== undefined || target.editor !== undefined);
  if (changed.length > 0) await carryOut(parts, recorded, changed, begin, progress);
  await removeEmptied(parts, foldersOf(recorded));
  const rest = new Set(again.map(({ path }) => path));
  const settled = info.paths.filter((path) => !rest.has(path));
  await appendRecords(parts, info.id, [again.length > 0 ? { type: 'settled', paths: settled } : { type: 'end' }]);
  return { paths: changed.map(({ path }) => path).sort(), lost: prepared.flatMap((one) => one.lost ?? []), again };
}

interface Prepared extends Settlement {
  target: FileTargets;
  lost?: LostText;
  /** As it stands now, where it does not stand as it was offered. */
  again?: InterruptedFile;
}

async function prepare(
  parts: JournalParts,
  file: RecordedFile,
  { path, how }: Settlement,
  seen: string | undefined,
): Promise<Prepared> {
  const needed = await findNeeded(parts, path, file);
  const { sides } = needed;
  const now = await stand(parts, path, file, sides);
  if (now.seen !== seen) return { path, how, target: {}, ...(isAsMeant(now, needed, how) ? {} : { again: now }) };
  const target = how === 'finish' ? await finishOf(parts, now, needed) : await targetsOf(parts, needed, 'bring back');
  if (sides?.isLost !== true) return { path, how, target };
  const text = await readUnsaved(parts, file, how === 'finish' ? 'after' : 'before');
  return { path, how, target, ...(text === undefined ? {} : { lost: { path, text } }) };
}

/** Somebody has done it by hand. */
function isAsMeant({ stands, canFinish }: InterruptedFile, { disk, editor }: Needed, how: Settlement['how']): boolean {
  if (stands === 'lost') return false;
  return how === 'undo' ? disk === undefined && editor === undefined : stands === 'changed' && !canFinish;
}

async function finishOf(
  parts: JournalParts,
  { path, stands, canFinish }: InterruptedFile,
  { file, sides }: Needed,
): Promise<FileTargets> {
  if (!canFinish || stands === 'lost') return {};
  if (sides?.disk?.open !== undefined)
    return { disk: await plannedTarget(parts, path, sides.disk.open, sides, stands) };
  if (file.buffer === undefined || sides?.open === undefined) return {};
  const { planned } = await planBuffer(parts, file.buffer, sides.open);
  return planned === undefined
    ? {}
    : { editor: { place: sides.place, open: sides.open, text: planned, buffer: file.buffer } };
}

/** All of it under one checkpoint: under the turn's own where nothing is undone. */
async function carryOut(
  parts: JournalParts,
  recorded: Recorded,
  changed: readonly Prepared[],
  begin: () => CheckpointWriter,
  progress: Progress,
): Promise<void> {
  const { info, files } = recorded;
  const own = writerOf(parts, recorded);
  const undone = new Set(changed.filter(({ how }) => how === 'undo').map(({ path }) => path));
  const writer = undone.size > 0 ? begin() : own;
  const targets = changed.map(({ target }) => target);
  await applyAll(parts, writer, targets, progress);
  if (writer === own) return;
  const finished = changed.filter(({ path }) => !undone.has(path));
  // As it was planned, and not as it stands by now: what the user writes in that moment is his.
  await own.done(finished.flatMap(({ target }) => target.disk ?? []));
  for (const { path } of finished) if (files.get(path)?.buffer?.open !== undefined) await own.afterBuffer(path);
  await writer.append({ type: 'end' });
  if (info.paths.every((path) => undone.has(path))) await own.append({ type: 'restored', by: writer.id });
}
