import { link, open, readFile, rename, stat, unlink, utimes, type FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { BaleenError } from '../core/errors.js';
import { codeOf } from './errnoCode.js';
import { isAlive } from './isAlive.js';
import { randomHex } from './randomHex.js';

interface Holder {
  pid: number;
  host: string;
  token: string;
}

const pollMs = 25;
/** A live holder touches its lock this often, so that age alone tells a holder that is gone (a pid is used again). */
const refreshMs = 20_000;
const staleMs = 5 * 60_000;
/** A lock without readable content is one whose maker died between creating and writing it. */
const unreadableStaleMs = 10_000;
const longestWaitMs = 5 * 60_000;

/** Runs `work` while no other process (and no other call of this one) holds the lock file at `path`. */
export async function runLocked<T>(path: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const held = await acquire(path, randomHex(16), signal);
  const refresh = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, refreshMs);
  refresh.unref();
  try {
    return await work();
  } finally {
    clearInterval(refresh);
    const isOurs = await isSameFile(path, held);
    await held.close();
    if (isOurs) await unlink(path).catch(() => undefined);
  }
}

/** While it is open no other file can be taken for it. */
async function isSameFile(path: string, held: FileHandle): Promise<boolean> {
  try {
    const [there, ours] = [await stat(path, { bigint: true }), await held.stat({ bigint: true })];
    return there.ino === ours.ino && there.dev === ours.dev;
  } catch {
    return false;
  }
}

/** The lock's file stays open. */
async function acquire(path: string, token: string, signal: AbortSignal | undefined): Promise<FileHandle> {
  const startedAt = performance.now();
  for (;;) {
    signal?.throwIfAborted();
    try {
      const handle = await open(path, 'wx', 0o600);
      try {
        await handle.writeFile(JSON.stringify({ pid: process.pid, host: hostname(), token } satisfies Holder));
        return handle;
      } catch (error) {
        await handle.close();
        await unlink(path).catch(() => undefined);
        throw error;
      }
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    const holder = await readHolder(path);
    if (await isStale(path, holder)) await takeAway(path, holder);
    else if (performance.now() - startedAt > longestWaitMs) {
      const who = holder === undefined ? 'Another program' : `Process ${holder.pid} on ${holder.host}`;
      throw new BaleenError(
        `${who} has held the lock ${path} for minutes. Nothing was changed; end that process, or delete the lock file if it is gone.`,
      );
    } else await sleep(pollMs, undefined, signal === undefined ? {} : { signal });
  }
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (typeof value !== 'object' || value === null) return undefined;
    const { pid, host, token } = value as Partial<Holder>;
    return typeof pid === 'number' && typeof host === 'string' && typeof token === 'string'
      ? { pid, host, token }
      : undefined;
  } catch {
    return undefined;
  }
}

async function isStale(path: string, holder: Holder | undefined): Promise<boolean> {
  let ageMs: number;
  try {
    ageMs = Date.now() - (await stat(path)).mtimeMs;
  } catch {
    return false;
  }
  if (holder === undefined) return ageMs > unreadableStaleMs;
  if (holder.host === hostname() && !isAlive(holder.pid)) return true;
  return ageMs > staleMs;
}

/** Renames before deleting, so that of two processes that saw the same stale lock one cannot delete the other's new one. */
async function takeAway(path: string, seen: Holder | undefined): Promise<void> {
  const aside = `${path}.${randomHex(12)}.stale`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  const moved = await readHolder(aside);
  if (moved !== undefined && moved.token !== seen?.token) await link(aside, path).catch(() => undefined);
  await unlink(aside).catch(() => undefined);
}
