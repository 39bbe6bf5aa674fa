/** What is asked of a text's lines again and again, for one hunk after the other, found out once. */
import { splitLines, toLineFeeds, type Line } from './lines.js';

/** A reading of lines: what of them counts as equal, and whether those that are blank count at all. */
export interface Form {
  keyOf: (line: string) => string;
  blanksCount: boolean;
}

export interface Rows {
  /** Of each line that counts, its index in the text, and its key. */
  kept: readonly number[];
  keys: readonly string[];
  /** Where each key stands in `keys`. */
  places: ReadonlyMap<string, readonly number[]>;
}

export interface LineIndex {
  readonly view: string;
  lines(): readonly Line[];
  /** The text with line feeds only. */
  plain(): string;
  /** From an offset of `plain` to that of the text itself. */
  toOffset(at: number): number;
  /** 1-based number of the line in which an offset lies. */
  numberAt(offset: number): number;
  /** The same for one form, which is told from others by identity. */
  rows(form: Form): Rows;
  /** What `make` makes of the text. */
  once<T>(make: (view: string) => T): T;
}

export function indexLines(view: string): LineIndex {
  const made = new Map<unknown, unknown>();
  const once = <T>(key: unknown, make: () => T): T => {
    if (!made.has(key)) made.set(key, make());
    return made.get(key) as T;
  };
  const lines = (): readonly Line[] => once(splitLines, () => splitLines(view));
  const plain = (): string => once(toLineFeeds, () => toLineFeeds(view));
  return {
    view,
    lines,
    plain,
    toOffset: (at) => (plain().length === view.length ? at : once(findRemoved, () => findRemoved(view))(at)),
    numberAt(offset) {
      const feeds = once(findFeeds, () => findFeeds(view));
      return 1 + countUpTo(feeds.length, (index) => feeds[index]! < offset);
    },
    rows: (form) => once(form, () => findRows(lines(), form)),
    once: (make) => once(make, () => make(view)),
  };
}

function findFeeds(view: string): number[] {
  const feeds: number[] = [];
  for (let at = view.indexOf('\n'); at !== -1; at = view.indexOf('\n', at + 1)) feeds.push(at);
  return feeds;
}

/** How many of the first hold; behind one that does not, none does. */
function countUpTo(length: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** From offsets of the text with line feeds only to those of the text itself. */
function findRemoved(view: string): (at: number) => number {
  const removedAt: number[] = [];
  for (let at = view.indexOf('\r\n'); at !== -1; at = view.indexOf('\r\n', at + 2)) {
    removedAt.push(at - removedAt.length);
  }
  return (at) => at + countUpTo(removedAt.length, (index) => removedAt[index]! < at);
}

export function isBlank(line: string): boolean {
  return line.trim() === '';
}

function findRows(lines: readonly Line[], { keyOf, blanksCount }: Form): Rows {
  const kept: number[] = [];
  const keys: string[] = [];
  const places = new Map<string, number[]>();
  for (const [index, { text }] of lines.entries()) {
    if (!blanksCount && isBlank(text)) continue;
    const key = keyOf(text);
    const there = places.get(key);
    if (there === undefined) places.set(key, [keys.length]);
    else there.push(keys.length);
    kept.push(index);
    keys.push(key);
  }
  return { kept, keys, places };
}
