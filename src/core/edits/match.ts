/** Finds the place of a hunk: exactly, then by lines without their white space, then by similarity. */
import { wholeWordPattern } from '../view/words.js';
import { nearestText } from './nearest.js';
import { fitLines, unifySigns } from './fit.js';
import type { Hunk, Match, Region } from './hunks.js';
import { fitLineEnds, lineNumberAt, mainLineEnd, splitLines, toLineFeeds, type Line, type LineEnd } from './lines.js';
import { findWindows } from './similarity.js';

/** Below this a stretch is not taken for the one that was meant. */
const leastSimilarity = 0.9;
/** The second best has to be worse by so much. */
const clearMargin = 0.08;
/** A shorter text is found by chance. */
const shortestSimilar = 24;
const mostLinesNamed = 12;

/** `view` is the text of the file as a view, with its own line ends; so are the regions of the answer. */
export function matchHunk(view: string, given: Hunk): Match {
  const hunk = { ...given, old_text: toLineFeeds(given.old_text), new_text: toLineFeeds(given.new_text) };
  if (hunk.old_text === '') return matchEmpty(view, hunk);
  if (hunk.old_text === hunk.new_text)
    return problem('old_text and new_text are equal, so there is nothing to change.');
  return matchExactly(view, hunk) ?? matchLoosely(view, hunk) ?? problem(nearestText(view, hunk.old_text));
}

function problem(text: string): Match {
  return { ok: false, problem: text };
}

function matchEmpty(view: string, hunk: Hunk): Match {
  if (view !== '') return problem('old_text is empty; give the text that is to be replaced.');
  return { ok: true, how: 'exact', regions: [{ start: 0, end: 0, replacement: hunk.new_text }] };
}

interface Place {
  start: number;
  end: number;
}

function matchExactly(view: string, hunk: Hunk): Match | undefined {
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
  return { ok: true, how: 'exact', regions };
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

function matchLoosely(view: string, hunk: Hunk): Match | undefined {
  const lines = splitLines(view);
  const sought = splitLines(hunk.old_text).map(({ text }) => text);
  if (hunk.replace_all === true || hunk.whole_word === true || sought.every((line) => line.trim() === ''))
    return undefined;
  const equal = findEqualLines(lines, sought);
  if (equal.length > 1 && hunk.line === undefined) {
    const places = equal.map((index) => ({ start: lines[index]!.start, end: lines[index]!.start + 1 }));
    return problem(`Apart from white space, ${describeAmbiguous(view, places, undefined)}`);
  }
  const byLine = equal.filter((start) => {
    return hunk.line === undefined || (start < hunk.line && hunk.line <= start + sought.length);
  });
  if (byLine.length === 1) return replaceLines(view, lines, byLine[0]!, sought, hunk, 'white space');
  if (equal.length > 0) return undefined;
  const similar = findSimilarLines(lines, sought);
  return similar === undefined ? undefined : replaceLines(view, lines, similar, sought, hunk, 'similarity');
}

function findEqualLines(lines: readonly Line[], sought: readonly string[]): number[] {
  const trimmed = lines.map(({ text }) => text.trim());
  const wanted = sought.map((line) => line.trim());
  const starts: number[] = [];
  for (let start = 0; start + wanted.length <= trimmed.length; start++) {
    if (wanted.every((line, offset) => trimmed[start + offset] === line)) starts.push(start);
  }
  return starts;
}

function findSimilarLines(lines: readonly Line[], sought: readonly string[]): number | undefined {
  if (sought.join('').trim().length < shortestSimilar) return undefined;
  const [best, second] = findWindows(
    lines.map(({ text }) => unifySigns(text)),
    sought.map(unifySigns),
  );
  if (best === undefined || best.score < leastSimilarity) return undefined;
  return second !== undefined && second.score > best.score - clearMargin ? undefined : best.start;
}

function replaceLines(
  view: string,
  lines: readonly Line[],
  first: number,
  sought: readonly string[],
  hunk: Hunk,
  how: 'white space' | 'similarity',
): Match | undefined {
  const window = lines.slice(first, first + sought.length);
  const fitted = fitLines(
    window.map(({ text }) => text),
    sought,
    splitLines(hunk.new_text).map(({ text }) => text),
  );
  if (fitted === undefined) return undefined;
  const start = window[0]!.start;
  const last = window.at(-1)!;
  // Whole lines are replaced; the last line end goes with them only if the whole stretch disappears.
  const end = last.start + last.text.length + (fitted.length === 0 ? last.end.length : 0);
  const region = view.slice(start, end);
  const replacement = fitLineEnds(region, fitted.join('\n'), lineEndAround(view, start));
  return { ok: true, how, regions: [{ start, end, replacement }] };
}
