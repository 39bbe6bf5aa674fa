/** Puts the files of a tree in the order in which they are worth their tokens. */
import { comparePaths } from '../repository/paths.js';
import type { FileHistory } from './history.js';
import { linkSymbols, neighboursOf, rankBySymbols, usersOf, type SymbolGraph } from './symbolRank.js';
import type { FileSymbols } from './symbols.js';

export interface RankedFile {
  path: string;
  symbols: FileSymbols | undefined;
}

/** Each between 0 and 1: the share of files that come behind this one. */
export interface RankParts {
  symbols: number;
  history: number;
  near: number;
  /** 1 for what a newcomer reads first: the readme and the manifest at the top. */
  first: number;
}

export interface Ranking {
  /** Indexes of all files, best first. */
  order: number[];
  parts: readonly RankParts[];
  history: ReadonlyMap<string, FileHistory>;
  /** Files that use what this one defines, the closest first. */
  users(file: number): number[];
}

/** What is near weighs most, since somebody is working there; use by others more than change. */
const weights: RankParts = { symbols: 1, history: 0.7, near: 1.5, first: 1 };
/** A file in the same folder is as near as this; each step away takes a half of it. */
const folderNearness = 0.5;

/** At the top of the tree: what it is, how it is built, how to work on it. */
const firstFiles =
  /^(?:readme(?:\.(?:md|rst|txt|adoc))?|agents\.md|claude\.md|contributing\.md|architecture\.md|package\.json|pyproject\.toml|setup\.py|cargo\.toml|go\.mod|pom\.xml|build\.gradle(?:\.kts)?|gemfile|composer\.json|cmakelists\.txt|makefile)$/i;

/** Depends on the tree, its history and `near` alone; `files` are in path order. */
export function rankFiles(
  files: readonly RankedFile[],
  history: ReadonlyMap<string, FileHistory>,
  near: readonly string[],
): Ranking {
  const graph = linkSymbols(files.map(({ symbols }) => symbols));
  const bySymbols = toShares(rankBySymbols(graph));
  const byHistory = toShares(Float64Array.from(files, ({ path }) => history.get(path)?.weight ?? 0));
  const byNearness = nearnessOf(files, graph, near);
  const parts = files.map(({ path }, file): RankParts => ({
    symbols: bySymbols[file] ?? 0,
    history: byHistory[file] ?? 0,
    near: byNearness[file] ?? 0,
    first: firstFiles.test(path) ? 1 : 0,
  }));
  const scores = parts.map(scoreOf);
  const order = files.map((_, file) => file);
  order.sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || comparePaths(pathOf(files, a), pathOf(files, b)));
  return { order, parts, history, users: (file) => usersOf(graph, file).map((user) => user.file) };
}

function scoreOf({ symbols, history, near, first }: RankParts): number {
  // What is open or was named comes before everything else.
  const named = near === 1 ? 10 : 0;
  return named + weights.symbols * symbols + weights.history * history + weights.near * near + weights.first * first;
}

function pathOf(files: readonly RankedFile[], file: number): string {
  return files[file]?.path ?? '';
}

/** For each value the share of values below it, so that one huge value does not hide all others. */
function toShares(values: Float64Array): Float64Array {
  const sorted = Float64Array.from(values).sort();
  const shares = new Map<number, number>();
  for (let at = sorted.length - 1; at >= 0; at--) shares.set(sorted[at] ?? 0, at / Math.max(1, sorted.length));
  return values.map((value) => shares.get(value) ?? 0);
}

function nearnessOf(files: readonly RankedFile[], graph: SymbolGraph, near: readonly string[]): Float64Array {
  const nearness = new Float64Array(files.length);
  if (near.length === 0) return nearness;
  const named = new Set(near);
  const places = new Set(files.flatMap(({ path }, file) => (named.has(path) ? [file] : [])));
  const neighbours = neighboursOf(graph, places);
  const most = neighbours.reduce((a, b) => Math.max(a, b), 0);
  const folders = near.map(folderOf);
  for (const [file, { path }] of files.entries()) {
    if (places.has(file)) nearness[file] = 1;
    else {
      const steps = folders.reduce((least, folder) => Math.min(least, stepsBetween(folder, folderOf(path))), Infinity);
      const shared = most === 0 ? 0 : (neighbours[file] ?? 0) / most;
      nearness[file] = Math.max(folderNearness * 2 ** -steps, 0.9 * shared);
    }
  }
  return nearness;
}

function folderOf(path: string): string[] {
  return path.split('/').slice(0, -1);
}

/** Folders to go up and down from one to the other. */
function stepsBetween(from: readonly string[], to: readonly string[]): number {
  let shared = 0;
  while (shared < from.length && shared < to.length && from[shared] === to[shared]) shared++;
  return from.length + to.length - 2 * shared;
}
