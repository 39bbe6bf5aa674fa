/** A text and its view side by side: language servers work on the one, the model reads the other. */
import type { TextPosition } from '../host.js';
import { decodeView } from '../view/codec.js';
import { wholeWordPattern } from '../view/words.js';
import type { TextFile } from './textFile.js';

export interface SeenText {
  text: string;
  /** `undefined` inside a placeholder or an escape, which stand in one piece. */
  positionOf(viewOffset: number): TextPosition | undefined;
  /** `undefined` there too, and where the text has no such place. */
  viewOffsetOf(position: TextPosition): number | undefined;
  /** The line of the view in which an offset lies, without its end. */
  lineAt(viewOffset: number): string;
  /** Where a word stands as a whole in the view; a placeholder's own words do not count. */
  findWord(word: string): number[];
}

/** Each stands for a stretch of the text that the view shows otherwise. */
interface Piece {
  view: { start: number; end: number };
  text: { start: number; end: number };
}

export function openSeen({ view, secrets }: TextFile): SeenText {
  const text = decodeView(view, secrets);
  const pieces = findPieces(view, secrets);
  const starts = startsOfLines(text);
  const positionOf = (viewOffset: number): TextPosition | undefined => {
    const offset = shift(pieces, 'view', 'text', viewOffset);
    if (offset === undefined) return undefined;
    const line = lastUpTo(starts, offset);
    return { line, column: offset - starts[line]! };
  };
  return {
    text,
    positionOf,
    viewOffsetOf({ line, column }) {
      const start = starts[line];
      if (start === undefined || start + column > (starts[line + 1] ?? text.length)) return undefined;
      return shift(pieces, 'text', 'view', start + column);
    },
    lineAt(viewOffset) {
      const start = view.lastIndexOf('\n', viewOffset - 1) + 1;
      const feed = view.indexOf('\n', viewOffset);
      return view.slice(start, feed === -1 ? view.length : feed).replace(/\r$/, '');
    },
    findWord(word) {
      if (word === '') return [];
      const found = [...view.matchAll(wholeWordPattern(word))].map(({ index }) => index);
      return found.filter((at) => positionOf(at) !== undefined && positionOf(at + word.length) !== undefined);
    },
  };
}

/** Line ends are a matter of how a program holds a text: an editor makes mixed ones equal. */
export function areSameLines(one: string, other: string): boolean {
  return one === other || one.replace(/\r\n?/g, '\n') === other.replace(/\r\n?/g, '\n');
}

/** Every opening bracket of a view is ours: that of a text is escaped. */
function findPieces(view: string, secrets: readonly string[]): Piece[] {
  if (!view.includes('\u27e6')) return [];
  let grown = 0;
  return [...view.matchAll(/\u27e6[^\u27e6\u27e7]*\u27e7/g)].map(({ 0: shown, index }) => {
    const length = decodeView(shown, secrets).length;
    const piece = {
      view: { start: index, end: index + shown.length },
      text: { start: index - grown, end: index - grown + length },
    };
    grown += shown.length - length;
    return piece;
  });
}

function shift(
  pieces: readonly Piece[],
  from: 'view' | 'text',
  to: 'view' | 'text',
  offset: number,
): number | undefined {
  let by = 0;
  for (const piece of pieces) {
    if (offset <= piece[from].start) break;
    if (offset < piece[from].end) return undefined;
    by = piece[to].end - piece[from].end;
  }
  return offset + by;
}

function startsOfLines(text: string): number[] {
  return [0, ...[...text.matchAll(/\r\n|\n|\r/g)].map(({ 0: end, index }) => index + end.length)];
}

/** Index of the last number that is not above `most`; the first one never is. */
function lastUpTo(sorted: readonly number[], most: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (sorted[middle]! <= most) low = middle;
    else high = middle - 1;
  }
  return low;
}
