/** Which lines of the file the lines of `old_text` stand for, where they are not the same to the letter. */
import { isBlank, type Form, type LineIndex, type Rows } from './lineIndex.js';

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

export const trimmed: Form = { keyOf: trim, blanksCount: true };
const withoutBlanks: Form = { keyOf: trim, blanksCount: false };
const loose: Form = { keyOf: toLooseForm, blanksCount: false };

type Step = readonly [Alignment['how'], Form];

/** White space too tells which of several places was meant, unless a line does. */
const indentedSteps: readonly Step[] = [
  ['white space', { keyOf: (line) => line, blanksCount: true }],
  ['white space', { keyOf: (line) => line.trimEnd(), blanksCount: true }],
];
const steps: readonly Step[] = [
  ['white space', trimmed],
  ['blank lines', withoutBlanks],
  ['quotes, dashes and spaces', loose],
];

/** Equal lines, from the strictest reading of "equal" to the loosest. `line` is a 1-based line that the place covers. */
export function alignEqual(text: LineIndex, sought: readonly string[], line: number | undefined): Aligning {
  for (const [how, form] of line === undefined ? [...indentedSteps, ...steps] : steps) {
    const runs = findRuns(text.rows(form), sought, form);
    if (runs.starts.length === 0) continue;
    const [spans, ...more] =
      runs.starts.length > 1 && line !== undefined ? spansAround(text, runs, line) : spansOf(text, runs, 2);
    if (spans !== undefined && more.length === 0) return { kind: 'one', alignment: { how, spans } };
    return { kind: 'several', how, places: runs.starts.map((start) => runs.rows.kept[start]!) };
  }
  return { kind: 'none' };
}

/** Stretches whose lines have the keys of those sought. */
interface Runs {
  rows: Rows;
  sought: readonly string[];
  counts: (text: string) => boolean;
  /** How many of the sought lines count. */
  length: number;
  /** By index of `rows`, in order. */
  starts: readonly number[];
}

/** Where blank lines do not count, they may be more or fewer. */
function findRuns(rows: Rows, sought: readonly string[], { keyOf, blanksCount }: Form): Runs {
  const counts = (text: string): boolean => blanksCount || !isBlank(text);
  const wanted = sought.filter(counts).map(keyOf);
  const offsets = wanted.map((_, offset) => offset);
  const placesOf = (offset: number): readonly number[] => rows.places.get(wanted[offset]!) ?? [];
  // The line that stands at the fewest places has the fewest to be looked at.
  const rarest = offsets.reduce((best, at) => (placesOf(at).length < placesOf(best).length ? at : best), 0);
  const starts = (wanted.length === 0 ? [] : placesOf(rarest))
    .map((at) => at - rarest)
    .filter((start) => start >= 0 && offsets.every((offset) => rows.keys[start + offset] === wanted[offset]));
  return { rows, sought, counts, length: wanted.length, starts };
}

function spansOf(text: LineIndex, { rows, sought, counts, starts }: Runs, most: number): number[][][] {
  return starts.slice(0, most).map((start) => spread(text, rows.kept, start, sought, counts));
}

function spansAround(text: LineIndex, runs: Runs, line: number): number[][][] {
  const { kept } = runs.rows;
  const reach = runs.sought.length;
  const starts = runs.starts.filter(
    (start) => kept[start]! - reach < line && line <= kept[start + runs.length - 1]! + 1 + reach,
  );
  return spansOf(text, { ...runs, starts }, starts.length).filter((spans) => covers(spans, line));
}

function firstOf(spans: Alignment['spans']): number {
  return spans.find((span) => span.length > 0)![0]!;
}

function covers(spans: Alignment['spans'], line: number): boolean {
  return firstOf(spans) < line && line <= spans.flat().at(-1)! + 1;
}

/** From the lines that count back to all: blank ones stand for the blank ones that the file has at their place. */
export function spread(
  text: LineIndex,
  kept: readonly number[],
  from: number,
  sought: readonly string[],
  counts: (text: string) => boolean,
): number[][] {
  const lines = text.lines();
  let next = from;
  const spans = sought.map((line) => (counts(line) ? [kept[next++]!] : []));
  const isFree = (at: number): boolean =>
    lines[at] !== undefined && isBlank(lines[at].text) && !spans.some(([taken]) => taken === at);
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
  text: LineIndex,
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
  const runs = texts.map((part) => findRuns(text.rows(loose), part, loose));
  if (runs.some(({ starts }) => starts.length > mostPlacesOfPart)) return { kind: 'none' };
  const chains = findChains(runs.map((one) => spansOf(text, one, mostPlacesOfPart)));
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
