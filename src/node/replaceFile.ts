/** The safe replace. Its order is what makes it one: nothing of the old file goes before all of the new one is on disk. */
import { constants, type BigIntStats } from 'node:fs';
import { lstat, open, unlink, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BaleenError, FileChanged, messageOf } from '../core/errors.js';
import { notRegular, openLooked, openRegular, orMissing, renameOver, syncFolder } from './regularFile.js';
import { tempPathBeside } from './tempFiles.js';

export interface Staged {
  /** What waits: a temp file by its name, or the bytes, where the file has to be written in place. */
  waits: { tempName: string } | { bytes: Uint8Array };
  old: BigIntStats | undefined;
  /** What the mode is to be, if it is not to be kept. */
  mode?: number;
}

/** Without `isForced`, a file that exists keeps its mode. */
type WantedMode = { mode?: number | undefined; isForced?: boolean };

export async function replaceFile(
  path: string,
  bytes: Uint8Array,
  mode: number | undefined,
  expected: Uint8Array | undefined,
): Promise<void> {
  await commitStaged(path, await stageFile(path, bytes, { mode }), expected);
  await syncFolder(dirname(path));
}

export async function stageFile(path: string, bytes: Uint8Array, wanted: WantedMode): Promise<Staged> {
  const old = await orMissing(lstat(path, { bigint: true }));
  if (old !== undefined && !old.isFile()) throw notRegular(path, old.isSymbolicLink());
  // A rename needs only the folder, so that without this a read-only file would be replaced all the same.
  if (old !== undefined && (old.mode & 0o222n) === 0n) {
    throw new BaleenError(`${path} is read-only; it was left alone. Make it writable to have it changed.`);
  }
  const forced = wanted.isForced === true ? wanted.mode : undefined;
  const staged = { old, ...(forced === undefined ? {} : { mode: forced }) };
  if (old !== undefined && old.nlink > 1n) return { ...staged, waits: { bytes } };
  const temp = tempPathBeside(path);
  try {
    const finalMode = forced ?? (old === undefined ? wanted.mode : Number(old.mode & 0o7777n));
    if (await writeTemp(temp, bytes, old, finalMode)) return { ...staged, waits: { tempName: basename(temp) } };
    await unlink(temp);
    return { ...staged, waits: { bytes } };
  } catch (error) {
    await unlink(temp).catch(() => undefined);
    throw error;
  }
}

/** The new name lasts when its folder has been synced. */
export async function commitStaged(path: string, staged: Staged, expected?: Uint8Array): Promise<void> {
  const { waits, old, mode } = staged;
  const held = old === undefined || !canHold || 'bytes' in waits ? undefined : await openOld(path);
  try {
    await expectUntouched(path, old, expected);
    if ('bytes' in waits) return await writeInPlace(path, waits.bytes, mode);
    await renameOver(join(dirname(path), waits.tempName), path);
    if (held !== undefined) await expectUnwritten(path, held, old!, expected);
  } catch (error) {
    await dropStaged(path, staged);
    throw error;
  } finally {
    await held?.close();
  }
}

/** Elsewhere a file that is open may not be replaced. */
const canHold = process.platform !== 'win32';

async function openOld(path: string): Promise<FileHandle | undefined> {
  const opened = await openLooked(path, constants.O_RDONLY).catch(() => undefined);
  return opened?.handle;
}

const pauseMs = 20;
const mostPauses = 25;

/**
 * Another program may have written in place between the last look and the rename: then its bytes stand in the old file,
 * which has no name any more. They are put back, since they are the newer ones, when it has written all of them.
 */
async function expectUnwritten(
  path: string,
  held: FileHandle,
  old: BigIntStats,
  expected: Uint8Array | undefined,
): Promise<void> {
  const { size, mtimeNs } = await held.stat({ bigint: true });
  if (expected === undefined && size === old.size && mtimeNs === old.mtimeNs) return;
  let now = await readAll(held, Number(size));
  if (expected !== undefined && Buffer.compare(now, expected) === 0) return;
  for (let pauses = 0; pauses < mostPauses; pauses++) {
    await sleep(pauseMs);
    const before = now;
    now = await readAll(held, (await held.stat()).size);
    if (now.length > 0 && Buffer.compare(now, before) === 0) break;
  }
  // Emptied, and nothing came: an empty file is nobody's work.
  if (now.length === 0) return;
  await replaceFile(path, now, undefined, undefined);
  throw new FileChanged(path);
}

export async function dropStaged(path: string, { waits }: Staged): Promise<void> {
  if ('tempName' in waits) await unlink(join(dirname(path), waits.tempName)).catch(() => undefined);
}

/** The last look before the old bytes go: another program may have written since. */
async function expectUntouched(
  path: string,
  old: BigIntStats | undefined,
  expected: Uint8Array | undefined,
): Promise<void> {
  const now = await orMissing(lstat(path, { bigint: true }));
  const isWritten = now?.size !== old?.size || now?.mtimeNs !== old?.mtimeNs;
  // A time of writing can be set back, that of a change cannot.
  const isSame = now?.ino === old?.ino && now?.dev === old?.dev && now?.ctimeNs === old?.ctimeNs && !isWritten;
  if (isSame && (expected === undefined || (await holds(path, expected)))) return;
  throw new FileChanged(path);
}

async function holds(path: string, expected: Uint8Array): Promise<boolean> {
  const handle = await openRegular(path, constants.O_RDONLY);
  try {
    return Buffer.compare(await handle.readFile(), expected) === 0;
  } finally {
    await handle.close();
  }
}

/** Answers false if the old file belongs to somebody whose file we cannot make anew. */
async function writeTemp(
  temp: string,
  bytes: Uint8Array,
  old: BigIntStats | undefined,
  mode: number | undefined,
): Promise<boolean> {
  const handle = await open(temp, 'wx', 0o600 | (old === undefined ? (mode ?? 0o666) : 0));
  try {
    if (old !== undefined && !(await giveTo(handle, old))) return false;
    if (mode !== undefined) await handle.chmod(mode);
    await handle.writeFile(bytes);
    await expectSize(handle, temp, bytes.length);
    await handle.sync();
    return true;
  } finally {
    await handle.close();
  }
}

async function giveTo(handle: FileHandle, { uid, gid }: BigIntStats): Promise<boolean> {
  const own = await handle.stat({ bigint: true });
  if (own.uid === uid && own.gid === gid) return true;
  return handle.chown(Number(uid), Number(gid)).then(
    () => true,
    () => false,
  );
}

/**
 * For hard links and foreign owners, where a rename would cut the file off from its other name or its owner. The bytes
 * beyond the old end go first: only they need room, and without them the old file is whole again by a cut.
 */
async function writeInPlace(path: string, bytes: Uint8Array, mode: number | undefined): Promise<void> {
  const handle = await openRegular(path, constants.O_RDWR);
  try {
    const { size } = await handle.stat();
    const old = await readAll(handle, size);
    try {
      await writeSpan(handle, bytes, Math.min(size, bytes.length), bytes.length);
      await handle.sync();
      await writeSpan(handle, bytes, 0, Math.min(size, bytes.length));
      await handle.truncate(bytes.length);
      await expectSize(handle, path, bytes.length);
      await handle.sync();
    } catch (error) {
      await putBack(handle, path, old, error);
    }
    if (mode !== undefined && ((await handle.stat()).mode & 0o7777) !== mode) await handle.chmod(mode);
  } finally {
    await handle.close();
  }
}

async function putBack(handle: FileHandle, path: string, old: Uint8Array, cause: unknown): Promise<never> {
  try {
    await writeSpan(handle, old, 0, old.length);
    await handle.truncate(old.length);
    await handle.sync();
  } catch (error) {
    throw new BaleenError(
      `${path} was written only in part (${messageOf(cause)}), and its old bytes could not be put back (${messageOf(error)}). They are in the journal: make room, then undo.`,
    );
  }
  throw cause;
}

async function readAll(handle: FileHandle, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  let length = 0;
  while (length < size) {
    const { bytesRead } = await handle.read(bytes, length, size - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.subarray(0, length);
}

async function writeSpan(handle: FileHandle, bytes: Uint8Array, start: number, end: number): Promise<void> {
  let at = start;
  while (at < end) at += (await handle.write(bytes, at, end - at, at)).bytesWritten;
}

async function expectSize(handle: FileHandle, path: string, size: number): Promise<void> {
  const actual = (await handle.stat()).size;
  if (actual !== size) {
    throw new BaleenError(`Only ${actual} of ${size} bytes reached ${path}. Is the disk full?`);
  }
}
