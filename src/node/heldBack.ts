/**
 * Protected names that appear while a closed command runs. Not all of them can be held beforehand (`sandboxBounds.ts`), so
 * what has appeared is taken out of the workspace and kept in the state folder, where no command in a sandbox comes.
 */
import { chmod, cp, link, lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { HeldBack, HeldBackName } from '../core/host.js';
import { messageOf } from '../core/errors.js';
import { absoluteOf, innermost, isInside, pathIn, type Roots } from '../core/repository/roots.js';
import { codeOf } from './errnoCode.js';
import { readRecords, recordOf, removeRecord, writeRecord } from './heldBackRecords.js';
import { inHeldFolder } from './heldFolder.js';
import { randomHex } from './randomHex.js';
import { findProtected } from './sandboxPlaces.js';

export interface HeldBackStore {
  /** While one closed command runs. `known`: the protected names that were there before, absolute. */
  watch(known: readonly string[], command: string): Watch;
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

/** Of all workspaces of this program: what is let in is let in beside every command. */
const watches = new Set<Set<string>>();

function accept(path: string): void {
  for (const known of watches) known.add(path);
}

export function heldBackFolder(stateFolder: string): string {
  return join(stateFolder, 'heldBack');
}

export function createHeldBackStore(roots: Roots, folder: string): HeldBackStore {
  // Of two looks at once the second would find what the first is moving.
  let last: Promise<unknown> = removeOld(folder);
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
  const take = async (known: ReadonlySet<string>, command: string): Promise<HeldBack | undefined> => {
    const found = (await Promise.all(roots.map((root) => findProtected(root.folder)))).flat();
    const fresh = [...new Set(found)].filter((path) => !known.has(path));
    const paths = (await Promise.all(fresh.map((path) => withoutKnown(path, known)))).flat();
    return paths.length === 0 ? undefined : moveAway(roots, join(folder, randomHex(8)), paths, command);
  };
  return {
    accept,
    watch(before, command) {
      const known = new Set(before);
      watches.add(known);
      let notBefore = 0;
      return {
        take: () => inTurn(() => take(known, command)),
        async takeInPassing() {
          const startedAt = performance.now();
          if (startedAt < notBefore) return undefined;
          const taken = await inTurn(() => take(known, command));
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

/** `undefined` where all of it has gone by itself. */
async function moveAway(
  roots: Roots,
  folder: string,
  paths: readonly string[],
  command: string,
): Promise<HeldBack | undefined> {
  const names: HeldBackName[] = [];
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // Before anything moves, so that whatever is kept can be told of; a full disk is no reason to leave it in the workspace.
  await writeRecord(folder, { command, paths: paths.map((path) => pathIn(roots, path)!) }).catch(() => undefined);
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
  if (names.length > 0) return heldIn(roots, folder, names);
  await rm(folder, { recursive: true, force: true });
  await removeRecord(folder);
  return undefined;
}

function heldIn(roots: Roots, folder: string, names: readonly HeldBackName[]): HeldBack {
  return {
    names,
    folder,
    async letIn() {
      const back = await letIn(roots, names);
      await removeRecord(folder);
      return back;
    },
    leave: () => removeRecord(folder),
  };
}

export interface Undecided {
  command: string;
  found: HeldBack;
}

/** What an earlier program asked about without an answer and is still kept; only of files of these roots. */
export async function findUndecided(roots: Roots, stateFolder: string): Promise<Undecided[]> {
  const undecided: Undecided[] = [];
  for (const { folder, command, paths } of await readRecords(heldBackFolder(stateFolder))) {
    const names: HeldBackName[] = [];
    for (const path of paths) {
      const absolute = placeOf(roots, path);
      const kept = join(folder, path);
      const isKept = isInside(folder, kept) && (await stands(kept));
      if (absolute !== undefined && isKept) names.push({ path, absolute, kept });
    }
    if (names.length > 0) undecided.push({ command, found: heldIn(roots, folder, names) });
  }
  return undecided;
}

/** `undefined` for what is no workspace path of these roots. */
function placeOf(roots: Roots, path: string): string | undefined {
  try {
    const absolute = absoluteOf(roots, path);
    return pathIn(roots, absolute) === path ? absolute : undefined;
  } catch {
    return undefined;
  }
}

/** Answers with the workspace paths of those that stand where they were again. */
async function letIn(roots: Roots, names: readonly HeldBackName[]): Promise<string[]> {
  const back: string[] = [];
  for (const { path, absolute, kept } of names) {
    if (kept === undefined) continue;
    accept(absolute);
    try {
      await inRoot(roots, absolute, (at) => moveIfFree(kept, at), 0o777);
      back.push(path);
    } catch {
      // Another window may have put it back; else it stays where it is kept.
      if (!(await stands(kept)) && (await stands(absolute))) back.push(path);
    }
  }
  return back;
}

async function stands(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}

/** `at` is the path by a folder that is held open: a command may turn the folders above into links meanwhile. */
function inRoot<T>(roots: Roots, path: string, work: (at: string) => Promise<T>, makeMode?: number): Promise<T> {
  const { folder } = innermost(roots, path)!;
  return inHeldFolder(dirname(path), folder, (held) => work(join(held, basename(path))), makeMode);
}

async function moveIfFree(from: string, to: string): Promise<void> {
  const there = await lstat(to).catch(() => undefined);
  if (there !== undefined) throw new Error(`${to} is there already.`);
  // A file that appears in this very moment is not replaced by a link; over a folder with something in it nothing moves.
  if ((await lstat(from)).isFile() && (await canLink(from, to))) await rm(from);
  else await move(from, to);
}

/** Throws where something is there; `false` where the file system has no such links, or another disk is meant. */
async function canLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw error;
    return false;
  }
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
      const options = {
        recursive: true,
        force: false,
        errorOnExist: true,
        verbatimSymlinks: true,
        preserveTimestamps: true,
        filter: canBeCopied,
      };
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

/** What is not decided is kept however old it is. */
async function removeOld(folder: string): Promise<void> {
  const names: string[] = await readdir(folder).catch(() => []);
  const undecided = names.filter((name) => names.includes(recordOf(name)));
  const kept = new Set(undecided.flatMap((name) => [name, recordOf(name)]));
  for (const name of names.filter((one) => !kept.has(one))) {
    const stat = await lstat(join(folder, name)).catch(() => undefined);
    if (stat !== undefined && Date.now() - stat.mtimeMs > keptMs) {
      await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined);
    }
  }
}
