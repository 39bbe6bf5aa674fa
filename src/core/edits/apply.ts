/** Carries hunks out, one after the other, each on its own: one that fails leaves the others alone. */
import type { Hunk, Match, Region } from './hunks.js';
import { indexLines } from './lineIndex.js';
import { matchHunk } from './match.js';
import { findPlaceholderTrouble, toViewForm } from './textFile.js';

export type HunkResult = { ok: true; places: number; note?: string } | { ok: false; problem: string };

export interface Editing {
  /** The text as it is now. */
  view(): string;
  apply(hunk: Hunk): HunkResult;
}

export function startEditing(view: string): Editing {
  let text = indexLines(view);
  const shifts: { line: number; by: number }[] = [];

  /** `line` means the file as it was before the first hunk; earlier ones have moved what is below them. */
  const shift = (line: number): number =>
    shifts.reduce((now, { line: above, by }) => (now > above ? now + by : now), line);

  return {
    view: () => text.view,
    apply(hunk) {
      const shifted = { ...hunk, old_text: toViewForm(hunk.old_text), new_text: toViewForm(hunk.new_text) };
      if (hunk.line !== undefined) shifted.line = shift(hunk.line);
      const match = matchHunk(text, shifted);
      if (!match.ok) return match;
      const next = replaceRegions(text.view, match.regions);
      const trouble = findPlaceholderTrouble(text.view, next);
      if (trouble !== undefined) return { ok: false, problem: `${trouble}.` };
      for (const { start, end, replacement } of [...match.regions].reverse()) {
        const by = countFeeds(replacement) - countFeeds(text.view.slice(start, end));
        if (by !== 0) shifts.push({ line: text.numberAt(Math.max(start, end - 1)), by });
      }
      const note = noteOf(match, text.numberAt(match.regions[0]!.start));
      text = indexLines(next);
      return { ok: true, places: match.regions.length, ...(note === undefined ? {} : { note }) };
    },
  };
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
