/** The names under which the folders of a workspace stand: each a path segment that the gate lets through, no two alike. */
import { basename } from 'node:path';
import type { Root } from '../../protocol/pack.js';
import { findSpellingTrouble } from './pathGate.js';
import { comparePaths } from './paths.js';
import type { Roots } from './roots.js';

const longestName = 100;

/**
 * One folder needs no name. Of several with one name the first by path keeps it and the others get a number, so that the
 * order in which they were opened plays no part.
 */
export function nameRoots(folders: readonly [Root, ...Root[]]): Roots {
  const [first, ...others] = folders;
  if (others.length === 0) return [{ name: '', folder: first.folder }];
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const { name, folder } of [...folders].sort((a, b) => comparePaths(a.folder, b.folder))) {
    const clean = cleanName(name) ?? cleanName(basename(folder)) ?? 'folder';
    let free = clean;
    for (let number = 2; taken.has(foldCase(free)); number++) free = `${clean}-${number}`;
    taken.add(foldCase(free));
    names.set(folder, free);
  }
  const named = ({ folder }: Root): Root => ({ name: names.get(folder) ?? 'folder', folder });
  return [named(first), ...others.map(named)];
}

/** A given name may be any text; what no file could be called becomes a dash. */
function cleanName(name: string): string | undefined {
  const clean = name
    .replace(/[^\p{L}\p{M}\p{N} ._+@()[\],=#!&'-]/gu, '-')
    .slice(0, longestName)
    .replace(/^ +|[ .]+$/g, '');
  return clean === '' || findSpellingTrouble(clean) !== undefined ? undefined : clean;
}

/** Names that differ only in case are one to many a reader, and to some disks. */
function foldCase(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
