import { structuredPatch } from 'diff';

const contextLines = 3;
/** A diff with more changed lines than this is longer than the file is worth, and slow to find. */
const mostChangedLines = 4_000;

/** Unified hunks from one view to another, without file headers; `undefined` if that would be long to find. */
export function diffViews(before: string, after: string): string | undefined {
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

const hunkHead = /^@@ -(\d+),(\d+) \+(\d+),(\d+) @@$/;
const noNewline = '\\ No newline at end of file';

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

function stripped(line: string | undefined): string | undefined {
  return line?.endsWith('\n') === true ? line.slice(0, -1) : line;
}
