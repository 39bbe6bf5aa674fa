/** The steps that reading, replacing and moving share. */
import { constants } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { BaleenError } from '../core/errors.js';
import { codeOf } from './errnoCode.js';

export async function orMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
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
