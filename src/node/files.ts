import { constants, type BigIntStats } from 'node:fs';
import { chmod, lstat, mkdir, open, readdir, realpath, rename, rmdir, unlink, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BaleenError, FileTooLarge } from '../core/errors.js';
import type { Files, FileStat } from '../core/host.js';
import { codeOf } from './errnoCode.js';
import { runLocked } from './fileLock.js';
import { inHeldFolder } from './heldFolder.js';
import { removeDeadTemps, tempPathBeside } from './tempFiles.js';

/** Nothing larger is ever held in memory, whatever the caller says. */
export const hardMaxBytes = 1024 * 1024 * 1024;

// Windows has neither flag: there the lstat before the open is all there is.
// O_NONBLOCK keeps the open of a FIFO from waiting for a writer.
export const noFollow = process.platform === 'win32' ? 0 : constants.O_NOFOLLOW | constants.O_NONBLOCK;

export function createNodeFiles(): Files {
  return {
    lstat: statOf,
    read: (path, maxBytes, inside) =>
      inHeldFolder(dirname(path), inside, (at) => readRegular(join(at, basename(path)), maxBytes)),
    readFrom: async (path, start) => (await orMissing(readEnd(path, start))) ?? new Uint8Array(),
    realpath: (path) => orMissing(realpath(path)),
    list: async (folder) => (await readdir(folder)).sort(),
    replace: (path, bytes, mode, inside, isStill = async () => true) =>
      inHeldFolder(dirname(path), inside, (at) => replaceFile(join(at, basename(path)), bytes, mode, isStill)),
    removeDeadTemps: async (folder, inside) => (await orMissing(inHeldFolder(folder, inside, removeDeadTemps))) ?? [],
    append: appendDurably,
    setMode: (path, mode, inside) =>
      inHeldFolder(dirname(path), inside, (at) => setRegularMode(join(at, basename(path)), mode)),
    remove: (path, inside) =>
      inHeldFolder(dirname(path), inside, async (at) => {
        await orMissing(unlink(join(at, basename(path))));
        await syncFolder(at);
      }),
    removeEmptyFolder,
    makeFolder: async (path, mode = 0o700, inside) => {
      if (inside === undefined) await mkdir(path, { recursive: true, mode });
      else await inHeldFolder(path, inside, async () => undefined, mode);
    },
    withLock: runLocked,
  };
}

async function orMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

async function statOf(path: string): Promise<FileStat | undefined> {
  const stat = await orMissing(lstat(path, { bigint: true }));
  return stat === undefined ? undefined : toFileStat(stat);
}

export function toFileStat(stat: BigIntStats): FileStat {
  const kind = stat.isFile() ? 'file' : stat.isDirectory() ? 'directory' : stat.isSymbolicLink() ? 'link' : 'other';
  return {
    kind,
    size: Number(stat.size),
    mtimeMs: Number(stat.mtimeNs / 1000n) / 1000,
    mode: Number(stat.mode & 0o7777n),
    links: Number(stat.nlink),
    identity: `${stat.dev}:${stat.ino}`,
  };
}

/** Opens without following a link at the last step, and refuses whatever is not a regular file. */
async function openRegular(path: string, flags: number): Promise<FileHandle> {
  const before = await lstat(path);
  if (!before.isFile()) throw notRegular(path, before.isSymbolicLink());
  let handle: FileHandle;
  try {
    handle = await open(path, flags | noFollow);
  } catch (error) {
    if (codeOf(error) === 'ELOOP') throw notRegular(path, true);
    throw error;
  }
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw notRegular(path, false);
}

export function notRegular(path: string, isLink: boolean): BaleenError {
  const what = isLink ? 'a symbolic link' : 'not a regular file';
  return new BaleenError(`${path} is ${what}; it was left alone. Name the real file instead.`);
}

async function readRegular(path: string, maxBytes = hardMaxBytes): Promise<Uint8Array> {
  const limit = Math.min(maxBytes, hardMaxBytes);
  const handle = await openRegular(path, constants.O_RDONLY);
  try {
    const { size } = await handle.stat();
    if (size > limit) throw new FileTooLarge(path, size, limit);
    // One byte more than expected, so that a file that grows meanwhile is read to its end.
    let bytes = new Uint8Array(size + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await handle.read(bytes, length, bytes.length - length, length);
      if (bytesRead === 0) return bytes.subarray(0, length);
      length += bytesRead;
      if (length > limit) throw new FileTooLarge(path, length, limit);
      if (length === bytes.length) {
        const larger = new Uint8Array(Math.min(bytes.length * 2 + 4096, limit + 1));
        larger.set(bytes);
        bytes = larger;
      }
    }
  } finally {
    await handle.close();
  }
}

async function readEnd(path: string, start: number): Promise<Uint8Array> {
  const handle = await openRegular(path, constants.O_RDONLY);
  try {
    const { size } = await handle.stat();
    const bytes = new Uint8Array(Math.min(Math.max(0, size - start), hardMaxBytes));
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await handle.read(bytes, length, bytes.length - length, start + length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return bytes.subarray(0, length);
  } finally {
    await handle.close();
  }
}

async function replaceFile(
  path: string,
  bytes: Uint8Array,
  mode: number | undefined,
  isStill: () => Promise<boolean>,
): Promise<boolean> {
  const old = await orMissing(lstat(path, { bigint: true }));
  if (old !== undefined) {
    if (!old.isFile()) throw notRegular(path, old.isSymbolicLink());
    // A rename needs only the folder, so that without this a read-only file would be replaced all the same.
    if ((old.mode & 0o222n) === 0n) {
      throw new BaleenError(`${path} is read-only; it was left alone. Make it writable to have it changed.`);
    }
    if (old.nlink > 1n) return writeInPlace(path, bytes, isStill);
  }
  const temp = tempPathBeside(path);
  try {
    const sameOwner = await writeTemp(temp, bytes, old, mode);
    if (!sameOwner) {
      await unlink(temp);
      return await writeInPlace(path, bytes, isStill);
    }
    const now = await orMissing(lstat(path, { bigint: true }));
    if (now?.ino !== old?.ino || now?.dev !== old?.dev) {
      throw new BaleenError(`${path} was replaced by another program meanwhile; it was left alone. Try again.`);
    }
    if (!(await isStill())) {
      await unlink(temp);
      return false;
    }
    await renameOver(temp, path);
  } catch (error) {
    await unlink(temp).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(path));
  return true;
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
    if (old !== undefined) {
      const own = await handle.stat({ bigint: true });
      if (own.uid !== old.uid || own.gid !== old.gid) {
        const given = await handle.chown(Number(old.uid), Number(old.gid)).then(
          () => true,
          () => false,
        );
        if (!given) return false;
      }
    }
    const wanted = old === undefined ? mode : Number(old.mode & 0o7777n);
    if (wanted !== undefined) await handle.chmod(wanted);
    await handle.writeFile(bytes);
    await expectSize(handle, temp, bytes.length);
    await handle.sync();
    return true;
  } finally {
    await handle.close();
  }
}

/** For hard links and foreign owners, where a rename would cut the file off from its other name or its owner. */
async function writeInPlace(path: string, bytes: Uint8Array, isStill: () => Promise<boolean>): Promise<boolean> {
  if (!(await isStill())) return false;
  const handle = await openRegular(path, constants.O_RDWR);
  try {
    let written = 0;
    while (written < bytes.length) {
      written += (await handle.write(bytes, written, bytes.length - written, written)).bytesWritten;
    }
    await handle.truncate(bytes.length);
    await expectSize(handle, path, bytes.length);
    await handle.sync();
    return true;
  } finally {
    await handle.close();
  }
}

async function expectSize(handle: FileHandle, path: string, size: number): Promise<void> {
  const actual = (await handle.stat()).size;
  if (actual !== size) {
    throw new BaleenError(`Only ${actual} of ${size} bytes reached ${path}. Is the disk full?`);
  }
}

/** On Windows a virus scanner or an indexer may hold the target for a moment. */
async function renameOver(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await rename(from, to);
    } catch (error) {
      const code = codeOf(error);
      const mayPass = process.platform === 'win32' && (code === 'EPERM' || code === 'EBUSY' || code === 'EACCES');
      if (!mayPass || attempt === 6) throw error;
      await sleep(20 * attempt);
    }
  }
}

async function appendDurably(path: string, bytes: Uint8Array): Promise<void> {
  const existed = (await statOf(path)) !== undefined;
  const flags = constants.O_WRONLY | constants.O_APPEND;
  const handle = existed ? await openRegular(path, flags) : await open(path, 'ax', 0o600);
  try {
    const { size } = await handle.stat();
    await handle.appendFile(bytes);
    if ((await handle.stat()).size < size + bytes.length) {
      throw new BaleenError(`Not all bytes reached ${path}. Is the disk full?`);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (!existed) await syncFolder(dirname(path));
}

async function setRegularMode(path: string, mode: number): Promise<void> {
  const stat = await lstat(path);
  if (!stat.isFile()) throw notRegular(path, stat.isSymbolicLink());
  await chmod(path, mode);
}

async function removeEmptyFolder(path: string): Promise<boolean> {
  try {
    await rmdir(path);
    return true;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw error;
  }
}

/** Makes a rename or a new name last. Windows cannot open a folder, and has no need to. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await orMissing(open(folder, constants.O_RDONLY));
  if (handle === undefined) return;
  try {
    await handle.sync();
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'EINVAL' && code !== 'ENOTSUP' && code !== 'EPERM') throw error;
  } finally {
    await handle.close();
  }
}
