/** Carries hunks out, one after the other, each on its own: one that fails leaves the others alone. */
import type { Hunk, Match, Region } from './hunks.js';
import { lineNumberAt } from './lines.js';
import { matchHunk } from './match.js';
import { findPlaceholderTrouble, toViewForm } from './textFile.js';

export type HunkResult = { ok: true; places: number; note?: string } | { ok: false; problem: string };

export interface Applied {
  view: string;
  results: HunkResult[];
}

export function applyHunks(view: string, hunks: readonly Hunk[]): Applied {
  let now = view;
  const results: HunkResult[] = [];
  const shifts: { line: number; by: number }[] = [];
  for (const hunk of hunks) {
    const shifted = { ...hunk, old_text: toViewForm(hunk.old_text), new_text: toViewForm(hunk.new_text) };
    // `line` means the file as it was before this call; earlier hunks have moved what is below them.
    if (hunk.line !== undefined) {
      shifted.line = shifts.reduce((line, shift) => (line > shift.line ? line + shift.by : line), hunk.line);
    }
    const match = matchHunk(now, shifted);
    if (!match.ok) {
      results.push(match);
      continue;
    }
    const next = replaceRegions(now, match.regions);
    const trouble = findPlaceholderTrouble(now, next);
    if (trouble !== undefined) {
      results.push({ ok: false, problem: `${trouble}.` });
      continue;
    }
    for (const { start, end, replacement } of [...match.regions].reverse()) {
      const by = countFeeds(replacement) - countFeeds(now.slice(start, end));
      if (by !== 0) shifts.push({ line: lineNumberAt(now, Math.max(start, end - 1)), by });
    }
    const first = lineNumberAt(now, match.regions[0]!.start);
    const note = noteOf(match, first);
    results.push({ ok: true, places: match.regions.length, ...(note === undefined ? {} : { note }) });
    now = next;
  }
  return { view: now, results };
}

/** What a reader of the answer would not expect; `undefined` for an exact match. */
function noteOf({ how, undone }: Extract<Match, { ok: true }>, line: number): string | undefined {
  const parts = [
    ...(how === 'exact' ? [] : [`by ${how}`]),
    ...(undone.length === 0 ? [] : [`without ${undone.join(' and ')}`]),
  ];
  return parts.length === 0 ? undefined : `matched ${parts.join(', ')} at line ${line}`;
}

function replaceRegions(view: string, regions: readonly Region[]): string {
  let result = '';
  let at = 0;
  for (const { start, end, replacement } of regions) {
    result += view.slice(at, start) + replacement;
    at = end;
  }
  return result + view.slice(at);
}

function countFeeds(text: string): number {
  return text.split('\n').length - 1;
}
