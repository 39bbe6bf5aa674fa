/** One file's change as the review shows it, or why it is not shown. */
import { toLineFeeds } from '../edits/lines.js';
import { diffViews } from '../pack/hunks.js';
import { encodeView } from '../view/codec.js';
import type { LineRange } from './quotes.js';
import type { ReviewedChange } from './reviewedFrames.js';

export interface ChangeToReview extends ReviewedChange {
  /** Lines of the new text that the change added or that stand next to removed ones. */
  changedLines: LineRange[];
}

export type SkipReason = 'formatting only' | 'unchanged' | 'too large' | 'withheld' | 'not text' | 'no room';

export type MadeChange = { kind: 'review'; change: ChangeToReview } | { kind: 'skip'; why: SkipReason };

const mostDiffCharacters = 200_000;

/** Where the white space at the start of a line means something. */
const indentedLanguages =
  /\.(?:py|pyi|pyx|ya?ml|coffee|haml|pug|jade|slim|sass|styl|nim|fs|fsx|hs|elm|md|rst|mk)$|(?:^|\/)Makefile$/i;

/** `undefined` as text: the file does not exist on that side. */
export function makeChange(path: string, before: string | undefined, after: string | undefined): MadeChange {
  const old = toLineFeeds(before ?? '');
  const now = toLineFeeds(after ?? '');
  if (before !== undefined && after !== undefined) {
    if (old === now) return { kind: 'skip', why: 'unchanged' };
    if (isFormattingOnly(path, old, now)) return { kind: 'skip', why: 'formatting only' };
  }
  const diff = diffViews(encodeView(old).view, encodeView(now).view);
  if (diff === undefined || diff.length > mostDiffCharacters) return { kind: 'skip', why: 'too large' };
  const kind = before === undefined ? 'created' : after === undefined ? 'deleted' : 'changed';
  return { kind: 'review', change: { path, kind, diff, changedLines: findChangedLines(diff) } };
}

/** Equal but for blank lines, the white space at line ends, and, where it means nothing, the indentation. */
export function isFormattingOnly(path: string, before: string, after: string): boolean {
  const keepsIndent = indentedLanguages.test(path);
  const plain = (text: string): string =>
    text
      .split('\n')
      .map((line) => (keepsIndent ? line.trimEnd() : line.trim()))
      .filter((line) => line !== '')
      .join('\n');
  return plain(before) === plain(after);
}

function findChangedLines(diff: string): LineRange[] {
  const ranges: LineRange[] = [];
  let line = 0;
  const add = (at: number): void => {
    const last = ranges.at(-1);
    if (last !== undefined && at <= last.end + 1) last.end = Math.max(last.end, at);
    else ranges.push({ start: at, end: at });
  };
  for (const row of diff.split('\n')) {
    const head = /^@@ -\d+,\d+ \+(\d+),\d+ @@$/.exec(row);
    if (head !== null) line = Number(head[1]);
    else if (row.startsWith('+')) add(line++);
    else if (row.startsWith('-')) add(line);
    else if (row.startsWith(' ')) line++;
  }
  return ranges;
}
