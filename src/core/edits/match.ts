/** Finds the place of a hunk: exactly, then with slips undone, by lines that are equal loosely, around a part left out, by similarity. */
import { wholeWordPattern } from '../view/words.js';
import { alignElided, aroundLeftOut, alignEqual, isElision, type Aligning, type Alignment } from './align.js';
import { alignSimilar } from './alignSimilar.js';
import { fitLines } from './fit.js';
import type { Hunk, Match, Region } from './hunks.js';
import type { LineIndex } from './lineIndex.js';
import { fitLineEnds, mainLineEnd, splitLines, toLineFeeds, type LineEnd } from './lines.js';
import { nearestText } from './nearest.js';
import { readingsOf, type Reading } from './slips.js';

const mostLinesNamed = 12;

/** `text` is that of the file as a view, with its own line ends; so are the regions of the answer. */
export function matchHunk(text: LineIndex, given: Hunk): Match {
  const hunk = { ...given, old_text: toLineFeeds(given.old_text), new_text: toLineFeeds(given.new_text) };
  if (hunk.old_text === '') return matchEmpty(text.view, hunk);
  if (hunk.old_text === hunk.new_text)
    return problem('old_text and new_text are equal, so there is nothing to change.');
  return matchExactly(text, hunk, []) ?? matchLoosely(text, hunk) ?? problem(nearestText(text, hunk.old_text));
}

function problem(sentence: string): Match {
  return { ok: false, problem: sentence };
}

function matchEmpty(view: string, hunk: Hunk): Match {
  if (view !== '') return problem('old_text is empty; give the text that is to be replaced.');
  return { ok: true, how: 'exact', undone: [], regions: [{ start: 0, end: 0, replacement: hunk.new_text }] };
}

interface Place {
  start: number;
  end: number;
}

function matchExactly(text: LineIndex, hunk: Hunk, undone: readonly string[]): Match | undefined {
  const { view } = text;
  const whole = findPlaces(text, hunk.old_text, hunk.whole_word === true);
  if (whole.length === 0) {
    const partial = hunk.whole_word === true ? findPlaces(text, hunk.old_text, false) : [];
    if (partial.length === 0) return undefined;
    return problem(`old_text stands only inside longer words, at ${nameLines(text, partial)}.`);
  }
  const chosen = hunk.replace_all === true ? whole : choosePlace(text, whole, hunk.line);
  if (chosen === undefined) return problem(describeAmbiguous(text, whole, hunk.line));
  const regions = chosen.map(({ start, end }): Region => {
    const replacement = fitLineEnds(view.slice(start, end), hunk.new_text, lineEndAround(view, start));
    return { start, end, replacement };
  });
  return { ok: true, how: 'exact', undone, regions };
}

/** Places that do not overlap, as offsets into the view; a line feed in the sought text also stands for CR LF. */
function findPlaces(text: LineIndex, sought: string, wholeWord: boolean): Place[] {
  const plain = text.plain();
  const starts = wholeWord ? [...plain.matchAll(wholeWordPattern(sought))].map(({ index }) => index) : [];
  if (!wholeWord) {
    for (let at = plain.indexOf(sought); at !== -1; at = plain.indexOf(sought, at + sought.length)) starts.push(at);
  }
  return starts.map((at) => ({ start: text.toOffset(at), end: text.toOffset(at + sought.length) }));
}

function choosePlace(text: LineIndex, places: readonly Place[], line: number | undefined): Place[] | undefined {
  if (places.length === 1) return [...places];
  if (line === undefined) return undefined;
  const covering = places.filter(
    ({ start, end }) => text.numberAt(start) <= line && line <= text.numberAt(Math.max(start, end - 1)),
  );
  return covering.length === 1 ? covering : undefined;
}

function describeAmbiguous(text: LineIndex, places: readonly Place[], line: number | undefined): string {
  const where = nameLines(text, places);
  if (line === undefined) {
    return `old_text stands at ${places.length} places: ${where}. Give more of the text around it, or line, or replace_all.`;
  }
  return `old_text stands at ${places.length} places, but not at exactly one that covers line ${line}: ${where}.`;
}

function nameLines(text: LineIndex, places: readonly Place[]): string {
  const numbers = places.slice(0, mostLinesNamed).map(({ start }) => text.numberAt(start));
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
function matchLoosely(text: LineIndex, hunk: Hunk): Match | undefined {
  if (hunk.replace_all === true || hunk.whole_word === true || hunk.old_text.trim() === '') return undefined;
  const readings = readingsOf(hunk);
  for (const reading of readings) {
    const exact = reading.undone.length === 0 ? undefined : matchExactly(text, reading.hunk, reading.undone);
    if (exact !== undefined) return exact;
    const { sought, isChanged } = rowsOf(reading.hunk);
    const equal = alignEqual(text, sought, reading.hunk.line);
    const found = equal.kind === 'none' ? alignElided(text, sought, isChanged) : equal;
    if (found.kind !== 'none') return settle(text, found, reading);
  }
  const [best] = readings
    .flatMap((reading) => {
      const similar = alignSimilar(text, rowsOf(reading.hunk).sought);
      return similar === undefined ? [] : [{ ...similar, reading }];
    })
    .sort((a, b) => b.score - a.score);
  return best === undefined ? undefined : replaceLines(text, best.alignment, best.reading);
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

function settle(text: LineIndex, found: Exclude<Aligning, { kind: 'none' }>, reading: Reading): Match | undefined {
  if (found.kind === 'one') return replaceLines(text, found.alignment, reading);
  const lines = text.lines();
  const places = found.places.map((index) => ({ start: lines[index]!.start, end: lines[index]!.start + 1 }));
  const how = found.how === aroundLeftOut ? `By ${found.how}` : `Apart from ${found.how}`;
  return problem(`${how}, ${describeAmbiguous(text, places, reading.hunk.line)}`);
}

function replaceLines(text: LineIndex, { how, spans }: Alignment, { hunk, undone }: Reading): Match | undefined {
  const lines = text.lines();
  const fitted = fitLines(
    lines,
    spans,
    splitLines(hunk.old_text).map((line) => line.text),
    splitLines(hunk.new_text).map((line) => line.text),
  );
  if (fitted === undefined) return undefined;
  const all = spans.flat();
  const start = lines[all[0]!]!.start;
  const last = lines[all.at(-1)!]!;
  // Whole lines are replaced; the last line end goes with them only if the whole stretch disappears.
  const end = last.start + last.text.length + (fitted.length === 0 ? last.end.length : 0);
  const region = text.view.slice(start, end);
  const replacement = fitLineEnds(region, fitted.join('\n'), lineEndAround(text.view, start));
  return { ok: true, how, undone, regions: [{ start, end, replacement }] };
}
