import { createMerger } from './merger.js';
import { createPieceCache } from './pieceCache.js';
import { createScanner } from './scanner.js';
import type { TokenTables } from './tables.js';

/**
 * DeepSeek's own counts. The vocabulary is V3's, which V4 shares: V4 differs in added tokens only, and those are not
 * looked for here. A text like `<think>` counts as the text it is; `template.ts` counts the added tokens.
 */
export interface TokenCounter {
  /**
   * Tokens of the bytes from `start` to `end`, by default all. They have to be UTF-8 and to be cut between characters;
   * what is not still gets a number, but one that means nothing.
   */
  count(utf8: Uint8Array, start?: number, end?: number): number;
  /** Tokens of a well-formed text. */
  countText(text: string): number;
  /** The tokens themselves. Slower than counting: nothing is remembered. */
  encode(utf8: Uint8Array): number[];
}

/** A counter and its cache, 6 MB in all. Not to be shared between threads; the tables can be. */
export function createTokenCounter(tables: TokenTables): TokenCounter {
  const findPieceEnd = createScanner(tables);
  const merge = createMerger(tables);
  const countPiece = createPieceCache(merge);

  function count(utf8: Uint8Array, start = 0, end = utf8.length): number {
    let tokens = 0;
    for (let at = start; at < end;) {
      const next = findPieceEnd(utf8, at, end);
      tokens += countPiece(utf8, at, next);
      at = next;
    }
    return tokens;
  }

  return {
    count,
    countText: (text) => count(Buffer.from(text, 'utf8')),
    encode(utf8) {
      const tokens: number[] = [];
      for (let at = 0; at < utf8.length;) {
        const next = findPieceEnd(utf8, at, utf8.length);
        merge(utf8, at, next, tokens);
        at = next;
      }
      return tokens;
    },
  };
}
