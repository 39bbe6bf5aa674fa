import { createNameTable, type NameTable } from './nameTable.js';
import { isDistinctive, type FileSymbols } from './symbols.js';

/** Which files use what others define. Names by number; lists one behind the other, for each from its start to the next. */
export interface SymbolGraph {
  files: number;
  /** For each name the files that define it. */
  definerStarts: Uint32Array;
  definers: Uint32Array;
  /** For each file the names that it uses. */
  useStarts: Uint32Array;
  uses: Uint32Array;
  /** What a name says: nothing, if many files define it. */
  weights: Float64Array;
}

/** A name that more files define than this is a word of the language's customs, like `main` or `setUp`. */
const mostDefiners = 24;
const plainWeight = 0.3;
const damping = 0.85;
const rounds = 20;

export function linkSymbols(files: readonly (FileSymbols | undefined)[]): SymbolGraph {
  const names = createNameTable();
  for (const symbols of files) for (const name of symbols?.defined ?? []) names.add(name);
  const { starts: definerStarts, items: definers } = listDefiners(files, names);
  const weights = new Float64Array(names.size);
  for (let name = 0; name < names.size; name++) {
    const count = definerStarts[name + 1]! - definerStarts[name]!;
    const weight = isDistinctive(names.nameAt(name)) ? 1 : plainWeight;
    if (count <= mostDefiners) weights[name] = weight / Math.sqrt(count);
  }
  const useStarts = new Uint32Array(files.length + 1);
  const uses = new Uint32Array(files.reduce((sum, symbols) => sum + (symbols?.used.length ?? 0), 0));
  let end = 0;
  for (const [file, symbols] of files.entries()) {
    for (const used of symbols?.used ?? []) {
      const name = names.find(used);
      if (name >= 0 && weights[name]! > 0) uses[end++] = name;
    }
    useStarts[file + 1] = end;
  }
  return { files: files.length, definerStarts, definers, useStarts, uses: uses.subarray(0, end), weights };
}

function listDefiners(
  files: readonly (FileSymbols | undefined)[],
  names: NameTable,
): { starts: Uint32Array; items: Uint32Array } {
  const starts = new Uint32Array(names.size + 1);
  for (const symbols of files) for (const name of symbols?.defined ?? []) starts[names.find(name) + 1]!++;
  for (let name = 0; name < names.size; name++) starts[name + 1]! += starts[name]!;
  const items = new Uint32Array(starts.at(-1)!);
  const ends = starts.slice();
  for (const [file, symbols] of files.entries()) {
    for (const name of symbols?.defined ?? []) items[ends[names.find(name)]!++] = file;
  }
  return { starts, items };
}

/** Page rank: a file counts for much if files that count for much use what it defines. They add up to one. */
export function rankBySymbols(graph: SymbolGraph): Float64Array {
  const { files, definerStarts, definers, useStarts, uses, weights } = graph;
  const least = 1 / Math.max(1, files);
  const ranks = new Float64Array(files).fill(least);
  const spread = new Float64Array(files);
  for (let file = 0; file < files; file++) {
    for (let at = useStarts[file]!; at < useStarts[file + 1]!; at++) spread[file]! += weights[uses[at]!]!;
  }
  const flow = new Float64Array(weights.length);
  for (let round = 0; round < rounds; round++) {
    flow.fill(0);
    let lost = 0;
    for (let file = 0; file < files; file++) {
      const rank = ranks[file]!;
      const all = spread[file]!;
      if (all === 0) lost += rank;
      else
        for (let at = useStarts[file]!; at < useStarts[file + 1]!; at++)
          flow[uses[at]!]! += (rank * weights[uses[at]!]!) / all;
    }
    ranks.fill((1 - damping + damping * lost) * least);
    for (let name = 0; name < flow.length; name++) {
      if (flow[name] === 0) continue;
      const start = definerStarts[name]!;
      const end = definerStarts[name + 1]!;
      const share = (damping * flow[name]!) / (end - start);
      for (let at = start; at < end; at++) ranks[definers[at]!]! += share;
    }
  }
  return ranks;
}

/** How close files are to some others by what they define and use: for each file the sum of the names that they share. */
export function neighboursOf(graph: SymbolGraph, near: ReadonlySet<number>): Float64Array {
  const { files, weights } = graph;
  const scores = new Float64Array(files);
  const add = (file: number, score: number): void => {
    if (!near.has(file)) scores[file]! += score;
  };
  const theirs = namesDefinedBy(graph, near);
  for (let file = 0; file < files; file++) {
    for (const name of usesOf(graph, file)) {
      const weight = weights[name]!;
      if (near.has(file)) for (const definer of definersOf(graph, name)) add(definer, weight);
      else if (theirs.has(name)) add(file, weight);
    }
  }
  return scores;
}

/** The files that use what one defines, by the weight of the names they share. */
export function usersOf(graph: SymbolGraph, of: number): { file: number; weight: number }[] {
  const own = namesDefinedBy(graph, new Set([of]));
  const users: { file: number; weight: number }[] = [];
  for (let file = 0; file < graph.files; file++) {
    let weight = 0;
    for (const name of usesOf(graph, file)) if (own.has(name)) weight += graph.weights[name]!;
    if (weight > 0 && file !== of) users.push({ file, weight });
  }
  return users.sort((a, b) => b.weight - a.weight || a.file - b.file);
}

function usesOf({ useStarts, uses }: SymbolGraph, file: number): Uint32Array {
  return uses.subarray(useStarts[file], useStarts[file + 1]);
}

function definersOf({ definerStarts, definers }: SymbolGraph, name: number): Uint32Array {
  return definers.subarray(definerStarts[name], definerStarts[name + 1]);
}

function namesDefinedBy(graph: SymbolGraph, files: ReadonlySet<number>): Set<number> {
  const defined = new Set<number>();
  for (let name = 0; name < graph.weights.length; name++) {
    if (definersOf(graph, name).some((file) => files.has(file))) defined.add(name);
  }
  return defined;
}
