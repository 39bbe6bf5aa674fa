/**
 * The frames of the diffs to review. They are no entries of the change log: they tell once more, and against another
 * state, what the pack and the log already hold, so that they must not be taken for a later word.
 */
import { decodePath, encodePath } from '../view/codec.js';

export interface ReviewedChange {
  path: string;
  kind: 'created' | 'changed' | 'deleted';
  /** Unified hunks of views, each line with its line feed; all lines of a created file are added. */
  diff: string;
}

const foot = '</baleen-reviewed>';

export function renderReviewed(changes: readonly ReviewedChange[]): string {
  return changes
    .map(({ path, kind, diff }) => `<baleen-reviewed path="${encodePath(path)}" kind="${kind}">\n${diff}${foot}`)
    .join('\n');
}

const head = /<baleen-reviewed path="([^"\n]*)" kind="(created|changed|deleted)">\n/g;

export function parseReviewed(text: string): ReviewedChange[] {
  return [...text.matchAll(head)].flatMap((match) => {
    const start = match.index + match[0].length;
    const end = text.indexOf(foot, start);
    if (end < 0) return [];
    const kind = match[2] as ReviewedChange['kind'];
    return [{ path: decodePath(match[1] ?? ''), kind, diff: text.slice(start, end) }];
  });
}
