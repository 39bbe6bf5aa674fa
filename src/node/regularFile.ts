/** What every way to the disk goes by: regular files only, links not followed, names that last. */
import { constants, type Stats } from 'node:fs';
import { lstat, open, rename, type FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { BaleenError } from '../core/errors.js';
import { codeOf } from './errnoCode.js';

/** Nothing larger is ever held in memory, whatever the caller says. */
export const hardMaxBytes = 1024 * 1024 * 1024;

// Windows has neither flag: there the lstat before the open is all there is.
// O_NONBLOCK keeps the open of a FIFO from waiting for a writer.
export const noFollow = process.platform === 'win32' ? 0 : constants.O_NOFOLLOW | constants.O_NONBLOCK;

export async function orMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** Opens without following a link at the last step, and refuses whatever is not a regular file. */
export async function openRegular(path: string, flags: number): Promise<FileHandle> {
  await expectRegular(path);
  return (await openLooked(path, flags)).handle;
}

/** Before the open, which does something to a pipe or a device. */
export async function expectRegular(path: string): Promise<void> {
  const stat = await lstat(path);
  if (!stat.isFile()) throw notRegular(path, stat.isSymbolicLink());
}

/** The same where somebody has looked at the path just now; answers with what the open file is. */
export async function openLooked(path: string, flags: number): Promise<{ handle: FileHandle; stat: Stats }> {
  if (noFollow === 0) await expectRegular(path);
  let handle: FileHandle;
  try {
    handle = await open(path, flags | noFollow);
  } catch (error) {
    if (codeOf(error) === 'ELOOP') throw notRegular(path, true);
    if (codeOf(error) === 'ENXIO') throw notRegular(path, false);
    throw error;
  }
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw notRegular(path, false);
    return { handle, stat };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

export function notRegular(path: string, isLink: boolean): BaleenError {
  const what = isLink ? 'a symbolic link' : 'not a regular file';
  return new BaleenError(`${path} is ${what}; it was left alone. Name the real file instead.`);
}

/** On Windows a virus scanner or an indexer may hold the target for a moment. */
export async function renameOver(from: string, to: string): Promise<void> {
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

/** Makes a rename or a new name last. Windows cannot open a folder, and has no need to. */
export async function syncFolder(folder: string): Promise<void> {
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
