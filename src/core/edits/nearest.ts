import { trimmed } from './align.js';
import type { LineIndex } from './lineIndex.js';
import { splitLines } from './lines.js';
import { findWindows } from './similarity.js';

const leastShown = 0.35;
const mostLinesShown = 30;
const longestShown = 300;

/** What to tell of a text that is not in the file: the nearest stretch, numbered, and the first lines that differ. */
export function nearestText(text: LineIndex, oldText: string): string {
  const sought = splitLines(oldText).map((line) => line.text);
  const best = findWindows(text.rows(trimmed), sought.map(trimmed.keyOf))[0];
  if (best === undefined || best.score < leastShown) {
    return 'old_text was not found, nor anything like it. Read the file, or search for a part of it.';
  }
  const lines = text.lines().slice(best.start, best.start + sought.length);
  const shown = lines.slice(0, mostLinesShown).map((line) => line.text);
  const numbered = shown.map((line, index) => `${best.start + index + 1}\t${cut(line)}`);
  const differing = sought
    .map((line, index) => ({ number: best.start + index + 1, given: line, actual: lines[index]?.text }))
    .filter(({ given, actual }) => given !== actual)
    .slice(0, 3)
    .map(({ number, given, actual }) => {
      return `line ${number}: old_text has ${show(given)}, the file has ${actual === undefined ? 'no such line' : show(actual)}`;
    });
  return [
    `old_text was not found. Nearest (${Math.floor(best.score * 100)} % alike):`,
    ...numbered,
    ...(shown.length < sought.length ? [`(${sought.length - shown.length} lines more)`] : []),
    `What differs: ${differing.join('; ')}.`,
  ].join('\n');
}

function cut(line: string): string {
  return line.length > longestShown ? `${line.slice(0, longestShown)}…` : line;
}

/** Tabs and trailing spaces have to be seen. */
function show(line: string): string {
  return `"${cut(line).replaceAll('\t', '\\t')}"`;
}
