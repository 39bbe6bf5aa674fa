import type { Rows } from './lineIndex.js';

/** How alike two texts are, from 0 to 1: the share of character pairs that they have in common (Dice). */
export function similarityOf(a: string, b: string): number {
  return a === b ? 1 : similarityTo(a)(b);
}

/** `similarityOf` one text and many others, for which it is taken apart once. */
function similarityTo(a: string): (b: string) => number {
  /** Each distinct pair of `a` by its number, and how often it is there. */
  const numbers = new Map<number, number>();
  const counts: number[] = [];
  for (let at = 0; at + 1 < a.length; at++) {
    const pair = pairAt(a, at);
    const number = numbers.get(pair);
    if (number === undefined) numbers.set(pair, counts.push(1) - 1);
    else counts[number]!++;
  }
  const left = new Uint32Array(counts.length);
  return (b) => {
    if (a === b) return 1;
    if (a.length < 2 || b.length < 2) return 0;
    left.set(counts);
    let shared = 0;
    for (let at = 0; at + 1 < b.length; at++) {
      const number = numbers.get(pairAt(b, at));
      if (number === undefined || left[number] === 0) continue;
      left[number]!--;
      shared++;
    }
    return (2 * shared) / (a.length + b.length - 2);
  };
}

function pairAt(text: string, at: number): number {
  return text.charCodeAt(at) * 0x10000 + text.charCodeAt(at + 1);
}

export interface Window {
  /** Index of its first line. */
  start: number;
  score: number;
}

const mostCandidates = 24;
/** In a longer text only lines that are equal to one of the sought ones are looked at. */
const mostLinesCompared = 100_000;
const shortestVoter = 3;

/** Stretches of the rows of as many lines as were sought, best first, not overlapping. Bounded work on any file. */
export function findWindows({ keys, places }: Rows, wanted: readonly string[]): Window[] {
  const votes = new Float64Array(keys.length);
  const last = Math.max(0, keys.length - wanted.length);
  const vote = (at: number, weight: number): void => {
    votes[Math.max(0, Math.min(at, last))]! += weight;
  };
  for (const [offset, line] of wanted.entries()) {
    if (line.length < shortestVoter) continue;
    for (const at of places.get(line) ?? []) vote(at - offset, line.length);
  }
  const anchor = wanted.reduce((best, line, index) => (line.length > (wanted[best]?.length ?? 0) ? index : best), 0);
  const anchorText = wanted[anchor] ?? '';
  const similarity = similarityTo(anchorText);
  if (keys.length <= mostLinesCompared) {
    for (const [line, there] of places) {
      if (line.length * 2 < anchorText.length || anchorText.length * 2 < line.length) continue;
      const score = similarity(line);
      if (score > 0.5) for (const at of there) vote(at - anchor, score * anchorText.length);
    }
  }
  const similarities = wanted.map(similarityTo);
  const windows = mostVoted(votes)
    .map((start) => ({ start, score: scoreAt(keys, wanted, similarities, start) }))
    .sort((a, b) => b.score - a.score || a.start - b.start);
  return windows.filter(
    (one, index) => !windows.slice(0, index).some((better) => Math.abs(better.start - one.start) < wanted.length),
  );
}

/** The first of equal ones. */
function mostVoted(votes: Float64Array): number[] {
  const starts: number[] = [];
  for (let at = 0; at < votes.length; at++) {
    const own = votes[at]!;
    if (own === 0 || (starts.length === mostCandidates && own <= votes[starts.at(-1)!]!)) continue;
    const before = starts.findIndex((start) => votes[start]! < own);
    starts.splice(before === -1 ? starts.length : before, 0, at);
    starts.length = Math.min(starts.length, mostCandidates);
  }
  return starts;
}

function scoreAt(
  keys: readonly string[],
  wanted: readonly string[],
  similarities: readonly ((line: string) => number)[],
  start: number,
): number {
  let score = 0;
  let weight = 0;
  wanted.forEach((line, offset) => {
    const other = keys[start + offset];
    const size = Math.max(line.length, other?.length ?? 0, 1);
    weight += size;
    if (other !== undefined) score += size * similarities[offset]!(other);
  });
  return score / weight;
}
