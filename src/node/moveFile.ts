import { lstat, open, readdir, unlink } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { BaleenError } from '../core/errors.js';
import { codeOf } from './errnoCode.js';
import { notRegular, orMissing, renameOver, syncFolder } from './regularFile.js';

/** A rename replaces what stands at the new name, so that the name is claimed first, by a file that cannot be there yet. */
export async function moveRegular(from: string, to: string): Promise<void> {
  const stat = await lstat(from, { bigint: true });
  if (!stat.isFile()) throw notRegular(from, stat.isSymbolicLink());
  const there = await orMissing(lstat(to, { bigint: true }));
  const isSpelling = there?.ino === stat.ino && there.dev === stat.dev && !(await hasEntry(to));
  if (there !== undefined && !isSpelling) throw isTaken(to);
  if (!isSpelling) await claim(to);
  try {
    await renameOver(from, to);
  } catch (error) {
    if (!isSpelling) await unlink(to).catch(() => undefined);
    if (codeOf(error) !== 'EXDEV') throw error;
    throw new BaleenError(
      `${from} and ${to} lie on different disks, so nothing was moved. Write the new file instead.`,
    );
  }
  await syncFolder(dirname(to));
  await syncFolder(dirname(from));
}

/** By the very letters: a disk that does not tell case finds a file by names that its folder does not hold. */
async function hasEntry(path: string): Promise<boolean> {
  return (await readdir(dirname(path))).includes(basename(path));
}

async function claim(path: string): Promise<void> {
  try {
    await (await open(path, 'wx', 0o600)).close();
  } catch (error) {
    throw codeOf(error) === 'EEXIST' ? isTaken(path) : error;
  }
}

function isTaken(path: string): BaleenError {
  return new BaleenError(`${path} exists already; nothing was moved. Choose another name.`);
}
