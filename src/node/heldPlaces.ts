/**
 * The empty folders by which the sandbox holds places that do not exist (see `sandboxBounds.ts`). Several programs may run
 * over one folder, and any of them may be killed: each has a list of what it needs, and a place is cleared when no list of
 * a living one names it. One lock is around every look at the lists.
 */
import { existsSync } from 'node:fs';
import { lstat, mkdir, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf } from './errnoCode.js';
import { runLocked } from './fileLock.js';
import { owner } from './owner.js';
import { randomHex } from './randomHex.js';

export interface HeldPlaces {
  /**
   * Makes those that are missing. Answers with the ones that are held: what somebody else has put there is not. Each call
   * wants one `release` of what it answered.
   */
  hold(places: readonly string[]): Promise<string[]>;
  release(held: readonly string[]): Promise<void>;
  /** Clears what dead programs left, where it is still an empty folder; answers with it. */
  clearLeft(): Promise<string[]>;
}

/** The lists are no more than names, and not flushed: a crash of the machine takes both. */
export function createHeldPlaces(folder: string): HeldPlaces {
  // A process may have several workspaces open, one after the other or at once.
  const own = join(folder, `${owner.name}.${randomHex(8)}.json`);
  const counts = new Map<string, number>();
  const locked = async <T>(work: () => Promise<T>): Promise<T> => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return runLocked(join(folder, 'lock'), work);
  };
  const write = async (): Promise<void> => {
    if (counts.size === 0) await rm(own, { force: true });
    else await writeFile(own, JSON.stringify([...counts.keys()]), { mode: 0o600 });
  };
  return {
    hold: async (places) => {
      if (places.length === 0) return [];
      return locked(async () => {
        const listed = new Set((await readLists(folder)).flatMap((list) => list.places));
        const are = await Promise.all(places.map((place) => lookAt(place)));
        // An empty folder of the user's is in nobody's list.
        const held = places.filter((place, at) => are[at] === 'free' || (are[at] === 'folder' && listed.has(place)));
        for (const place of held) counts.set(place, (counts.get(place) ?? 0) + 1);
        // Noted before it is made, so that nothing is left that stands in no list.
        await write();
        for (const place of held) await make(place);
        return held;
      });
    },
    release: async (held) => {
      if (held.length === 0) return;
      await locked(async () => {
        const free = held.filter((place) => forget(counts, place));
        await write();
        const { places: needed } = sortOut(await readLists(folder));
        await clearAll(free.filter((place) => !needed.has(place)));
      });
    },
    clearLeft: async () => {
      if ((await readLists(folder)).every(({ isAlive }) => isAlive)) return [];
      return locked(async () => {
        const { places: needed, dead } = sortOut(await readLists(folder));
        const cleared: string[] = [];
        for (const { path, places } of dead) {
          cleared.push(...(await clearAll(places.filter((place) => !needed.has(place)))));
          await rm(path, { force: true });
        }
        return cleared;
      });
    },
  };
}

/** True if nobody here needs the place any more. */
function forget(counts: Map<string, number>, place: string): boolean {
  const left = (counts.get(place) ?? 1) - 1;
  if (left > 0) counts.set(place, left);
  else counts.delete(place);
  return left <= 0;
}

interface List {
  path: string;
  isAlive: boolean;
  places: string[];
}

/** What the living need, and the lists of the dead. */
function sortOut(lists: readonly List[]): { places: Set<string>; dead: List[] } {
  const living = lists.filter(({ isAlive }) => isAlive);
  return {
    places: new Set(living.flatMap(({ places }) => places)),
    dead: lists.filter(({ isAlive }) => !isAlive),
  };
}

async function readLists(folder: string): Promise<List[]> {
  const names = await readdir(folder).catch(() => []);
  const lists = await Promise.all(
    names.map(async (name) => {
      const process = /^([^.]+)\.[0-9a-f]+\.json$/.exec(name)?.[1];
      if (process === undefined) return [];
      const path = join(folder, name);
      return [{ path, isAlive: owner.isAlive(process), places: await readPlaces(path) }];
    }),
  );
  return lists.flat();
}

async function readPlaces(path: string): Promise<string[]> {
  try {
    const places: unknown = JSON.parse(await readFile(path, 'utf8'));
    return Array.isArray(places) ? places.filter((one) => typeof one === 'string') : [];
  } catch {
    return [];
  }
}

async function lookAt(place: string): Promise<'free' | 'folder' | 'other'> {
  try {
    return (await lstat(place)).isDirectory() ? 'folder' : 'other';
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') return 'other';
    return existsSync(dirname(place)) ? 'free' : 'other';
  }
}

/** What somebody has put there since the look is as good as a wall. */
async function make(place: string): Promise<void> {
  await mkdir(place).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
}

/** Answers with those that were empty folders. What lies further in goes first. */
async function clearAll(places: readonly string[]): Promise<string[]> {
  const cleared: string[] = [];
  for (const place of [...places].sort((a, b) => b.length - a.length)) {
    await rmdir(place).then(
      () => cleared.push(place),
      () => undefined,
    );
  }
  return cleared;
}
