/** What a restore would do, file by file, and what each file would become. */
import { messageOf } from '../errors.js';
import { inBatches } from './batches.js';
import { passWriteGate, type Target } from './changeSet.js';
import type { PlannedFile, RestoreChoice, RestorePlan } from './checkpoint.js';
import { isEqual, readBlob, readState } from './fileStates.js';
import { isHalfOfPlan } from './halfWritten.js';
import type { JournalParts } from './journalParts.js';
import type { FileState } from './journalRecords.js';
import { isAsLeft, type Lineage, type Recorded, type RecordedFile } from './journalState.js';
import { takeOut } from './takeOut.js';
import { lookAtSides, planBuffer, type BufferTarget, type Sides } from './unsavedText.js';

export async function planRestore(parts: JournalParts, { info, files }: Recorded): Promise<RestorePlan> {
  const planned = await inBatches([...files.keys()].sort(), (path) => planFile(parts, path, files.get(path)!));
  const named = info.changedByCommands.filter((path) => !files.has(path));
  return { checkpoint: info, files: planned, changedByCommands: named };
}

async function planFile(parts: JournalParts, path: string, file: RecordedFile): Promise<PlannedFile> {
  const { byCommand } = file;
  const sides = await lookAtSides(parts, path, file);
  const disk = await planDisk(parts, path, file, sides);
  const editor = await planEditor(parts, file, sides);
  const steps = [disk, editor].filter((step) => step !== undefined);
  const touched = steps.some((step) => step.touched);
  const trouble = steps.find((step) => step.trouble !== undefined)?.trouble;
  return {
    path,
    action: disk?.action ?? (editor === undefined ? 'unchanged' : 'write back'),
    touched,
    byCommand,
    canTakeOut: touched && trouble === undefined && steps.every((step) => !step.touched || step.canTakeOut),
    ...(editor === undefined ? {} : { inEditor: true }),
    ...(trouble === undefined ? {} : { trouble }),
  };
}

/** What one side of a file needs; `undefined` if it is as it was before the turn. */
type Step = Pick<PlannedFile, 'touched' | 'canTakeOut' | 'trouble'> & { action: 'write back' | 'delete' };

async function planDisk(
  parts: JournalParts,
  path: string,
  file: RecordedFile,
  sides: Sides | undefined,
): Promise<Step | undefined> {
  const lineage = sides === undefined ? file : sides.disk;
  if (lineage === undefined || (sides !== undefined && isEqual(sides.now.state, lineage.before))) return undefined;
  const { before, open } = lineage;
  const now = sides?.now;
  const isOurs =
    now !== undefined &&
    (isAsLeft(lineage, now.state) || (open !== undefined && (await isHalfOfPlan(parts, open, now.bytes))));
  // What the user has typed and not saved is his change as well, whatever the disk says.
  const isTyped = sides?.open !== undefined && file.buffer === undefined;
  const touched = !isOurs || isTyped;
  const trouble = await findTrouble(parts, path, before);
  return {
    action: before.kind === 'missing' ? 'delete' : 'write back',
    touched,
    canTakeOut: touched && !isTyped && (await mergeOut(parts, lineage, now?.bytes)) !== undefined,
    ...(trouble === undefined ? {} : { trouble }),
  };
}

async function planEditor(
  parts: JournalParts,
  { buffer }: RecordedFile,
  sides: Sides | undefined,
): Promise<Step | undefined> {
  if (buffer === undefined || sides?.open === undefined) return undefined;
  const { stands, before, takenOut } = await planBuffer(parts, buffer, sides.open);
  if (stands === 'as before') return undefined;
  const step = { action: 'write back' as const, touched: stands === 'other', canTakeOut: takenOut !== undefined };
  return before === undefined ? { ...step, trouble: notKept } : step;
}

const notKept = 'What it was before is missing from the journal, or damaged.';

async function findTrouble(parts: JournalParts, path: string, before: FileState): Promise<string | undefined> {
  try {
    await passWriteGate(parts, path);
  } catch (error) {
    return messageOf(error);
  }
  const isKept = before.kind === 'missing' || (await readBlob(parts, before.sha256)) !== undefined;
  return isKept ? undefined : notKept;
}

async function mergeOut(
  parts: JournalParts,
  { before, after, isMixed }: Lineage<FileState>,
  now: Uint8Array | undefined,
): Promise<Uint8Array | undefined> {
  if (isMixed === true || now === undefined || before.kind === 'missing' || after?.kind !== 'file') return undefined;
  const [old, agents] = [await readBlob(parts, before.sha256), await readBlob(parts, after.sha256)];
  return old === undefined || agents === undefined ? undefined : takeOut({ old, agents, now });
}

/** What a file becomes on its two sides. */
export interface FileTargets {
  disk?: Target;
  editor?: BufferTarget;
}

/** By this choice. Throws a sentence where it cannot be. */
export async function targetsOf(
  parts: JournalParts,
  path: string,
  file: RecordedFile,
  how: RestoreChoice['how'],
): Promise<FileTargets> {
  const sides = await lookAtSides(parts, path, file);
  const [onDisk, inEditor] = [await planDisk(parts, path, file, sides), await planEditor(parts, file, sides)];
  const howOf = (step: Step): RestoreChoice['how'] => (step.touched ? how : 'bring back');
  const targets: FileTargets = {};
  if (onDisk !== undefined) {
    const target = await diskTarget(parts, path, sides?.disk ?? file, howOf(onDisk));
    targets.disk = { ...target, folderModes: file.folderModes };
  }
  if (inEditor !== undefined && sides !== undefined) {
    const { before, takenOut } = await planBuffer(parts, file.buffer!, sides.open!);
    const text = howOf(inEditor) === 'take out' ? takenOut : before;
    if (text === undefined) throw cannotTakeOut(path);
    targets.editor = { place: sides.place, open: sides.open!, text, buffer: file.buffer! };
  }
  return targets;
}

async function diskTarget(
  parts: JournalParts,
  path: string,
  lineage: Lineage<FileState>,
  how: RestoreChoice['how'],
): Promise<Target> {
  const { before } = lineage;
  if (before.kind === 'missing') return { path, to: before };
  if (how === 'bring back') {
    const bytes = await readBlob(parts, before.sha256);
    if (bytes === undefined) throw new Error(`the old bytes of ${path} are missing from the journal, or damaged.`);
    return { path, to: { kind: 'file', bytes, mode: before.mode } };
  }
  const now = await readState(parts.files, await passWriteGate(parts, path));
  const bytes = await mergeOut(parts, lineage, now.bytes);
  if (bytes === undefined || now.state.kind !== 'file') throw cannotTakeOut(path);
  return { path, to: { kind: 'file', bytes, mode: now.state.mode } };
}

function cannotTakeOut(path: string): Error {
  return new Error(`the agent's change cannot be taken out of ${path} by itself.`);
}
