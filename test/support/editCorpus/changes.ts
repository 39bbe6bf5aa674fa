/** Changes that were really made to files, as rows: what a model that read the file rightly would send. */
import { structuredPatch } from 'diff';
import { findOnly } from './places.js';

export interface Row {
  kind: ' ' | '-' | '+';
  text: string;
}

/** One hunk of a commit over the file as it was. Line feeds only. */
export interface Change {
  name: string;
  before: string;
  rows: readonly Row[];
  /** 0-based line of the first row. */
  line: number;
}

const mostLinesOfChange = 40;
const longestLine = 400;

/** The hunks of one version of a file to the next, each with as much around it as makes it the only such place. */
export function changesBetween(name: string, before: string, after: string, context: number): Change[] {
  if (before === '' || after === '' || /[\r\ufeff]/.test(before + after)) return [];
  const patch = structuredPatch(name, name, before, after, undefined, undefined, { context: 0 });
  const lines = before.replace(/\n$/, '').split('\n');
  return patch.hunks.flatMap(({ oldStart, oldLines, lines: rows }, index) => {
    const changed = rows.filter((row) => !row.startsWith('\\')).map(toRow);
    const tooLarge = changed.length > mostLinesOfChange || changed.some(({ text }) => text.length > longestLine);
    const isBlank = changed.every(({ text }) => text.trim() === '');
    if (tooLarge || isBlank) return [];
    // Of a hunk that only adds, the patch names the line before.
    const first = oldLines === 0 ? oldStart : oldStart - 1;
    for (let around = context; around <= context + 12; around += 3) {
      const change = widen(`${name}#${index + 1}`, before, lines, changed, first, oldLines, around);
      if (findOnly(before, oldTextOf(change.rows)) !== undefined) return [change];
    }
    return [];
  });
}

function toRow(row: string): Row {
  return { kind: row[0] as Row['kind'], text: row.slice(1) };
}

function widen(
  name: string,
  before: string,
  lines: readonly string[],
  changed: readonly Row[],
  first: number,
  count: number,
  around: number,
): Change {
  const start = Math.max(0, first - around);
  const keep = (text: string): Row => ({ kind: ' ', text });
  const above = lines.slice(start, first).map(keep);
  const below = lines.slice(first + count, first + count + around).map(keep);
  return { name, before, rows: [...above, ...changed, ...below], line: start };
}

export function oldTextOf(rows: readonly Row[]): string {
  return textOf(rows, '+');
}

export function newTextOf(rows: readonly Row[]): string {
  return textOf(rows, '-');
}

function textOf(rows: readonly Row[], without: Row['kind']): string {
  return rows
    .filter(({ kind }) => kind !== without)
    .map(({ text }) => `${text}\n`)
    .join('');
}

/** The file after the change; the last line end stays as it is. */
export function carryOut(before: string, rows: readonly Row[], line: number): string {
  const ends = before.endsWith('\n');
  const lines = (ends ? before.slice(0, -1) : before).split('\n');
  const old = rows.filter(({ kind }) => kind !== '+').length;
  const now = rows.filter(({ kind }) => kind !== '-').map(({ text }) => text);
  const after = [...lines.slice(0, line), ...now, ...lines.slice(line + old)];
  return after.length === 0 ? '' : after.join('\n') + (ends ? '\n' : '');
}
