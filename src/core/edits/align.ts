/** Which lines of the file the lines of `old_text` stand for, where they are not the same to the letter. */
import { findWindows, similarityOf } from './similarity.js';

export const aroundLeftOut = 'what stands around the part left out';

export interface Alignment {
  how: 'white space' | 'blank lines' | 'quotes, dashes and spaces' | typeof aroundLeftOut | 'similarity';
  /** For each sought line the file's lines, by index: none for a blank line that is not there, several for a part left out. */
  spans: readonly (readonly number[])[];
}

/** `none` found, several `places` (their first lines, by index), or one. */
export type Aligning =
  | { kind: 'none' }
  | { kind: 'several'; how: Alignment['how']; places: number[] }
  | { kind: 'one'; alignment: Alignment };

/** Below this a stretch is not taken for the one that was meant. */
const leastSimilarity = 0.9;
/** A single line that is less alike is another line, however alike all others are. */
const leastLineSimilarity = 0.7;
/** The second best has to be worse by so much. */
const clearMargin = 0.08;
/** A shorter text is found by chance. */
const shortestSimilar = 24;

const mayBeUnified = /[`\u0080-\uffff]|--/;

/** The kinds of quotes and dashes that a reader, and a model, takes for the same. */
export function unifySigns(line: string): string {
  if (!mayBeUnified.test(line)) return line;
  return line
    .normalize('NFC')
    .replace(/[\u2018\u2019\u201a\u201b`]/g, "'")
    .replace(/[\u201c\u201d\u201e]/g, '"')
    .replace(/[\u2010-\u2015\u2212]+/g, '-')
    .replace(/--+/g, '-');
}

/** What is left where only white space, signs and Unicode forms may differ. */
export function toLooseForm(line: string): string {
  return unifySigns(line).replace(/\s+/g, '');
}

const trim = (line: string): string => line.trim();
const isBlank = (line: string): boolean => line.trim() === '';

/** Equal lines, from the strictest reading of "equal" to the loosest. `line` is a 1-based line that the place covers. */
export function alignEqual(lines: readonly string[], sought: readonly string[], line: number | undefined): Aligning {
  const steps: [Alignment['how'], (text: string) => string, boolean][] = [
    ['white space', trim, true],
    ['blank lines', trim, false],
    ['quotes, dashes and spaces', toLooseForm, false],
  ];
  for (const [how, keyOf, blanksCount] of steps) {
    const all = findRuns(lines, sought, keyOf, blanksCount);
    const fitting = all.length < 2 || line === undefined ? all : all.filter((spans) => covers(spans, line));
    if (fitting.length === 1) return { kind: 'one', alignment: { how, spans: fitting[0]! } };
    if (all.length > 0) return { kind: 'several', how, places: all.map((spans) => firstOf(spans)) };
  }
  return { kind: 'none' };
}

function firstOf(spans: Alignment['spans']): number {
  return spans.find((span) => span.length > 0)![0]!;
}

function covers(spans: Alignment['spans'], line: number): boolean {
  return firstOf(spans) < line && line <= spans.flat().at(-1)! + 1;
}

/** Every stretch of lines whose keys are those sought; where blank lines do not count, they may be more or fewer. */
function findRuns(
  lines: readonly string[],
  sought: readonly string[],
  keyOf: (text: string) => string,
  blanksCount: boolean,
): number[][][] {
  const counts = (text: string): boolean => blanksCount || !isBlank(text);
  const wanted = sought.filter(counts).map(keyOf);
  const [first] = wanted;
  if (first === undefined) return [];
  const kept: number[] = [];
  lines.forEach((text, index) => {
    if (counts(text)) kept.push(index);
  });
  const keys = kept.map((index) => keyOf(lines[index]!));
  const runs: number[][][] = [];
  for (let at = keys.indexOf(first); at !== -1; at = keys.indexOf(first, at + 1)) {
    if (at + wanted.length > keys.length) break;
    if (wanted.every((key, offset) => keys[at + offset] === key)) runs.push(spread(lines, kept, at, sought, counts));
  }
  return runs;
}

/** From the lines that count back to all: blank ones stand for the blank ones that the file has at their place. */
function spread(
  lines: readonly string[],
  kept: readonly number[],
  from: number,
  sought: readonly string[],
  counts: (text: string) => boolean,
): number[][] {
  let next = from;
  const spans = sought.map((text) => (counts(text) ? [kept[next++]!] : []));
  const isFree = (at: number): boolean =>
    lines[at] !== undefined && isBlank(lines[at]) && !spans.some(([taken]) => taken === at);
  spans.forEach((span, index) => {
    const before = spans[index - 1]?.[0];
    if (span.length === 0 && before !== undefined && isFree(before + 1)) span.push(before + 1);
  });
  // Those in front have nothing before them.
  for (let index = spans.findIndex((span) => span.length > 0) - 1; index >= 0; index--) {
    const behind = spans[index + 1]![0];
    if (behind !== undefined && isFree(behind - 1)) spans[index] = [behind - 1];
  }
  return spans;
}

/** A line that stands for others: an ellipsis, alone or in a remark that says that something is left out. */
export function isElision(line: string): boolean {
  const text = line
    .trim()
    .replace(/^(?:\/\/+|#+|--|;+|%|\/\*+|<!--|\{\/\*)\s*/, '')
    .replace(/\s*(?:\*\/\}?|-->)$/, '');
  if (/^(?:\.{3}|…)$/.test(text)) return true;
  return /^(?:\.{3}|…)\s.*\b(?:existing|rest|remaining|remains|unchanged|same|omitted|code|lines)\b/i.test(text);
}

const mostPlacesOfPart = 50;
/** Farther apart, two parts are hardly of one place. */
const mostLinesLeftOut = 400;

/** The parts before, between and after what is left out, in their order. */
export function alignElided(
  lines: readonly string[],
  sought: readonly string[],
  isChanged: (from: number, to: number) => boolean,
): Aligning {
  const parts: { from: number; to: number }[] = [];
  let from = 0;
  for (let at = 0; at <= sought.length; at++) {
    if (at < sought.length && !isElision(sought[at]!)) continue;
    parts.push({ from, to: at });
    from = at + 1;
  }
  const texts = parts.map((part) => sought.slice(part.from, part.to));
  if (parts.length < 2 || texts.some((part) => part.every(isBlank))) return { kind: 'none' };
  const places = texts.map((part) => findRuns(lines, part, toLooseForm, false));
  if (places.some((runs) => runs.length > mostPlacesOfPart)) return { kind: 'none' };
  const chains = findChains(places);
  // Where an unchanged part stands twice, it does not matter which of the two was meant.
  const changed = parts.flatMap((part, index) => (isChanged(part.from, part.to) ? [index] : []));
  const distinct = new Map(chains.map((chain) => [changed.map((index) => firstOf(chain[index]!)).join(), chain]));
  const how = aroundLeftOut;
  if (distinct.size > 1)
    return { kind: 'several', how, places: [...distinct.values()].map(([part]) => firstOf(part!)) };
  const [chain] = distinct.values();
  if (chain === undefined) return { kind: 'none' };
  const spans = chain.flatMap((part, index) => {
    const next = chain[index + 1];
    return next === undefined ? part : [...part, between(part.flat().at(-1)!, firstOf(next))];
  });
  return { kind: 'one', alignment: { how, spans } };
}

function between(last: number, next: number): number[] {
  return Array.from({ length: next - last - 1 }, (_, index) => last + 1 + index);
}

type Part = number[][];

/** Every choice of one place a part that keeps their order. */
function findChains(places: readonly Part[][]): Part[][] {
  let chains: Part[][] = places[0]!.map((part) => [part]);
  for (const runs of places.slice(1)) {
    chains = chains.flatMap((chain) => {
      const last = chain.at(-1)!.flat().at(-1)!;
      return runs
        .filter((part) => firstOf(part) > last && firstOf(part) - last <= mostLinesLeftOut)
        .map((part) => [...chain, part]);
    });
    chains.length = Math.min(chains.length, mostPlacesOfPart * mostPlacesOfPart);
  }
  return chains;
}

/** The one stretch that is alike in each of its lines; blank lines do not count. */
export function alignSimilar(
  lines: readonly string[],
  sought: readonly string[],
): { alignment: Alignment; score: number } | undefined {
  if (sought.join('').replace(/\s+/g, '').length < shortestSimilar) return undefined;
  const counts = (text: string): boolean => !isBlank(text);
  const kept = lines.flatMap((text, index) => (counts(text) ? [index] : []));
  const texts = kept.map((index) => unifySigns(lines[index]!));
  const wanted = sought.filter(counts).map(unifySigns);
  // Most of what is sought is found before this is needed, or is nowhere.
  let used: Set<string> | undefined;
  const isUsed = (word: string): boolean => (used ??= new Set(texts.flatMap(wordsOf))).has(word);
  const [best, second] = findWindows(texts, wanted).filter(({ start }) =>
    wanted.every((line, offset) => isAlike(line, texts[start + offset] ?? '', isUsed)),
  );
  if (best === undefined || best.score < leastSimilarity) return undefined;
  if (second !== undefined && second.score > best.score - clearMargin) return undefined;
  return {
    alignment: { how: 'similarity', spans: spread(lines, kept, best.start, sought, counts) },
    score: best.score,
  };
}

/**
 * Lines that are nearly the same stand elsewhere, too, and which of two was meant only their words say. So a word may
 * differ by a typing error only, and must not be one that the file uses.
 */
function isAlike(line: string, other: string, isUsed: (word: string) => boolean): boolean {
  if (toLooseForm(line) === toLooseForm(other)) return true;
  if (similarityOf(line.trim(), other.trim()) < leastLineSimilarity) return false;
  const [words, theirs] = [wordsOf(line), wordsOf(other)];
  if (words.length !== theirs.length) return false;
  return words.every((word, at) => word === theirs[at] || (!isUsed(word) && isMistyped(word, theirs[at]!)));
}

function wordsOf(line: string): string[] {
  return line.match(/[\p{L}\p{N}_$]+/gu) ?? [];
}

/** One or two letters too many, too few or wrong; no other number. */
function isMistyped(word: string, other: string): boolean {
  const most = word.length < 4 ? 0 : word.length < 6 ? 1 : 2;
  if (/\d/.test(word) || Math.abs(word.length - other.length) > most) return false;
  let head = 0;
  while (head < word.length && word[head] === other[head]) head++;
  let tail = 0;
  const shortest = Math.min(word.length, other.length);
  while (tail < shortest - head && word.at(-1 - tail) === other.at(-1 - tail)) tail++;
  return Math.max(word.length, other.length) - head - tail <= most;
}
