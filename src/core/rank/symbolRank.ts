import { isDistinctive, type FileSymbols } from './symbols.js';

/** Which files use what others define. */
export interface SymbolGraph {
  /** A name that few files define points at them; one that many define points at nobody. Names by number. */
  definers: readonly (readonly number[])[];
  /** For each file, the names of others that it uses. */
  uses: readonly Uint32Array[];
  weights: Float64Array;
}

/** A name that more files define than this is a word of the language's customs, like `main` or `setUp`. */
const mostDefiners = 24;
const plainWeight = 0.3;
const damping = 0.85;
const rounds = 20;

export function linkSymbols(files: readonly (FileSymbols | undefined)[]): SymbolGraph {
  const numbers = new Map<number, number>();
  const definers: number[][] = [];
  const names: number[] = [];
  for (const [file, symbols] of files.entries()) {
    for (const name of symbols?.defined ?? []) {
      let number = numbers.get(name);
      if (number === undefined) {
        numbers.set(name, (number = definers.length));
        definers.push([]);
        names.push(name);
      }
      definers[number]?.push(file);
    }
  }
  const isKept = definers.map((list) => list.length <= mostDefiners);
  const weights = Float64Array.from(definers, (list, number) =>
    isKept[number] === true ? (isDistinctive(names[number] ?? 0) ? 1 : plainWeight) / Math.sqrt(list.length) : 0,
  );
  const uses = files.map((symbols) => {
    const used: number[] = [];
    for (const name of symbols?.used ?? []) {
      const number = numbers.get(name);
      if (number !== undefined && isKept[number] === true) used.push(number);
    }
    return Uint32Array.from(used);
  });
  return { definers, uses, weights };
}

/** Page rank: a file counts for much if files that count for much use what it defines. They add up to one. */
export function rankBySymbols({ definers, uses, weights }: SymbolGraph): Float64Array {
  const count = uses.length;
  let ranks = new Float64Array(count).fill(1 / Math.max(1, count));
  const spread = uses.map((used) => used.reduce((sum, name) => sum + (weights[name] ?? 0), 0));
  for (let round = 0; round < rounds; round++) {
    const flow = new Float64Array(definers.length);
    let lost = 0;
    for (let file = 0; file < count; file++) {
      const rank = ranks[file] ?? 0;
      const all = spread[file] ?? 0;
      if (all === 0) lost += rank;
      else for (const name of uses[file] ?? []) flow[name] = (flow[name] ?? 0) + (rank * (weights[name] ?? 0)) / all;
    }
    const next = new Float64Array(count).fill((1 - damping + damping * lost) / Math.max(1, count));
    for (const [name, files] of definers.entries()) {
      const share = (damping * (flow[name] ?? 0)) / files.length;
      if (share > 0) for (const file of files) next[file] = (next[file] ?? 0) + share;
    }
    ranks = next;
  }
  return ranks;
}

/** How close files are to some others by what they define and use: for each file the sum of the names that they share. */
export function neighboursOf({ definers, uses, weights }: SymbolGraph, near: ReadonlySet<number>): Float64Array {
  const scores = new Float64Array(uses.length);
  const add = (file: number, score: number): void => {
    if (!near.has(file)) scores[file] = (scores[file] ?? 0) + score;
  };
  const theirs = new Set<number>();
  for (const [name, files] of definers.entries()) if (files.some((file) => near.has(file))) theirs.add(name);
  for (const [file, used] of uses.entries()) {
    for (const name of used) {
      const weight = weights[name] ?? 0;
      if (near.has(file)) for (const definer of definers[name] ?? []) add(definer, weight);
      else if (theirs.has(name)) add(file, weight);
    }
  }
  return scores;
}

/** The files that use what one defines, by the weight of the names they share. */
export function usersOf({ definers, uses, weights }: SymbolGraph, of: number): { file: number; weight: number }[] {
  const own = new Set<number>();
  for (const [name, files] of definers.entries()) if (files.includes(of)) own.add(name);
  const users: { file: number; weight: number }[] = [];
  for (const [file, used] of uses.entries()) {
    let weight = 0;
    for (const name of used) if (own.has(name)) weight += weights[name] ?? 0;
    if (weight > 0 && file !== of) users.push({ file, weight });
  }
  return users.sort((a, b) => b.weight - a.weight || a.file - b.file);
}
