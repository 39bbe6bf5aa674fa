import { structuredPatch } from 'diff';

const contextLines = 3;
/** A diff with more changed lines than this is longer than the file is worth, and slow to find. */
const mostChangedLines = 4_000;
const noNewline = '\\ No newline at end of file';

/**
 * Unified hunks from one view to another, without file headers; `undefined` if that would be long to find. Equal views
 * have none. A text that came or went as a whole is one hunk, however long, since nothing has to be found.
 */
export function diffViews(before: string, after: string): string | undefined {
  if (before === after) return '';
  if (before === '') return wholeHunk('+', after);
  if (after === '') return wholeHunk('-', before);
  const patch = structuredPatch('a', 'b', before, after, undefined, undefined, {
    context: contextLines,
    maxEditLength: mostChangedLines,
  });
  if (patch === undefined) return undefined;
  const lines: string[] = [];
  for (const { oldStart, oldLines, newStart, newLines, lines: body } of patch.hunks) {
    lines.push(`@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`, ...body);
  }
  const text = lines.map((line) => `${line}\n`).join('');
  // A patch that does not give the very same text back is worth nothing.
  try {
    return applyHunks(before, text) === after ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Git's form: the side without lines stands after line 0. */
function wholeHunk(sign: '+' | '-', text: string): string {
  const lines = splitLines(text);
  const head = sign === '+' ? `@@ -0,0 +1,${lines.length} @@` : `@@ -1,${lines.length} +0,0 @@`;
  const rows = lines.map((line) => `${sign}${stripped(line)}\n`).join('');
  return `${head}\n${rows}${text.endsWith('\n') ? '' : `${noNewline}\n`}`;
}

const hunkHead = /^@@ -(\d+),(\d+) \+(\d+),(\d+) @@$/;

/** The view after some hunks. Throws if they do not fit exactly. */
export function applyHunks(before: string, hunks: string): string {
  const old = splitLines(before);
  const result: string[] = [];
  let at = 0;
  let last = '';
  for (const line of hunks.split('\n').slice(0, -1)) {
    const head = hunkHead.exec(line);
    if (head !== null) {
      // A hunk of no old lines stands after the line that it names.
      const start = Number(head[1]) - (head[2] === '0' ? 0 : 1);
      if (start < at || start > old.length) throw new Error('a hunk lies outside of its file');
      result.push(...old.slice(at, start));
      at = start;
    } else if (line === noNewline) {
      if (last === '+' || last === ' ') result.push((result.pop() ?? '').slice(0, -1));
    } else {
      last = line.charAt(0);
      if (last !== '+' && stripped(old[at]) !== line.slice(1)) throw new Error('a hunk does not fit its file');
      if (last === ' ') result.push(`${line.slice(1)}\n`);
      if (last === '+') result.push(`${line.slice(1)}\n`);
      if (last !== '+') at++;
    }
  }
  return [...result, ...old.slice(at)].join('');
}

/** Lines with their line feed; the last may have none. */
function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function stripped<T extends string | undefined>(line: T): T | string {
  return line?.endsWith('\n') === true ? line.slice(0, -1) : line;
}
