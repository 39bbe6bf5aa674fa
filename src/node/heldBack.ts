/**
 * Protected names that appear while a closed command runs. Not all of them can be held beforehand (`sandboxBounds.ts`), so
 * what has appeared is taken out of the workspace and kept in the state folder, where no command in a sandbox comes.
 */
import { chmod, cp, lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { HeldBack, HeldBackName } from '../core/host.js';
import { messageOf } from '../core/errors.js';
import { innermost, isInside, pathIn, type Roots } from '../core/repository/roots.js';
import { codeOf } from './errnoCode.js';
import { inHeldFolder } from './heldFolder.js';
import { randomHex } from './randomHex.js';
import { findProtected } from './sandboxPlaces.js';

export interface HeldBackStore {
  /** While one closed command runs. `known`: the protected names that were there before, absolute. */
  watch(known: readonly string[]): Watch;
  /** Made by this program, or let in by the user: no command's doing. */
  accept(path: string): void;
}

export interface Watch {
  /** Looks at once. `undefined` where nothing has appeared. */
  take(): Promise<HeldBack | undefined>;
  /** The same, but not more often than such a look may cost. */
  takeInPassing(): Promise<HeldBack | undefined>;
  end(): void;
}

/** A look may take one part in so many of the time, and comes no sooner than this. */
const leastBetweenMs = 900;
const shareOfTime = 20;
const keptMs = 30 * 24 * 3600 * 1000;

export function createHeldBackStore(roots: Roots, folder: string): HeldBackStore {
  const watches = new Set<Set<string>>();
  // Of two looks at once the second would find what the first is moving.
  let last: Promise<unknown> = removeOld(folder);
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
  const accept = (path: string): void => {
    for (const known of watches) known.add(path);
  };
  const take = async (known: ReadonlySet<string>): Promise<HeldBack | undefined> => {
    const found = (await Promise.all(roots.map((root) => findProtected(root.folder)))).flat();
    const fresh = [...new Set(found)].filter((path) => !known.has(path));
    const paths = (await Promise.all(fresh.map((path) => withoutKnown(path, known)))).flat();
    return paths.length === 0 ? undefined : moveAway(roots, join(folder, randomHex(8)), paths, accept);
  };
  return {
    accept,
    watch(before) {
      const known = new Set(before);
      watches.add(known);
      let notBefore = 0;
      return {
        take: () => inTurn(() => take(known)),
        async takeInPassing() {
          const startedAt = performance.now();
          if (startedAt < notBefore) return undefined;
          const taken = await inTurn(() => take(known));
          const now = performance.now();
          notBefore = now + Math.max(leastBetweenMs, (now - startedAt) * shareOfTime);
          return taken;
        },
        end: () => void watches.delete(known),
      };
    },
  };
}

/** A new folder in which something may stand is not taken as a whole. */
async function withoutKnown(path: string, known: ReadonlySet<string>): Promise<string[]> {
  if (known.has(path)) return [];
  if (![...known].some((one) => one !== path && isInside(path, one))) return [path];
  const names = await readdir(path).catch(() => undefined);
  if (names === undefined) return [path];
  return (await Promise.all(names.map((name) => withoutKnown(join(path, name), known)))).flat();
}

async function moveAway(
  roots: Roots,
  folder: string,
  paths: readonly string[],
  accept: (path: string) => void,
): Promise<HeldBack> {
  const names: HeldBackName[] = [];
  for (const path of paths) {
    const name = pathIn(roots, path)!;
    const kept = join(folder, name);
    try {
      await mkdir(dirname(kept), { recursive: true, mode: 0o700 });
      await inRoot(roots, path, (at) => move(at, kept));
      names.push({ path: name, absolute: path, kept });
    } catch (error) {
      if (codeOf(error) === 'ENOENT') continue;
      names.push({ path: name, absolute: path, trouble: messageOf(error) });
    }
  }
  return { names, folder, letIn: () => letIn(roots, names, accept) };
}

/** Answers with the workspace paths of those that stand where they were again. */
async function letIn(roots: Roots, names: readonly HeldBackName[], accept: (path: string) => void): Promise<string[]> {
  const back: string[] = [];
  for (const { path, absolute, kept } of names) {
    if (kept === undefined) continue;
    accept(absolute);
    try {
      await inRoot(roots, absolute, (at) => moveIfFree(kept, at), 0o777);
      back.push(path);
    } catch {
      // It stays where it is kept.
    }
  }
  return back;
}

/** `at` is the path by a folder that is held open: a command may turn the folders above into links meanwhile. */
function inRoot<T>(roots: Roots, path: string, work: (at: string) => Promise<T>, makeMode?: number): Promise<T> {
  const { folder } = innermost(roots, path)!;
  return inHeldFolder(dirname(path), folder, (held) => work(join(held, basename(path))), makeMode);
}

async function moveIfFree(from: string, to: string): Promise<void> {
  const there = await lstat(to).catch(() => undefined);
  if (there !== undefined) throw new Error(`${to} is there already.`);
  await move(from, to);
}

async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EACCES' || code === 'EPERM') {
      // A folder that may not be written to cannot change its place either.
      if (!(await lstat(from)).isDirectory()) throw error;
      await chmod(from, 0o700);
      await rename(from, to);
    } else if (code === 'EXDEV') {
      const options = { recursive: true, verbatimSymlinks: true, preserveTimestamps: true, filter: canBeCopied };
      await cp(from, to, options);
      await rm(from, { recursive: true, force: true });
    } else throw error;
  }
}

/** A pipe or a socket among them must not keep the rest in the workspace. */
async function canBeCopied(path: string): Promise<boolean> {
  const stat = await lstat(path);
  return stat.isFile() || stat.isDirectory() || stat.isSymbolicLink();
}

async function removeOld(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const stat = await lstat(join(folder, name)).catch(() => undefined);
    if (stat !== undefined && Date.now() - stat.mtimeMs > keptMs) {
      await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined);
    }
  }
}
