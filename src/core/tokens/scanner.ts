import { createCharacterReader } from './characters.js';
import { codeClass, type TokenTables } from './tables.js';

/** Where the piece that begins at `at` ends; `at` is below `end`, and the answer is above `at` and at most `end`. */
export type FindPieceEnd = (utf8: Uint8Array, at: number, end: number) => number;

const { other, letter, number, punctuation, space, newline, cjk } = codeClass;

/**
 * Splits text as DeepSeek's pre-tokenizer does (tokenizer.json of DeepSeek-V3: three splits, each one inside the
 * pieces of those before, what no pattern matches being a piece too):
 *
 * 1. numbers, by three;
 * 2. runs of Han U+4E00–9FA5 and kana;
 * 3. the first alternative that matches: punctuation and ASCII letters · an optional character and letters ·
 *    an optional space, punctuation, and line breaks · white space up to its last line break · white space but for its
 *    last character, unless the piece ends there · white space.
 *
 * A number or a Han run ends the piece for 3, so white space before one is taken whole. White space is Unicode's:
 * U+0085 is, U+FEFF is not. A byte that is no UTF-8 stands for itself, as a character of no class.
 */
export function createScanner(tables: TokenTables): FindPieceEnd {
  const { characterAt, skip, asciiClass } = createCharacterReader(tables);

  function findNumberEnd(utf8: Uint8Array, at: number, end: number): number {
    for (let digits = 0; digits < 3 && at < end; digits++) {
      const character = characterAt(utf8, at, end);
      if ((character & 7) !== number) break;
      at += character >> 3;
    }
    return at;
  }

  function findPunctuationEnd(utf8: Uint8Array, at: number, end: number): number {
    let to = skip(utf8, at, end, punctuation);
    while (to < end && asciiClass[utf8[to]!] === newline) to++;
    return to;
  }

  function findSpaceEnd(utf8: Uint8Array, at: number, end: number): number {
    let to = at;
    let last = at;
    let lineEnd = -1;
    while (to < end) {
      const character = characterAt(utf8, to, end);
      const kind = character & 7;
      if (kind !== space && kind !== newline) {
        if (lineEnd >= 0) return lineEnd;
        if (kind === number || kind === cjk) return to;
        return last > at ? last : to;
      }
      last = to;
      to += character >> 3;
      if (kind === newline) lineEnd = to;
    }
    return lineEnd >= 0 ? lineEnd : to;
  }

  /** Characters that no pattern matches; the last of them goes with letters that follow. */
  function findGapEnd(utf8: Uint8Array, at: number, end: number): number {
    while (at < end) {
      const character = characterAt(utf8, at, end);
      if ((character & 7) !== other) return at;
      const next = at + (character >> 3);
      if (next < end && (characterAt(utf8, next, end) & 7) === letter) return at;
      at = next;
    }
    return at;
  }

  return (utf8, at, end) => {
    const first = characterAt(utf8, at, end);
    const next = at + (first >> 3);
    const kind = first & 7;
    if (kind === letter) return skip(utf8, next, end, letter);
    if (kind === number) return findNumberEnd(utf8, at, end);
    if (kind === cjk) return skip(utf8, next, end, cjk);
    if (kind === newline) return findSpaceEnd(utf8, at, end);
    const following = next < end ? characterAt(utf8, next, end) & 7 : newline;
    if (kind === punctuation) {
      if (following === letter && first === (8 | punctuation) && isAsciiLetter(utf8[next]!)) {
        return skipAsciiLetters(utf8, next, end);
      }
      return findPunctuationEnd(utf8, next, end);
    }
    if (following === letter) return skip(utf8, next, end, letter);
    if (kind === other) return findGapEnd(utf8, at, end);
    return following === punctuation && utf8[at] === 0x20
      ? findPunctuationEnd(utf8, next, end)
      : findSpaceEnd(utf8, at, end);
  };
}

function isAsciiLetter(byte: number): boolean {
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

function skipAsciiLetters(utf8: Uint8Array, at: number, end: number): number {
  while (at < end && isAsciiLetter(utf8[at]!)) at++;
  return at;
}
