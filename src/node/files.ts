import { constants, type BigIntStats } from 'node:fs';
import { chmod, lstat, mkdir, open, readdir, realpath, rmdir, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BaleenError, FileTooLarge } from '../core/errors.js';
import type { Files, FileStat, StagedFile } from '../core/host.js';
import { codeOf } from './errnoCode.js';
import { runLocked } from './fileLock.js';
import { inHeldFolder } from './heldFolder.js';
import { moveRegular } from './moveFile.js';
import {
  expectRegular,
  hardMaxBytes,
  notRegular,
  openLooked,
  openRegular,
  orMissing,
  syncFolder,
} from './regularFile.js';
import { commitStaged, dropStaged, replaceFile, stageFile } from './replaceFile.js';
import { removeDeadTemps } from './tempFiles.js';

export function createNodeFiles(): Files {
  return {
    lstat: statOf,
    read: (path, maxBytes, inside) =>
      inHeldFolder(dirname(path), inside, async (at) => {
        await expectRegular(join(at, basename(path)));
        return (await readRegular(join(at, basename(path)), maxBytes)).bytes;
      }),
    readWithMode: (path, inside) =>
      orMissing(inHeldFolder(dirname(path), inside, (at) => readRegular(join(at, basename(path))))),
    readFrom: async (path, start) => (await orMissing(readEnd(path, start))) ?? new Uint8Array(),
    realpath: (path) => orMissing(realpath(path)),
    list: async (folder) => (await readdir(folder)).sort(),
    replace: (path, bytes, mode, inside, expected) =>
      inHeldFolder(dirname(path), inside, (at) => replaceFile(join(at, basename(path)), bytes, mode, expected)),
    stage: stageHeld,
    syncFolder: (folder, inside) => inHeldFolder(folder, inside, syncFolder),
    removeDeadTemps: async (folder, inside, isOurs) =>
      (await orMissing(inHeldFolder(folder, inside, (at) => removeDeadTemps(at, isOurs)))) ?? [],
    append: appendDurably,
    setMode: (path, mode, inside) =>
      inHeldFolder(dirname(path), inside, (at) => setRegularMode(join(at, basename(path)), mode)),
    setTime: (path, mtimeMs, inside) =>
      inHeldFolder(dirname(path), inside, (at) => setRegularTime(join(at, basename(path)), mtimeMs)),
    move: (from, to, inside) =>
      inHeldFolder(dirname(from), inside?.from, (source) =>
        inHeldFolder(dirname(to), inside?.to, (target) =>
          moveRegular(join(source, basename(from)), join(target, basename(to))),
        ),
      ),
    remove: (path, inside) =>
      inHeldFolder(dirname(path), inside, async (at) => {
        await orMissing(unlink(join(at, basename(path))));
        await syncFolder(at);
      }),
    removeEmptyFolder,
    setFolderMode: (path, mode, inside) => inHeldFolder(path, inside, (at) => chmod(at, mode)),
    makeFolder: async (path, mode = 0o700, inside) => {
      if (inside === undefined) await mkdir(path, { recursive: true, mode });
      else await inHeldFolder(path, inside, async () => undefined, mode);
    },
    withLock: runLocked,
  };
}

/** The folder is held anew at each step: many files may wait at once, and descriptors are few. */
async function stageHeld(path: string, bytes: Uint8Array, mode: number, inside?: string): Promise<StagedFile> {
  const inFolder = <T>(work: (target: string) => Promise<T>): Promise<T> =>
    inHeldFolder(dirname(path), inside, (at) => work(join(at, basename(path))));
  const staged = await inFolder((target) => stageFile(target, bytes, { mode, isForced: true }));
  return {
    commit: () => inFolder((target) => commitStaged(target, staged)),
    drop: () => inFolder((target) => dropStaged(target, staged)),
  };
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

async function readRegular(path: string, maxBytes = hardMaxBytes): Promise<{ bytes: Uint8Array; mode: number }> {
  const limit = Math.min(maxBytes, hardMaxBytes);
  const { handle, stat } = await openLooked(path, constants.O_RDONLY);
  const { size } = stat;
  try {
    if (size > limit) throw new FileTooLarge(path, size, limit);
    // One byte more than expected, so that a file that grows meanwhile is read to its end.
    let bytes = new Uint8Array(size + 1);
    let length = 0;
    for (;;) {
      const asked = bytes.length - length;
      const { bytesRead } = await handle.read(bytes, length, asked, length);
      length += bytesRead;
      // Less than asked for, where the file was said to end: to ask again would answer nothing.
      const isWhole = bytesRead === 0 || (bytesRead < asked && length === size);
      if (isWhole) return { bytes: bytes.subarray(0, length), mode: stat.mode & 0o7777 };
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

async function setRegularTime(path: string, mtimeMs: number): Promise<void> {
  const handle = await openRegular(path, constants.O_RDONLY);
  try {
    await handle.utimes(mtimeMs / 1000, mtimeMs / 1000);
  } finally {
    await handle.close();
  }
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
