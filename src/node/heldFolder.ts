import { constants } from 'node:fs';
import { mkdir, open, realpath, type FileHandle } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { BaleenError, messageOf } from '../core/errors.js';
import { isInside } from '../core/repository/roots.js';
import { codeOf } from './errnoCode.js';

/** Linux names an open folder by its descriptor, whatever becomes of the path that it was opened by. */
const canHold = process.platform === 'linux';
const folderFlags = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0);

/**
 * Runs `work` with a path of `folder` that no link can lead elsewhere. With `inside`, every step from there on has to be
 * a real folder, held open by its descriptor; on systems without such names the resolved path is compared instead, which
 * leaves a moment between look and use. Without `inside` the path is used as it is.
 */
export async function inHeldFolder<T>(
  folder: string,
  inside: string | undefined,
  work: (at: string) => Promise<T>,
  makeMode?: number,
): Promise<T> {
  if (inside === undefined) return work(folder);
  if (!isInside(inside, folder)) throw new BaleenError(`${folder} is not inside ${inside}; nothing was done.`);
  if (!canHold) return inComparedFolder(folder, inside, work, makeMode);
  const held = await hold(inside, folder, makeMode);
  const at = pathOf(held.handle);
  try {
    return await work(at);
  } catch (error) {
    // The user knows the folder by its name, not by our descriptor.
    if (error instanceof Error) error.message = error.message.replaceAll(at, folder);
    throw error;
  } finally {
    await held.letGo();
  }
}

interface Held {
  handle: FileHandle;
  letGo: () => Promise<void>;
}

interface Shared {
  opening: Promise<FileHandle>;
  users: number;
  sinceMs: number;
}

const sharedNow = new Map<string, Shared>();
/** What is looked up anew this often cannot long be another folder than the one of that name. */
const longestSharedMs = 20;

/** Files of one folder are worked on side by side: whoever comes while it is held, and need not make it, shares it. */
async function hold(inside: string, folder: string, makeMode: number | undefined): Promise<Held> {
  const key = `${inside}\0${folder}`;
  if (makeMode !== undefined) {
    const handle = await openFolder(inside, folder, makeMode);
    // What is held from before may be one that went.
    sharedNow.delete(key);
    return { handle, letGo: () => handle.close() };
  }
  const known = sharedNow.get(key);
  if (known !== undefined && performance.now() - known.sinceMs < longestSharedMs) {
    known.users++;
    const handle = await known.opening.catch(() => undefined);
    if (handle !== undefined) return { handle, letGo: () => letGo(key, known) };
    // It may have been made since the other one looked.
    known.users--;
  }
  const shared: Shared = { opening: openFolder(inside, folder), users: 1, sinceMs: performance.now() };
  sharedNow.set(key, shared);
  try {
    return { handle: await shared.opening, letGo: () => letGo(key, shared) };
  } catch (error) {
    if (sharedNow.get(key) === shared) sharedNow.delete(key);
    throw error;
  }
}

async function letGo(key: string, shared: Shared): Promise<void> {
  if (--shared.users > 0) return;
  if (sharedNow.get(key) === shared) sharedNow.delete(key);
  await (await shared.opening).close();
}

async function openFolder(inside: string, folder: string, makeMode?: number): Promise<FileHandle> {
  let held: FileHandle = await open(inside, folderFlags);
  for (const name of relative(inside, folder).split(sep)) {
    if (name === '') continue;
    try {
      const next = await openStep(join(pathOf(held), name), makeMode);
      await held.close();
      held = next;
    } catch (error) {
      await held.close();
      throw describeStep(error, folder);
    }
  }
  return held;
}

function pathOf(handle: FileHandle): string {
  return `/proc/self/fd/${handle.fd}`;
}

async function openStep(path: string, makeMode: number | undefined): Promise<FileHandle> {
  try {
    return await open(path, folderFlags);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || makeMode === undefined) throw error;
  }
  await mkdir(path, { mode: makeMode }).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
  return open(path, folderFlags);
}

function describeStep(error: unknown, folder: string): Error {
  const code = codeOf(error);
  if (code === 'ELOOP' || code === 'ENOTDIR') {
    return new BaleenError(`${folder} leads through a link or a file now; nothing was done.`);
  }
  if (code !== 'ENOENT') return error instanceof Error ? error : new Error(messageOf(error));
  return Object.assign(new Error(`ENOENT: no such folder, '${folder}'`), { code });
}

async function inComparedFolder<T>(
  folder: string,
  inside: string,
  work: (at: string) => Promise<T>,
  makeMode: number | undefined,
): Promise<T> {
  if (makeMode !== undefined) await mkdir(folder, { recursive: true, mode: makeMode });
  if (!isInside(await realpath(inside), await realpath(folder))) {
    throw new BaleenError(`${folder} leads out of the workspace now; nothing was done.`);
  }
  return work(folder);
}
