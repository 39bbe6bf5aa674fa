/** What a restore would do, file by file, and what each file would become. */
import { messageOf } from '../errors.js';
import { resolveInside } from '../repository/pathGate.js';
import { passWriteGate, type Target } from './changeSet.js';
import type { PlannedFile, RestorePlan } from './checkpoint.js';
import { isEqual, readBlob, readState } from './fileStates.js';
import { isHalfOfPlan } from './halfWritten.js';
import type { JournalParts } from './journalParts.js';
import type { FileState } from './journalRecords.js';
import { isAsLeft, type Recorded, type RecordedFile } from './journalState.js';
import { takeOut } from './takeOut.js';

export async function planRestore(parts: JournalParts, { info, files }: Recorded): Promise<RestorePlan> {
  const planned: PlannedFile[] = [];
  for (const path of [...files.keys()].sort()) planned.push(await planFile(parts, path, files.get(path)!));
  const named = info.changedByCommands.filter((path) => !files.has(path));
  return { checkpoint: info, files: planned, changedByCommands: named };
}

async function planFile(parts: JournalParts, path: string, file: RecordedFile): Promise<PlannedFile> {
  const { before, byCommand } = file;
  const place = await resolveInside(parts.files, parts.roots, path, 'read');
  // Where a link or a folder stands now, nothing is written: the user has made something else of the path.
  const now = 'refused' in place ? undefined : await readState(parts.files, place);
  if (now !== undefined && isEqual(now.state, before)) {
    return { path, action: 'unchanged', touched: false, byCommand, canTakeOut: false };
  }
  const isOurs =
    now !== undefined &&
    (isAsLeft(file, now.state) || (file.open !== undefined && (await isHalfOfPlan(parts, file.open, now.bytes))));
  const touched = !isOurs;
  const plan: PlannedFile = {
    path,
    action: before.kind === 'missing' ? 'delete' : 'write back',
    touched,
    byCommand,
    canTakeOut: touched && (await mergeOut(parts, file, now?.bytes)) !== undefined,
  };
  const trouble = await findTrouble(parts, path, before);
  return trouble === undefined ? plan : { ...plan, canTakeOut: false, trouble };
}

async function findTrouble(parts: JournalParts, path: string, before: FileState): Promise<string | undefined> {
  try {
    await passWriteGate(parts, path);
  } catch (error) {
    return messageOf(error);
  }
  const isKept = before.kind === 'missing' || (await readBlob(parts, before.sha256)) !== undefined;
  return isKept ? undefined : 'Its old bytes are missing from the journal, or damaged.';
}

async function mergeOut(
  parts: JournalParts,
  { before, after, isMixed }: RecordedFile,
  now: Uint8Array | undefined,
): Promise<Uint8Array | undefined> {
  if (isMixed === true || now === undefined || before.kind === 'missing' || after?.kind !== 'file') return undefined;
  const [old, agents] = [await readBlob(parts, before.sha256), await readBlob(parts, after.sha256)];
  return old === undefined || agents === undefined ? undefined : takeOut({ old, agents, now });
}

/** What the file becomes by this choice. Throws a sentence where it cannot. */
export async function targetOf(
  parts: JournalParts,
  path: string,
  file: RecordedFile,
  how: 'bring back' | 'take out',
): Promise<Target> {
  const { before } = file;
  if (before.kind === 'missing') return { path, to: before };
  if (how === 'bring back') {
    const bytes = await readBlob(parts, before.sha256);
    if (bytes === undefined) throw new Error(`the old bytes of ${path} are missing from the journal, or damaged.`);
    return { path, to: { kind: 'file', bytes, mode: before.mode } };
  }
  const now = await readState(parts.files, await passWriteGate(parts, path));
  const bytes = await mergeOut(parts, file, now.bytes);
  if (bytes === undefined || now.state.kind !== 'file')
    throw new Error(`the agent's change cannot be taken out of ${path} by itself.`);
  return { path, to: { kind: 'file', bytes, mode: now.state.mode } };
}
