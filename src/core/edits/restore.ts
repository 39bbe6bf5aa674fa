/** Carries a plan out. Whoever calls holds the journal's lock. */
import { BaleenError, messageOf } from '../errors.js';
import { applyTargets } from './changeSet.js';
import type { LostText, Restored, RestoreChoice, RestorePlan, Watching } from './checkpoint.js';
import type { CheckpointWriter } from './checkpointWriter.js';
import { rememberFolders } from './folderMemory.js';
import { removeEmptied } from './folders.js';
import type { JournalParts } from './journalParts.js';
import { appendRecords } from './journalRecords.js';
import { foldersOf, type Recorded } from './journalState.js';
import { inPool } from './pool.js';
import { throwIfStopped, watchedBy, type Progress } from './progress.js';
import { findNeeded, isTouched, targetsOf, type FileTargets, type Needed } from './restorePlan.js';
import { applyBuffers, hashOfSides, lookAtSides, readUnsaved } from './unsavedText.js';

export async function restoreCheckpoint(
  parts: JournalParts,
  writer: CheckpointWriter,
  recorded: Recorded,
  shown: RestorePlan,
  chosen: readonly RestoreChoice[],
  watching: Watching,
): Promise<Restored> {
  const progress = watchedBy(watching, recorded.files.size);
  const choices = new Map(chosen.map((choice) => [choice.path, choice]));
  const known = new Map(shown.files.map((file) => [file.path, file]));
  const looking = rememberFolders(parts);
  // What was shown may be old by now; a file that the user has touched meanwhile is not what was agreed to.
  const looked = await inPool([...recorded.files.keys()].sort(), async (path) => {
    throwIfStopped(progress);
    const needed = await findNeeded(looking, path, recorded.files.get(path)!);
    progress.step();
    if (needed.disk === undefined && needed.editor === undefined) return undefined;
    const choice = choices.get(path);
    if (choice !== undefined && isTouched(needed) && known.get(path)?.seen !== hashOfSides(needed.sides))
      throw new BaleenError(`Nothing was changed: ${path} has changed since the list was shown. Look at it again.`);
    const { byCommand } = needed.file;
    return { path, byCommand, targets: choice && (await prepareTargets(looking, needed, choice)) };
  });
  const open = looked.filter((one) => one !== undefined);
  const targets = open.flatMap((one) => one.targets ?? []);
  const paths = open.flatMap((one) => (one.targets === undefined ? [] : one.path));
  const left = open.filter((one) => one.targets === undefined);
  const isAllBack = left.every(({ byCommand }) => byCommand);
  if (targets.length > 0) {
    await applyAll(parts, writer, targets, progress);
    await removeEmptied(parts, foldersOf(recorded));
    await writer.append({ type: 'end' });
  }
  // Also where every file was back already, or the next undo would take this checkpoint again.
  if (isAllBack) await appendRecords(parts, recorded.info.id, [{ type: 'restored', by: writer.id }]);
  return { checkpoint: writer.id, paths, left: left.map(({ path }) => path), lost: await readLost(parts, recorded) };
}

/** The editor's texts first: whoever types there can still stop it all. */
export async function applyAll(
  parts: JournalParts,
  writer: CheckpointWriter,
  targets: readonly FileTargets[],
  progress: Progress,
): Promise<void> {
  const putBack = await applyBuffers(
    parts,
    writer,
    targets.flatMap(({ editor }) => editor ?? []),
  );
  const disk = targets.flatMap((target) => target.disk ?? []);
  try {
    if (disk.length > 0) await applyTargets(parts, writer, disk, progress);
  } catch (error) {
    await putBack();
    throw error;
  }
}

async function readLost(parts: JournalParts, { files }: Recorded): Promise<LostText[]> {
  const lost: LostText[] = [];
  for (const [path, file] of files) {
    if (file.buffer === undefined || (await lookAtSides(parts, path, file))?.isLost !== true) continue;
    const text = await readUnsaved(parts, file);
    if (text !== undefined) lost.push({ path, text });
  }
  return lost;
}

async function prepareTargets(parts: JournalParts, needed: Needed, { how }: RestoreChoice): Promise<FileTargets> {
  try {
    return await targetsOf(parts, needed, how);
  } catch (error) {
    throw new BaleenError(`Nothing was changed: ${messageOf(error)}`);
  }
}
