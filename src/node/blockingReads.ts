/**
 * Looks and reads that block their thread. In the worker, which has nothing else to do meanwhile, they take a fraction of
 * the time that the same calls take through the thread pool: a pack makes several for each of many thousand files.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { FileTooLarge } from '../core/errors.js';
import type { Files } from '../core/host.js';
import { codeOf } from './errnoCode.js';
import { createNodeFiles, toFileStat } from './files.js';
import { hardMaxBytes, noFollow, notRegular } from './regularFile.js';

/** The files of `createNodeFiles`, with looks and plain reads that block. */
export function createBlockingFiles(): Files {
  const files = createNodeFiles();
  return {
    ...files,
    lstat: async (path) => {
      const stat = orMissing(() => lstatSync(path, { bigint: true, throwIfNoEntry: false }));
      return stat === undefined ? undefined : toFileStat(stat);
    },
    read: async (path, maxBytes, inside) =>
      inside === undefined ? readBlocking(path, maxBytes) : files.read(path, maxBytes, inside),
  };
}

function orMissing<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (codeOf(error) === 'ENOTDIR' || codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function readBlocking(path: string, maxBytes = hardMaxBytes): Uint8Array {
  const descriptor = openBlocking(path);
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw notRegular(path, false);
    const limit = Math.min(maxBytes, hardMaxBytes);
    if (stat.size > limit) throw new FileTooLarge(path, stat.size, limit);
    return readToEnd(descriptor, path, stat.size, limit);
  } finally {
    closeSync(descriptor);
  }
}

function openBlocking(path: string): number {
  // Without the flag there is only this look before the open.
  if (noFollow === 0) {
    const before = lstatSync(path);
    if (!before.isFile()) throw notRegular(path, before.isSymbolicLink());
  }
  try {
    return openSync(path, constants.O_RDONLY | noFollow);
  } catch (error) {
    if (codeOf(error) === 'ELOOP') throw notRegular(path, true);
    if (codeOf(error) === 'ENXIO') throw notRegular(path, false);
    throw error;
  }
}

function readToEnd(descriptor: number, path: string, size: number, limit: number): Uint8Array {
  // One byte more than expected, so that a file that grows meanwhile is read to its end.
  let bytes = new Uint8Array(size + 1);
  let length = 0;
  for (;;) {
    const read = readSync(descriptor, bytes, length, bytes.length - length, length);
    length += read;
    if (length > limit) throw new FileTooLarge(path, length, limit);
    if (length < bytes.length) return bytes.subarray(0, length);
    const larger = new Uint8Array(Math.min(bytes.length * 2 + 4096, limit + 1));
    larger.set(bytes);
    bytes = larger;
  }
}
