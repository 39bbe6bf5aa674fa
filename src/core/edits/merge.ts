/** Puts two changes of the same text together, where they touch different lines. */
import { diff3Merge } from 'node-diff3';
import { mainLineEnd, toLineFeeds } from './lines.js';

export type Merged =
  | { ok: true; text: string }
  /** The first place that both have changed, by its line in `ours`. */
  | { ok: false; line: number; ours: string[]; theirs: string[] };

/** More lines between the first and the last difference are not compared. */
const mostLines = 20_000;

/**
 * `ours` is the user's and keeps its line ends. Whatever both have changed, or changes side by side, is a conflict: it
 * is never decided here.
 */
export function mergeTexts(base: string, ours: string, theirs: string): Merged {
  const end = mainLineEnd(ours);
  const [old, own, other] = [base, ours, theirs].map((text) => toLineFeeds(text).split('\n')) as [
    string[],
    string[],
    string[],
  ];
  const shortest = Math.min(old.length, own.length, other.length);
  let head = 0;
  while (head < shortest && old[head] === own[head] && old[head] === other[head]) head++;
  let tail = 0;
  const same = (at: number): boolean => old.at(at) === own.at(at) && old.at(at) === other.at(at);
  while (tail < shortest - head && same(-1 - tail)) tail++;
  const middle = (lines: readonly string[]): string[] => lines.slice(head, lines.length - tail);
  if (Math.max(middle(old).length, middle(own).length, middle(other).length) > mostLines) {
    return { ok: false, line: head + 1, ours: [], theirs: [] };
  }
  const merged = own.slice(0, head);
  for (const { ok, conflict } of diff3Merge(middle(own), middle(old), middle(other), { excludeFalseConflicts: true })) {
    if (conflict) return { ok: false, line: head + conflict.aIndex + 1, ours: conflict.a, theirs: conflict.b };
    merged.push(...(ok ?? []));
  }
  merged.push(...own.slice(own.length - tail));
  return { ok: true, text: merged.join(end) };
}
