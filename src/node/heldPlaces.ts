/**
 * The empty folders by which the sandbox holds places that do not exist (see `sandboxBounds.ts`). The runtime takes them
 * away; one whose process was killed cannot. So they are noted before, and taken away at the next start.
 */
import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { owner } from './owner.js';

export interface HeldPlaces {
  /** Before they are made. */
  note(paths: readonly string[]): void;
  /** One command has ended; with the last one they are gone. */
  release(): void;
}

/** One file for each process. It holds no more than names, and is not waited for: a crash of the machine takes both. */
export function createHeldPlaces(folder: string): HeldPlaces {
  const path = join(folder, `${owner.name}.json`);
  const noted = new Set<string>();
  let running = 0;
  return {
    note(paths) {
      running++;
      const fresh = paths.filter((one) => !noted.has(one));
      if (fresh.length === 0) return;
      for (const one of fresh) noted.add(one);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeFileSync(path, JSON.stringify([...noted]), { mode: 0o600 });
    },
    release() {
      running--;
      if (running > 0 || noted.size === 0) return;
      noted.clear();
      rmSync(path, { force: true });
    },
  };
}

/** Removes what dead processes left, where it is still an empty folder. */
export function removeLeftPlaces(folder: string): string[] {
  const removed: string[] = [];
  for (const name of namesIn(folder)) {
    const process = /^(.+)\.json$/.exec(name)?.[1];
    if (process === undefined || owner.isAlive(process)) continue;
    const list = join(folder, name);
    for (const path of readNoted(list)) if (removeLeft(path)) removed.push(path);
    rmSync(list, { force: true });
  }
  return removed;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readNoted(path: string): string[] {
  try {
    const noted: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return Array.isArray(noted) ? noted.filter((one) => typeof one === 'string') : [];
  } catch {
    return [];
  }
}

function removeLeft(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch {
    return false;
  }
}
