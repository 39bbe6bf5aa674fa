/** Which lines of the file the lines of `old_text` stand for, where some are only alike. */
import { spread, toLooseForm, unifySigns, type Alignment } from './align.js';
import { isBlank, type Form, type LineIndex } from './lineIndex.js';
import { findWindows, similarityOf } from './similarity.js';

/** Below this a stretch is not taken for the one that was meant. */
const leastSimilarity = 0.9;
/** A single line that is less alike is another line, however alike all others are. */
const leastLineSimilarity = 0.7;
/** The second best has to be worse by so much. */
const clearMargin = 0.08;
/** A shorter text is found by chance. */
const shortestSimilar = 24;

const unified: Form = { keyOf: (line) => unifySigns(line).trim(), blanksCount: false };

/** The one stretch that is alike in each of its lines; blank lines do not count. */
export function alignSimilar(
  text: LineIndex,
  sought: readonly string[],
): { alignment: Alignment; score: number } | undefined {
  if (sought.join('').replace(/\s+/g, '').length < shortestSimilar) return undefined;
  const rows = text.rows(unified);
  const counts = (line: string): boolean => !isBlank(line);
  const wanted = sought.filter(counts).map(unified.keyOf);
  const isUsed = (word: string): boolean => hasWord(text.once(unifySigns), word);
  const [best, second] = findWindows(rows, wanted).filter(({ start }) =>
    wanted.every((line, offset) => isAlike(line, rows.keys[start + offset] ?? '', isUsed)),
  );
  if (best === undefined || best.score < leastSimilarity) return undefined;
  if (second !== undefined && second.score > best.score - clearMargin) return undefined;
  return {
    alignment: { how: 'similarity', spans: spread(text, rows.kept, best.start, sought, counts) },
    score: best.score,
  };
}

/**
 * Lines that are nearly the same stand elsewhere, too, and which of two was meant only their words say. So a word may
 * differ by a typing error only, and must not be one that the file uses.
 */
function isAlike(line: string, other: string, isUsed: (word: string) => boolean): boolean {
  if (toLooseForm(line) === toLooseForm(other)) return true;
  if (similarityOf(line, other) < leastLineSimilarity) return false;
  const [words, theirs] = [wordsOf(line), wordsOf(other)];
  if (words.length !== theirs.length) return false;
  return words.every((word, at) => word === theirs[at] || (isMistyped(word, theirs[at]!) && !isUsed(word)));
}

const endsInWord = /[\p{L}\p{N}_$]$/u;
const beginsInWord = /^[\p{L}\p{N}_$]/u;

/** Quicker than one pattern over all of a long text. */
function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    const end = at + word.length;
    const isPart = endsInWord.test(text.slice(Math.max(0, at - 2), at)) || beginsInWord.test(text.slice(end, end + 2));
    if (!isPart) return true;
  }
  return false;
}

function wordsOf(line: string): string[] {
  return line.match(/[\p{L}\p{N}_$]+/gu) ?? [];
}

/** One or two letters too many, too few or wrong; no other number. */
function isMistyped(word: string, other: string): boolean {
  const most = word.length < 4 ? 0 : word.length < 6 ? 1 : 2;
  if (/\d/.test(word) || Math.abs(word.length - other.length) > most) return false;
  let head = 0;
  while (head < word.length && word[head] === other[head]) head++;
  let tail = 0;
  const shortest = Math.min(word.length, other.length);
  while (tail < shortest - head && word.at(-1 - tail) === other.at(-1 - tail)) tail++;
  return Math.max(word.length, other.length) - head - tail <= most;
}
