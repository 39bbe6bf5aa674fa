/** Puts two changes of the same text together, where they touch different lines. */
import { diff3Merge } from 'node-diff3';
import { mainLineEnd, toLineFeeds } from './lines.js';

export type Merged =
  | { ok: true; text: string }
  /** The first place that both have changed, by its line in `ours`. */
  | { ok: false; line: number; ours: string[]; theirs: string[] };

/** Three versions of the same lines, of which `own` is told of by its numbers. */
export interface Versions {
  own: readonly string[];
  old: readonly string[];
  other: readonly string[];
}

export type MergedLines =
  | { ok: true; lines: string[] }
  /** `at` is an index of `own`; where too much differs to be compared, both sides are empty. */
  | { ok: false; at: number; own: string[]; other: string[] };

/** More lines in which nothing stands once only are not compared: that takes time by the square. */
const mostLines = 10_000;

/**
 * `ours` is the user's and keeps its line ends. Whatever both have changed, or changes side by side, is a conflict: it
 * is never decided here.
 */
export function mergeTexts(base: string, ours: string, theirs: string): Merged {
  const end = mainLineEnd(ours);
  const [old, own, other] = [base, ours, theirs].map((text) => toLineFeeds(text).split('\n')) as [
    string[],
    string[],
    string[],
  ];
  const merged = mergeLines({ own, old, other });
  return merged.ok
    ? { ok: true, text: merged.lines.join(end) }
    : { ok: false, line: merged.at + 1, ours: merged.own, theirs: merged.other };
}

/** By the stretches between lines that stand once in each version, in the same order. */
export function mergeLines({ own, old, other }: Versions): MergedLines {
  const lines: string[] = [];
  const from = { own: 0, old: 0, other: 0 };
  const ends = [...findAnchors({ own, old, other }), { own: own.length, old: old.length, other: other.length }];
  for (const to of ends) {
    const part = {
      own: own.slice(from.own, to.own),
      old: old.slice(from.old, to.old),
      other: other.slice(from.other, to.other),
    };
    const merged = mergePart(part);
    if (!merged.ok) return { ...merged, at: from.own + merged.at };
    for (const line of merged.lines) lines.push(line);
    // The anchor itself.
    if (to.own < own.length) lines.push(own[to.own]!);
    Object.assign(from, { own: to.own + 1, old: to.old + 1, other: to.other + 1 });
  }
  return { ok: true, lines };
}

function mergePart({ own, old, other }: Record<keyof Versions, string[]>): MergedLines {
  if (isEqual(own, old) || isEqual(own, other)) return { ok: true, lines: other };
  if (isEqual(other, old)) return { ok: true, lines: own };
  if (Math.max(own.length, old.length, other.length) > mostLines) return { ok: false, at: 0, own: [], other: [] };
  const lines: string[] = [];
  for (const { ok, conflict } of diff3Merge(own, old, other, { excludeFalseConflicts: true })) {
    if (conflict) return { ok: false, at: conflict.aIndex, own: conflict.a, other: conflict.b };
    lines.push(...(ok ?? []));
  }
  return { ok: true, lines };
}

function isEqual(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((line, at) => line === other[at]);
}

type Anchor = Record<keyof Versions, number>;

function findAnchors({ own, old, other }: Versions): Anchor[] {
  const [ofOwn, ofOther] = [findSingles(own), findSingles(other)];
  const anchors = [...findSingles(old)].flatMap(([line, at]): Anchor[] => {
    const [atOwn, atOther] = [ofOwn.get(line), ofOther.get(line)];
    return atOwn === undefined || atOther === undefined ? [] : [{ old: at, own: atOwn, other: atOther }];
  });
  return keepRising(
    keepRising(anchors, (anchor) => anchor.own),
    (anchor) => anchor.other,
  );
}

/** Where the lines stand that stand there once, in their order. */
function findSingles(lines: readonly string[]): Map<string, number> {
  const places = new Map<string, number>();
  const repeated = new Set<string>();
  for (const [at, line] of lines.entries()) {
    if (places.has(line)) repeated.add(line);
    else places.set(line, at);
  }
  for (const line of repeated) places.delete(line);
  return places;
}

/** As many as can be kept so that the numbers rise. */
function keepRising(anchors: readonly Anchor[], numberOf: (anchor: Anchor) => number): Anchor[] {
  /** By length of a rising row, less one: the last of the row that ends lowest. */
  const ends: number[] = [];
  const before: (number | undefined)[] = [];
  for (const [index, anchor] of anchors.entries()) {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (numberOf(anchors[ends[middle]!]!) < numberOf(anchor)) low = middle + 1;
      else high = middle;
    }
    before[index] = ends[low - 1];
    ends[low] = index;
  }
  const kept: Anchor[] = [];
  for (let at = ends.at(-1); at !== undefined; at = before[at]) kept.push(anchors[at]!);
  return kept.reverse();
}
