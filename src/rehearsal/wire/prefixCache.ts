/**
 * The server's context cache by its documented rules (https://api-docs.deepseek.com/guides/kv_cache): a hit needs a
 * whole stored unit. Units are written at the end of the user's input and of the model's output, where two requests
 * were seen to part, and, if switched on, at fixed intervals. Hits are multiples of 128 tokens.
 */
import type { RenderedPrompt } from './promptTemplate.js';

export type TokenCount = (text: string) => number;

export interface PrefixCacheOptions {
  tokenCount: TokenCount;
  /** Tokens between units inside long texts; absent: none, the strict case. */
  intervalTokens?: number;
}

export interface PromptTokens {
  hit: number;
  miss: number;
}

export interface PrefixCache {
  /** Tokens of the whole prompt. */
  count(prompt: RenderedPrompt): number;
  /** `lane` is everything that keeps caches apart: account, `user_id`, model. */
  read(lane: string, prompt: RenderedPrompt): PromptTokens;
  /** After the reply: the prompt and the output become units. */
  store(lane: string, prompt: RenderedPrompt, output: string): void;
}

const hitUnitTokens = 128;
const blockChars = 1 << 16;

interface Entry {
  text: string;
  /** Ends of units: characters of `text` to tokens. */
  units: Map<number, number>;
}

function commonPrefixChars(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let same = 0;
  while (same + blockChars <= most && a.slice(same, same + blockChars) === b.slice(same, same + blockChars)) {
    same += blockChars;
  }
  while (same < most && a.charCodeAt(same) === b.charCodeAt(same)) same++;
  return same;
}

export function createPrefixCache(options: PrefixCacheOptions): PrefixCache {
  const lanes = new Map<string, Entry[]>();
  /** Large pieces recur in every request: each is counted once. */
  const counted = new Map<string, number>();
  const countPiece = (piece: string): number => {
    const known = counted.get(piece);
    if (known !== undefined) return known;
    const tokens = options.tokenCount(piece);
    if (piece.length > 256) counted.set(piece, tokens);
    return tokens;
  };
  const countPieces = (pieces: readonly string[]): number => pieces.reduce((sum, piece) => sum + countPiece(piece), 0);
  /** Tokens of the first `chars` characters of the pieces' text. */
  const countUntil = (pieces: readonly string[], chars: number): number => {
    let tokens = 0;
    let left = chars;
    for (const piece of pieces) {
      if (piece.length > left) return tokens + options.tokenCount(piece.slice(0, left));
      tokens += countPiece(piece);
      left -= piece.length;
    }
    return tokens;
  };
  const entriesOf = (lane: string): Entry[] => {
    const entries = lanes.get(lane) ?? [];
    lanes.set(lane, entries);
    return entries;
  };
  const hitIn = (entry: Entry, common: number, pieces: readonly string[]): number => {
    let tokens = 0;
    for (const [end, at] of entry.units) if (end <= common) tokens = Math.max(tokens, at);
    const { intervalTokens } = options;
    if (intervalTokens === undefined) return tokens;
    return Math.max(tokens, Math.floor(countUntil(pieces, common) / intervalTokens) * intervalTokens);
  };

  return {
    count: ({ pieces }) => countPieces(pieces),
    read(lane, { pieces }) {
      const text = pieces.join('');
      const total = countPieces(pieces);
      let hit = 0;
      for (const entry of entriesOf(lane))
        hit = Math.max(hit, hitIn(entry, commonPrefixChars(entry.text, text), pieces));
      const rounded = Math.floor(Math.min(hit, total) / hitUnitTokens) * hitUnitTokens;
      return { hit: rounded, miss: total - rounded };
    },
    store(lane, { pieces, userEnd }, output) {
      const input = pieces.join('');
      const units = new Map<number, number>();
      const user = pieces.slice(0, userEnd);
      units.set(user.join('').length, countPieces(user));
      units.set(input.length + output.length, countPieces(pieces) + countPiece(output));
      const text = input + output;
      const entries = entriesOf(lane);
      const kept: Entry[] = [];
      for (const entry of entries) {
        const common = commonPrefixChars(entry.text, text);
        for (const [end, tokens] of entry.units) if (end <= common) units.set(end, tokens);
        if (common === entry.text.length) continue;
        kept.push(entry);
        if (common > 0 && common < input.length) units.set(common, countUntil(pieces, common));
      }
      lanes.set(lane, [...kept, { text, units }]);
    },
  };
}
