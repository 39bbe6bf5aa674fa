/** Slips of the hand that go through a whole hunk: with each undone, the text may be one that stands in the file. */
import type { Hunk } from './hunks.js';

export interface Reading {
  hunk: Hunk;
  /** What was undone, for the note to the model. */
  undone: readonly string[];
}

interface Slip {
  name: string;
  /** Both texts without it; `undefined` if the old text shows no sign of it. */
  undo: (oldText: string, newText: string) => [string, string] | undefined;
}

/** The hunk as it is first, then with what could be undone. */
export function readingsOf(hunk: Hunk): Reading[] {
  const readings: Reading[] = [{ hunk, undone: [] }];
  for (const { name, undo } of slips) {
    for (const { hunk: read, undone } of [...readings]) {
      const texts = undo(read.old_text, read.new_text);
      if (texts === undefined || texts[0] === '' || texts[0] === read.old_text || texts[0] === texts[1]) continue;
      readings.push({ hunk: { ...read, old_text: texts[0], new_text: texts[1] }, undone: [...undone, name] });
    }
  }
  return readings;
}

const fence = /^\s*(`{3,}|~{3,})[^\n`]*\n([\s\S]*?)\n?[ \t]*\1\s*$/;

function undoFence(oldText: string, newText: string): [string, string] | undefined {
  const old = fence.exec(oldText)?.[2];
  return old === undefined ? undefined : [old, newText.trim() === '' ? '' : (fence.exec(newText)?.[2] ?? newText)];
}

/** As a listing shows them: `12⇥text`, `12 | text`, `12: text`. */
const lineNumber = /^[ \t]*(\d{1,7})(\t|(?: ?[|│:→])(?: |$)|$)/;

function undoLineNumbers(oldText: string, newText: string): [string, string] | undefined {
  const rows = oldText.replace(/\n$/, '').split('\n');
  const numbers = rows.map((row) => Number(lineNumber.exec(row)?.[1]));
  if (!numbers.every((number, index) => number === numbers[0]! + index)) return undefined;
  const strip = (row: string): string => row.replace(lineNumber, '');
  const old = new Set(rows);
  const now = newText.split('\n');
  const isNumbered = now.every((row) => row === '' || lineNumber.test(row));
  // A new row that only looks numbered is the model's own text.
  const kept = now.map((row) => (isNumbered || old.has(row) ? strip(row) : row));
  return [oldText.split('\n').map(strip).join('\n'), kept.join('\n')];
}

const meanings: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '', '"': '"', "'": "'", '\\': '\\' };

/** `signs` follow a backslash. `raw` is what a text that was written so does not have. */
function undoEscapes(signs: RegExp, raw: RegExp): Slip['undo'] {
  const read = (text: string): string => text.replace(signs, (_, sign: string) => meanings[sign] ?? sign);
  return (oldText, newText) => {
    if (read(oldText) === oldText || raw.test(oldText) || raw.test(newText)) return undefined;
    return [read(oldText), read(newText)];
  };
}

const entities: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  '#39': "'",
  '#x27': "'",
  nbsp: ' ',
  amp: '&',
};
const entity = /&(lt|gt|quot|apos|#39|#x27|nbsp|amp);/g;

function undoEntities(oldText: string, newText: string): [string, string] | undefined {
  const read = (text: string): string => text.replace(entity, (_, name: string) => entities[name] ?? '');
  if (read(oldText) === oldText || /[<>]/.test(oldText + newText)) return undefined;
  return [read(oldText), read(newText)];
}

const slips: readonly Slip[] = [
  { name: 'the code fence', undo: undoFence },
  { name: 'the line numbers', undo: undoLineNumbers },
  { name: 'the HTML entities', undo: undoEntities },
  // A line feed inside shows that line feeds were not escaped; the one at the end is easily added.
  { name: 'the escapes', undo: undoEscapes(/\\([ntr"'\\])/g, /\n(?!$)/) },
  { name: 'the escapes of quotes and backslashes', undo: undoEscapes(/\\(["'\\])/g, /(?<!\\)"/) },
  { name: 'the escapes of quotes', undo: undoEscapes(/\\(["'])/g, /(?<!\\)"/) },
];
