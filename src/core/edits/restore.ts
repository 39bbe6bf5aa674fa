/** Carries a plan out. Whoever calls holds the journal's lock. */
import { BaleenError, messageOf } from '../errors.js';
import { applyTargets, removeEmptied, type Target } from './changeSet.js';
import type { Restored, RestoreChoice, RestorePlan } from './checkpoint.js';
import type { CheckpointWriter } from './checkpointWriter.js';
import type { JournalParts } from './journalParts.js';
import { appendRecords } from './journalRecords.js';
import { foldersOf, type Recorded } from './journalState.js';
import { planRestore, targetOf } from './restorePlan.js';

export async function restoreCheckpoint(
  parts: JournalParts,
  writer: CheckpointWriter,
  recorded: Recorded,
  shown: RestorePlan,
  chosen: readonly RestoreChoice[],
): Promise<Restored> {
  // What was shown may be old by now; a file that the user has touched meanwhile is not what was agreed to.
  const now = await planRestore(parts, recorded);
  const targets: Target[] = [];
  const left: string[] = [];
  let isAllBack = true;
  for (const { path, action, touched, byCommand } of now.files) {
    const choice = chosen.find((one) => one.path === path);
    const wasShown = shown.files.find((one) => one.path === path);
    if (action === 'unchanged') continue;
    if (choice !== undefined && touched && wasShown?.touched !== true) {
      throw new BaleenError(`Nothing was changed: ${path} has changed since the list was shown. Look at it again.`);
    }
    if (choice !== undefined) {
      targets.push(await prepareTarget(parts, recorded, choice));
    } else {
      left.push(path);
      isAllBack &&= byCommand;
    }
  }
  if (targets.length > 0) {
    await applyTargets(parts, writer, targets);
    await removeEmptied(parts, foldersOf(recorded));
    await writer.append({ type: 'end' });
  }
  // Also where every file was back already, or the next undo would take this checkpoint again.
  if (isAllBack) await appendRecords(parts, recorded.info.id, [{ type: 'restored', by: writer.id }]);
  return { checkpoint: writer.id, paths: targets.map(({ path }) => path), left };
}

async function prepareTarget(parts: JournalParts, { files }: Recorded, { path, how }: RestoreChoice): Promise<Target> {
  try {
    return await targetOf(parts, path, files.get(path)!, how);
  } catch (error) {
    throw new BaleenError(`Nothing was changed: ${messageOf(error)}`);
  }
}
