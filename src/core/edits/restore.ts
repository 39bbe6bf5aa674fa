/** Carries a plan out. Whoever calls holds the journal's lock. */
import { BaleenError, messageOf } from '../errors.js';
import { applyTargets } from './changeSet.js';
import type { LostText, Restored, RestoreChoice, RestorePlan } from './checkpoint.js';
import type { CheckpointWriter } from './checkpointWriter.js';
import { removeEmptied } from './folders.js';
import type { JournalParts } from './journalParts.js';
import { appendRecords } from './journalRecords.js';
import { foldersOf, type Recorded } from './journalState.js';
import { planRestore, targetsOf, type FileTargets } from './restorePlan.js';
import { applyBuffers, lookAtSides, readUnsaved } from './unsavedText.js';

export async function restoreCheckpoint(
  parts: JournalParts,
  writer: CheckpointWriter,
  recorded: Recorded,
  shown: RestorePlan,
  chosen: readonly RestoreChoice[],
): Promise<Restored> {
  // What was shown may be old by now; a file that the user has touched meanwhile is not what was agreed to.
  const now = await planRestore(parts, recorded);
  const targets: FileTargets[] = [];
  const left: string[] = [];
  const paths: string[] = [];
  let isAllBack = true;
  for (const { path, action, touched, byCommand } of now.files) {
    const choice = chosen.find((one) => one.path === path);
    const wasShown = shown.files.find((one) => one.path === path);
    if (action === 'unchanged') continue;
    if (choice !== undefined && touched && wasShown?.touched !== true) {
      throw new BaleenError(`Nothing was changed: ${path} has changed since the list was shown. Look at it again.`);
    }
    if (choice !== undefined) {
      targets.push(await prepareTargets(parts, recorded, choice));
      paths.push(path);
    } else {
      left.push(path);
      isAllBack &&= byCommand;
    }
  }
  if (targets.length > 0) {
    await applyAll(parts, writer, targets);
    await removeEmptied(parts, foldersOf(recorded));
    await writer.append({ type: 'end' });
  }
  // Also where every file was back already, or the next undo would take this checkpoint again.
  if (isAllBack) await appendRecords(parts, recorded.info.id, [{ type: 'restored', by: writer.id }]);
  return { checkpoint: writer.id, paths, left, lost: await readLost(parts, recorded) };
}

/** The editor's texts first: whoever types there can still stop it all. */
export async function applyAll(
  parts: JournalParts,
  writer: CheckpointWriter,
  targets: readonly FileTargets[],
): Promise<void> {
  const putBack = await applyBuffers(
    parts,
    writer,
    targets.flatMap(({ editor }) => editor ?? []),
  );
  const disk = targets.flatMap((target) => target.disk ?? []);
  try {
    if (disk.length > 0) await applyTargets(parts, writer, disk);
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

async function prepareTargets(
  parts: JournalParts,
  { files }: Recorded,
  { path, how }: RestoreChoice,
): Promise<FileTargets> {
  try {
    return await targetsOf(parts, path, files.get(path)!, how);
  } catch (error) {
    throw new BaleenError(`Nothing was changed: ${messageOf(error)}`);
  }
}
