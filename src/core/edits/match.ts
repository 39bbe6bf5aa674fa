/** Finds the place of a hunk: exactly, then with slips undone, by lines that are equal loosely, around a part left out, by similarity. */
import { wholeWordPattern } from '../view/words.js';
import {
  alignElided,
  aroundLeftOut,
  alignEqual,
  alignSimilar,
  isElision,
  type Aligning,
  type Alignment,
} from './align.js';
import { fitLines } from './fit.js';
import type { Hunk, Match, Region } from './hunks.js';
import { fitLineEnds, lineNumberAt, mainLineEnd, splitLines, toLineFeeds, type Line, type LineEnd } from './lines.js';
import { nearestText } from './nearest.js';
import { readingsOf, type Reading } from './slips.js';

const mostLinesNamed = 12;

/** `view` is the text of the file as a view, with its own line ends; so are the regions of the answer. */
export function matchHunk(view: string, given: Hunk): Match {
  const hunk = { ...given, old_text: toLineFeeds(given.old_text), new_text: toLineFeeds(given.new_text) };
  if (hunk.old_text === '') return matchEmpty(view, hunk);
  if (hunk.old_text === hunk.new_text)
    return problem('old_text and new_text are equal, so there is nothing to change.');
  return matchExactly(view, hunk, []) ?? matchLoosely(view, hunk) ?? problem(nearestText(view, hunk.old_text));
}

function problem(text: string): Match {
  return { ok: false, problem: text };
}

function matchEmpty(view: string, hunk: Hunk): Match {
  if (view !== '') return problem('old_text is empty; give the text that is to be replaced.');
  return { ok: true, how: 'exact', undone: [], regions: [{ start: 0, end: 0, replacement: hunk.new_text }] };
}

interface Place {
  start: number;
  end: number;
}

function matchExactly(view: string, hunk: Hunk, undone: readonly string[]): Match | undefined {
  const whole = findPlaces(view, hunk.old_text, hunk.whole_word === true);
  if (whole.length === 0) {
    const partial = hunk.whole_word === true ? findPlaces(view, hunk.old_text, false) : [];
    if (partial.length === 0) return undefined;
    return problem(`old_text stands only inside longer words, at ${nameLines(view, partial)}.`);
  }
  const chosen = hunk.replace_all === true ? whole : choosePlace(view, whole, hunk.line);
  if (chosen === undefined) return problem(describeAmbiguous(view, whole, hunk.line));
  const regions = chosen.map(({ start, end }): Region => {
    const replacement = fitLineEnds(view.slice(start, end), hunk.new_text, lineEndAround(view, start));
    return { start, end, replacement };
  });
  return { ok: true, how: 'exact', undone, regions };
}

/** Places that do not overlap, as offsets into the view; a line feed in the sought text also stands for CR LF. */
function findPlaces(view: string, sought: string, wholeWord: boolean): Place[] {
  const plain = toLineFeeds(view);
  const toOffset = plain.length === view.length ? (at: number) => at : createOffsets(view);
  const starts = wholeWord ? [...plain.matchAll(wholeWordPattern(sought))].map(({ index }) => index) : [];
  if (!wholeWord) {
    for (let at = plain.indexOf(sought); at !== -1; at = plain.indexOf(sought, at + sought.length)) starts.push(at);
  }
  return starts.map((at) => ({ start: toOffset(at), end: toOffset(at + sought.length) }));
}

/** From offsets of the text with line feeds only to those of the text itself. */
function createOffsets(view: string): (at: number) => number {
  const removedAt: number[] = [];
  for (let at = view.indexOf('\r\n'); at !== -1; at = view.indexOf('\r\n', at + 2))
    removedAt.push(at - removedAt.length);
  return (at) => {
    let low = 0;
    let high = removedAt.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (removedAt[middle]! < at) low = middle + 1;
      else high = middle;
    }
    return at + low;
  };
}

function choosePlace(view: string, places: readonly Place[], line: number | undefined): Place[] | undefined {
  if (places.length === 1) return [...places];
  if (line === undefined) return undefined;
  const covering = places.filter(
    ({ start, end }) => lineNumberAt(view, start) <= line && line <= lineNumberAt(view, Math.max(start, end - 1)),
  );
  return covering.length === 1 ? covering : undefined;
}

function describeAmbiguous(view: string, places: readonly Place[], line: number | undefined): string {
  const where = nameLines(view, places);
  if (line === undefined) {
    return `old_text stands at ${places.length} places: ${where}. Give more of the text around it, or line, or replace_all.`;
  }
  return `old_text stands at ${places.length} places, but not at exactly one that covers line ${line}: ${where}.`;
}

function nameLines(view: string, places: readonly Place[]): string {
  const numbers = places.slice(0, mostLinesNamed).map(({ start }) => lineNumberAt(view, start));
  const more = places.length - numbers.length;
  const named = `${numbers.length === 1 ? 'line' : 'lines'} ${numbers.join(', ')}`;
  return more === 0 ? named : `${named} and ${more} more`;
}

/** The style of the line in which the offset lies, else of the line before it, else of the file. */
function lineEndAround(view: string, start: number): LineEnd {
  const feed = view.indexOf('\n', start);
  const at = feed === -1 ? view.lastIndexOf('\n', start) : feed;
  if (at === -1) return mainLineEnd(view);
  return view[at - 1] === '\r' ? '\r\n' : '\n';
}

/** Whole lines, one place. What was asked for everywhere, or by words, is never guessed at. */
function matchLoosely(view: string, hunk: Hunk): Match | undefined {
  if (hunk.replace_all === true || hunk.whole_word === true || hunk.old_text.trim() === '') return undefined;
  const lines = splitLines(view);
  const texts = lines.map(({ text }) => text);
  const readings = readingsOf(hunk);
  for (const reading of readings) {
    const exact = reading.undone.length === 0 ? undefined : matchExactly(view, reading.hunk, reading.undone);
    if (exact !== undefined) return exact;
    const { sought, isChanged } = rowsOf(reading.hunk);
    const equal = alignEqual(texts, sought, reading.hunk.line);
    const found = equal.kind === 'none' ? alignElided(texts, sought, isChanged) : equal;
    if (found.kind !== 'none') return settle(view, lines, found, reading);
  }
  const [best] = readings
    .flatMap((reading) => {
      const similar = alignSimilar(texts, rowsOf(reading.hunk).sought);
      return similar === undefined ? [] : [{ ...similar, reading }];
    })
    .sort((a, b) => b.score - a.score);
  return best === undefined ? undefined : replaceLines(view, lines, best.alignment, best.reading);
}

function rowsOf({ old_text, new_text }: Hunk): { sought: string[]; isChanged: (from: number, to: number) => boolean } {
  const sought = splitLines(old_text).map(({ text }) => text);
  const wanted = splitLines(new_text).map(({ text }) => text);
  const parts = (rows: readonly string[]): string[] => rows.join('\n').split('\0');
  const marked = (rows: readonly string[]): string[] => parts(rows.map((row) => (isElision(row) ? '\0' : row)));
  const now = marked(wanted);
  const ends: number[] = [];
  sought.forEach((row, index) => {
    if (isElision(row)) ends.push(index);
  });
  const isChanged = (from: number, to: number): boolean => {
    const part = ends.filter((end) => end < from).length;
    return marked(sought)[part] !== now[part] || to === from;
  };
  return { sought, isChanged };
}

function settle(
  view: string,
  lines: readonly Line[],
  found: Exclude<Aligning, { kind: 'none' }>,
  reading: Reading,
): Match | undefined {
  if (found.kind === 'one') return replaceLines(view, lines, found.alignment, reading);
  const places = found.places.map((index) => ({ start: lines[index]!.start, end: lines[index]!.start + 1 }));
  const how = found.how === aroundLeftOut ? `By ${found.how}` : `Apart from ${found.how}`;
  return problem(`${how}, ${describeAmbiguous(view, places, reading.hunk.line)}`);
}

function replaceLines(
  view: string,
  lines: readonly Line[],
  { how, spans }: Alignment,
  { hunk, undone }: Reading,
): Match | undefined {
  const fitted = fitLines(
    lines.map(({ text }) => text),
    spans,
    splitLines(hunk.old_text).map(({ text }) => text),
    splitLines(hunk.new_text).map(({ text }) => text),
  );
  if (fitted === undefined) return undefined;
  const all = spans.flat();
  const start = lines[all[0]!]!.start;
  const last = lines[all.at(-1)!]!;
  // Whole lines are replaced; the last line end goes with them only if the whole stretch disappears.
  const end = last.start + last.text.length + (fitted.length === 0 ? last.end.length : 0);
  const region = view.slice(start, end);
  const replacement = fitLineEnds(region, fitted.join('\n'), lineEndAround(view, start));
  return { ok: true, how, undone, regions: [{ start, end, replacement }] };
}
