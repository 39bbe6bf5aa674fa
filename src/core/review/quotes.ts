/** Finds what the model quotes in a file as it is now. What is not found was not said about this file. */
import type { Place } from '../../protocol/events.js';
import { splitLines, toLineFeeds } from '../edits/lines.js';

export type Stretch = Omit<Place, 'path'>;

export interface LineRange {
  /** 1-based, both inclusive. */
  start: number;
  end: number;
}

/**
 * Every place of a quote, in order: verbatim, whatever the line ends are, or else whole lines that are equal when the
 * white space around each is left out. A blank quote has no place.
 */
export function findQuote(text: string, quote: string): Stretch[] {
  const sought = toLineFeeds(quote);
  if (sought.trim() === '') return [];
  const exact = findExactly(toLineFeeds(text), sought.replace(/^\n+|\n+$/g, ''));
  return exact.length > 0 ? exact : findTrimmed(text, sought);
}

/** The place that touches a changed line, else the first. */
export function choosePlace(
  places: readonly Stretch[],
  changed: readonly LineRange[] | undefined,
): Stretch | undefined {
  const touches = ({ startLine, endLine }: Stretch): boolean =>
    changed?.some(({ start, end }) => startLine <= end && start <= endLine) === true;
  return places.find(touches) ?? places[0];
}

function findExactly(text: string, sought: string): Stretch[] {
  const places: Stretch[] = [];
  let line = 1;
  let lineStart = 0;
  const newLines = sought.split('\n').length - 1;
  for (let at = text.indexOf(sought); at !== -1; at = text.indexOf(sought, at + sought.length)) {
    for (let feed = text.indexOf('\n', lineStart); feed !== -1 && feed < at; feed = text.indexOf('\n', lineStart)) {
      line++;
      lineStart = feed + 1;
    }
    const end = at + sought.length;
    const lastStart = newLines === 0 ? lineStart : text.lastIndexOf('\n', end - 1) + 1;
    places.push({
      startLine: line,
      startColumn: at - lineStart,
      endLine: line + newLines,
      endColumn: end - lastStart,
    });
  }
  return places;
}

function findTrimmed(text: string, sought: string): Stretch[] {
  const wanted = sought
    .trim()
    .split('\n')
    .map((line) => line.trim());
  const lines = splitLines(text).map((line) => line.text);
  const trimmed = lines.map((line) => line.trim());
  const places: Stretch[] = [];
  for (let start = 0; start + wanted.length <= lines.length; start++) {
    if (!wanted.every((line, offset) => trimmed[start + offset] === line)) continue;
    const end = start + wanted.length;
    places.push({
      startLine: start + 1,
      startColumn: lines[start]!.length - lines[start]!.trimStart().length,
      endLine: end,
      endColumn: lines[end - 1]!.trimEnd().length,
    });
    start = end - 1;
  }
  return places;
}
