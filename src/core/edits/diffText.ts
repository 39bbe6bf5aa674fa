import { formatPatch, structuredPatch, type StructuredPatch } from 'diff';
import { toLineFeeds } from './lines.js';

export interface DiffTexts {
  /** For the model: the changed stretches with numbered lines; numbers of removed lines are the old ones. */
  numbered: string;
  /** For the screen. */
  unified: string;
  added: number;
  removed: number;
}

const mostNumberedLines = 80;
const longestNumbered = 300;
/** Beyond so many changed lines an exact diff would take too long; the changed middle is shown as one stretch. */
const mostEdits = 4000;

/** Compares two views. */
export function describeChange(path: string, before: string, after: string): DiffTexts {
  const patch = makePatch(path, toLineFeeds(before), toLineFeeds(after));
  const rows: string[] = [];
  let added = 0;
  let removed = 0;
  for (const hunk of patch.hunks) {
    let oldNumber = hunk.oldStart;
    let newNumber = hunk.newStart;
    if (rows.length > 0) rows.push('…');
    for (const row of hunk.lines) {
      const text = row.slice(1, longestNumbered);
      if (row.startsWith('\\')) continue;
      if (row.startsWith('-')) {
        removed++;
        rows.push(`-${oldNumber++}\t${text}`);
      } else if (row.startsWith('+')) {
        added++;
        rows.push(`+${newNumber++}\t${text}`);
      } else {
        oldNumber++;
        rows.push(` ${newNumber++}\t${text}`);
      }
    }
  }
  const shown = rows.slice(0, mostNumberedLines);
  if (rows.length > shown.length) shown.push(`(${rows.length - shown.length} more lines of this diff are not shown)`);
  if (rows.length === 0 && before !== after) shown.push('(only line ends differ)');
  return { numbered: shown.join('\n'), unified: formatPatch(patch), added, removed };
}

function makePatch(path: string, before: string, after: string): StructuredPatch {
  const old = before.split('\n');
  const now = after.split('\n');
  const options = { context: 2, maxEditLength: mostEdits };
  // What it would give up in the end, it is not asked.
  const patch =
    countUnshared(old, now) > mostEdits
      ? undefined
      : structuredPatch(path, path, before, after, undefined, undefined, options);
  if (patch !== undefined) return patch;
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start++;
  let end = 0;
  while (end < old.length - start && end < now.length - start && old.at(-1 - end) === now.at(-1 - end)) end++;
  const gone = old.slice(start, old.length - end);
  const come = now.slice(start, now.length - end);
  const hunk = {
    oldStart: start + 1,
    oldLines: gone.length,
    newStart: start + 1,
    newLines: come.length,
    lines: [...gone.map((line) => `-${line}`), ...come.map((line) => `+${line}`)],
  };
  return {
    oldFileName: path,
    newFileName: path,
    oldHeader: undefined,
    newHeader: undefined,
    hunks: [hunk],
  };
}

/** Lines of each that the other does not have: no diff is shorter. */
function countUnshared(old: readonly string[], now: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const line of old) counts.set(line, (counts.get(line) ?? 0) + 1);
  for (const line of now) counts.set(line, (counts.get(line) ?? 0) - 1);
  return [...counts.values()].reduce((sum, count) => sum + Math.abs(count), 0);
}
