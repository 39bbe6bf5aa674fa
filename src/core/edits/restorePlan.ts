/** What a restore would do, file by file, and what each file would become. */
import { messageOf } from '../errors.js';
import { makeTarget, passWriteGate, type Target } from './changeSet.js';
import type { PlannedFile, RestoreChoice, RestorePlan } from './checkpoint.js';
import { isEqual, keepBlob, readBlob } from './fileStates.js';
import { rememberFolders } from './folderMemory.js';
import { isHalfOfPlan } from './halfWritten.js';
import type { JournalParts } from './journalParts.js';
import type { FileState } from './journalRecords.js';
import { isAsLeft, type Lineage, type Recorded, type RecordedFile } from './journalState.js';
import { inPool } from './pool.js';
import { takeOut } from './takeOut.js';
import { hashOfSides, lookAtSides, planBuffer, type BufferPlan, type BufferTarget, type Sides } from './unsavedText.js';

export async function planRestore(parts: JournalParts, { info, files }: Recorded): Promise<RestorePlan> {
  const looking = rememberFolders(parts);
  const planned = await inPool([...files.keys()].sort(), async (path) =>
    planFile(looking, await findNeeded(looking, path, files.get(path)!)),
  );
  const named = info.changedByCommands.filter((path) => !files.has(path));
  return { checkpoint: info, files: planned, changedByCommands: named };
}

/** A file as it stands now, and what of it has to go back; a side is `undefined` if it is as it was before the turn. */
export interface Needed {
  path: string;
  file: RecordedFile;
  sides: Sides | undefined;
  disk: { lineage: Lineage<FileState>; touched: boolean; isTyped: boolean } | undefined;
  editor: BufferPlan | undefined;
}

export async function findNeeded(parts: JournalParts, path: string, file: RecordedFile): Promise<Needed> {
  const sides = await lookAtSides(parts, path, file);
  const disk = await findDiskNeeded(parts, file, sides);
  const { buffer } = file;
  const plan =
    buffer === undefined || sides?.open === undefined ? undefined : await planBuffer(parts, buffer, sides.open);
  return { path, file, sides, disk, editor: plan?.stands === 'as before' ? undefined : plan };
}

async function findDiskNeeded(
  parts: JournalParts,
  file: RecordedFile,
  sides: Sides | undefined,
): Promise<Needed['disk']> {
  const lineage = sides === undefined ? file : sides.disk;
  if (lineage === undefined || (sides !== undefined && isEqual(sides.now.state, lineage.before))) return undefined;
  const { open } = lineage;
  const now = sides?.now;
  const isOurs =
    now !== undefined &&
    (isAsLeft(lineage, now.state) || (open !== undefined && (await isHalfOfPlan(parts, open, now.bytes))));
  // What the user has typed and not saved is his change as well, whatever the disk says.
  const isTyped = sides?.open !== undefined && file.buffer === undefined;
  return { lineage, touched: !isOurs || isTyped, isTyped };
}

export function isTouched({ disk, editor }: Needed): boolean {
  return disk?.touched === true || editor?.stands === 'other';
}

async function planFile(parts: JournalParts, needed: Needed): Promise<PlannedFile> {
  const { path, file, disk, editor } = needed;
  const touched = isTouched(needed);
  const trouble = await findTrouble(parts, needed);
  const isDeleted = disk?.lineage.before.kind === 'missing';
  const unchanged = disk === undefined && editor === undefined;
  return {
    path,
    action: unchanged ? 'unchanged' : isDeleted ? 'delete' : 'write back',
    touched,
    byCommand: file.byCommand,
    seen: hashOfSides(needed.sides),
    canTakeOut: touched && trouble === undefined && (await canTakeOut(parts, needed)),
    ...(editor === undefined ? {} : { inEditor: true }),
    ...(trouble === undefined ? {} : { trouble }),
  };
}

async function canTakeOut(parts: JournalParts, { sides, disk, editor }: Needed): Promise<boolean> {
  if (editor?.stands === 'other' && editor.takenOut === undefined) return false;
  if (disk?.touched !== true) return true;
  return !disk.isTyped && (await mergeOut(parts, disk.lineage, sides?.now.bytes)) !== undefined;
}

const notKept = 'What it was before is missing from the journal, or damaged.';

/** The old bytes are read: whoever looks at the list is to know what of it can be done. */
async function findTrouble(parts: JournalParts, { path, disk, editor }: Needed): Promise<string | undefined> {
  if (disk !== undefined) {
    try {
      await passWriteGate(parts, path);
    } catch (error) {
      return messageOf(error);
    }
    const { before } = disk.lineage;
    if (before.kind === 'file' && (await readBlob(parts, before.sha256)) === undefined) return notKept;
  }
  return editor !== undefined && editor.before === undefined ? notKept : undefined;
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
  { path, file, sides, disk, editor }: Needed,
  how: RestoreChoice['how'],
): Promise<FileTargets> {
  const targets: FileTargets = {};
  if (disk !== undefined) {
    const to =
      disk.touched && how === 'take out'
        ? await keepTakenOut(parts, path, disk.lineage, sides?.now)
        : disk.lineage.before;
    targets.disk = { ...(await makeTarget(parts, path, sides?.now, to)), folderModes: file.folderModes };
  }
  if (editor !== undefined && sides?.open !== undefined) {
    const text = editor.stands === 'other' && how === 'take out' ? editor.takenOut : editor.before;
    if (text === undefined) throw cannotTakeOut(path);
    targets.editor = { place: sides.place, open: sides.open, text, buffer: file.buffer! };
  }
  return targets;
}

async function keepTakenOut(
  parts: JournalParts,
  path: string,
  lineage: Lineage<FileState>,
  now: Sides['now'] | undefined,
): Promise<FileState> {
  const bytes = await mergeOut(parts, lineage, now?.bytes);
  if (bytes === undefined || now?.state.kind !== 'file') throw cannotTakeOut(path);
  return { kind: 'file', sha256: await keepBlob(parts, bytes), mode: now.state.mode };
}

function cannotTakeOut(path: string): Error {
  return new Error(`the agent's change cannot be taken out of ${path} by itself.`);
}
