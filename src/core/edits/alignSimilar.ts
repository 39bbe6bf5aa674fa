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
/** One line of so many may hold another name: the others have to say where it is. */
const mostRenamed = 3;
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
  const [best, second] = findWindows(rows, wanted).filter(({ start }) => {
    const likeness = wanted.map((line, offset) => likenessOf(line, rows.keys[start + offset] ?? '', isUsed));
    const renamed = likeness.filter((one) => one === 'renamed').length;
    return !likeness.includes('unlike') && renamed * mostRenamed <= likeness.length;
  });
  if (best === undefined || best.score < leastSimilarity) return undefined;
  if (second !== undefined && second.score > best.score - clearMargin) return undefined;
  return {
    alignment: { how: 'similarity', spans: spread(text, rows.kept, best.start, sought, counts) },
    score: best.score,
  };
}

type Likeness = 'equal' | 'mistyped' | 'renamed' | 'unlike';

/**
 * Lines that are nearly the same stand elsewhere, too, and which of two was meant only their words say. So a word that
 * differs must not be one that the file uses.
 */
function likenessOf(line: string, other: string, isUsed: (word: string) => boolean): Likeness {
  if (toLooseForm(line) === toLooseForm(other)) return 'equal';
  if (similarityOf(line, other) < leastLineSimilarity) return 'unlike';
  const [words, theirs] = [wordsOf(line), wordsOf(other)];
  if (words.length !== theirs.length) return 'unlike';
  const differing = words.flatMap((word, at) => (word === theirs[at] ? [] : [[word, theirs[at]!] as const]));
  if (!differing.every(([word, there]) => isNearly(word, there) && !isUsed(word))) return 'unlike';
  return differing.every(([word, there]) => isMistyped(word, there)) ? 'mistyped' : 'renamed';
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
function isNearly(word: string, other: string): boolean {
  const most = word.length < 4 ? 0 : word.length < 6 ? 1 : 2;
  const { own, theirs } = withoutEnds(word, other);
  return !/\d/.test(word) && Math.max(own.length, theirs.length) <= most;
}

/**
 * One letter wrong, missing or too many, or two that changed places. What is longer or shorter at an end is the name of
 * something else: `print` and `println`, `item` and `items`.
 */
function isMistyped(word: string, other: string): boolean {
  const { own, theirs, head, tail } = withoutEnds(word, other);
  if (own.length === theirs.length) return own.length === 1 || own === [...theirs].reverse().join('');
  return own.length + theirs.length === 1 && head > 0 && tail > 0;
}

/** What two words have between the letters that they share at their ends. */
function withoutEnds(word: string, other: string): { own: string; theirs: string; head: number; tail: number } {
  let head = 0;
  while (head < word.length && word[head] === other[head]) head++;
  let tail = 0;
  const shortest = Math.min(word.length, other.length);
  while (tail < shortest - head && word.at(-1 - tail) === other.at(-1 - tail)) tail++;
  const [own, theirs] = [word, other].map((text) => text.slice(head, text.length - tail)) as [string, string];
  return { own, theirs, head, tail };
}
