/** How alike two texts are, from 0 to 1: the share of character pairs that they have in common (Dice). */
export function similarityOf(a: string, b: string): number {
  if (a === b) return 1;
  if (a.length < 2 || b.length < 2) return 0;
  const pairs = new Map<string, number>();
  for (let at = 0; at + 1 < a.length; at++) {
    const pair = a.slice(at, at + 2);
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  let shared = 0;
  for (let at = 0; at + 1 < b.length; at++) {
    const pair = b.slice(at, at + 2);
    const left = pairs.get(pair) ?? 0;
    if (left === 0) continue;
    shared++;
    pairs.set(pair, left - 1);
  }
  return (2 * shared) / (a.length + b.length - 2);
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
/** Above this, only lines that are equal to one of the sought ones are looked at. */
const mostLinesCompared = 30_000;

/** Stretches of the file of as many lines as were sought, best first, not overlapping. Bounded work on any file. */
export function findWindows(lines: readonly string[], sought: readonly string[]): Window[] {
  const trimmed = lines.map((line) => line.trim());
  const wanted = sought.map((line) => line.trim());
  const votes = new Map<number, number>();
  const vote = (start: number, weight: number): void => {
    const at = Math.max(0, Math.min(start, trimmed.length - wanted.length));
    votes.set(at, (votes.get(at) ?? 0) + weight);
  };
  const places = new Map<string, number[]>();
  wanted.forEach((line, index) => {
    if (line.length >= 3) places.set(line, [...(places.get(line) ?? []), index]);
  });
  trimmed.forEach((line, index) => {
    for (const offset of places.get(line) ?? []) vote(index - offset, line.length);
  });
  const anchor = wanted.reduce((best, line, index) => (line.length > (wanted[best]?.length ?? 0) ? index : best), 0);
  const anchorText = wanted[anchor] ?? '';
  const similarity = similarityTo(anchorText);
  if (trimmed.length <= mostLinesCompared) {
    trimmed.forEach((line, index) => {
      if (line.length * 2 < anchorText.length || anchorText.length * 2 < line.length) return;
      const score = similarity(line);
      if (score > 0.5) vote(index - anchor, score * anchorText.length);
    });
  }
  const starts = [...votes].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, mostCandidates);
  const windows = starts
    .map(([start]) => ({ start, score: scoreAt(trimmed, wanted, start) }))
    .sort((a, b) => b.score - a.score || a.start - b.start);
  return windows.filter(
    (one, index) => !windows.slice(0, index).some((better) => Math.abs(better.start - one.start) < wanted.length),
  );
}

function scoreAt(lines: readonly string[], wanted: readonly string[], start: number): number {
  let score = 0;
  let weight = 0;
  wanted.forEach((line, offset) => {
    const other = lines[start + offset];
    const size = Math.max(line.length, other?.length ?? 0, 1);
    weight += size;
    if (other !== undefined) score += size * similarityOf(line, other);
  });
  return score / weight;
}
