import { createMergeHeap } from './mergeHeap.js';
import { firstMerged, pairMask, pairSlot, type TokenTables } from './tables.js';

/** Tokens of one piece, which is not empty; appended to `tokens` where that is given. */
export type MergePiece = (utf8: Uint8Array, start: number, end: number, tokens?: number[]) => number;

const noMerge = 0x7fffffff;
const shortBytes = 64;
const keptBytes = 4096;

/** The rank of the merge that joins two tokens, or `noMerge`. */
type RankOf = (left: number, right: number) => number;

/**
 * Byte-pair encoding: of all neighbours that a merge joins, those of the lowest rank are joined first, the leftmost
 * before others. Short pieces are searched anew after each merge; long ones keep a heap, so that a run of n bytes costs
 * O(n log n).
 */
export function createMerger(tables: TokenTables): MergePiece {
  const rankOf = createRanks(tables);
  const mergeShort = createShortMerger(tables, rankOf);
  const mergeLong = createLongMerger(tables, rankOf);
  return (utf8, start, end, tokens) =>
    end - start <= shortBytes ? mergeShort(utf8, start, end, tokens) : mergeLong(utf8, start, end, tokens);
}

function createRanks({ lefts, rights, pairs }: TokenTables): RankOf {
  return (left, right) => {
    let slot = pairSlot(left, right);
    for (let found = pairs[slot]!; found !== 0; found = pairs[slot]!) {
      if (lefts[found - 1] === left && rights[found - 1] === right) return found - 1;
      slot = (slot + 1) & pairMask;
    }
    return noMerge;
  };
}

function createShortMerger({ byteTokens }: TokenTables, rankOf: RankOf): MergePiece {
  const ids = new Int32Array(shortBytes);
  const ranks = new Int32Array(shortBytes);
  return (utf8, start, end, tokens) => {
    let count = end - start;
    for (let at = 0; at < count; at++) ids[at] = byteTokens[utf8[start + at]!]!;
    for (let at = 0; at + 1 < count; at++) ranks[at] = rankOf(ids[at]!, ids[at + 1]!);
    while (count > 1) {
      let best = 0;
      for (let at = 1; at + 1 < count; at++) if (ranks[at]! < ranks[best]!) best = at;
      const rank = ranks[best]!;
      if (rank === noMerge) break;
      count--;
      ids[best] = firstMerged + rank;
      for (let at = best + 1; at < count; at++) {
        ids[at] = ids[at + 1]!;
        ranks[at] = ranks[at + 1]!;
      }
      if (best > 0) ranks[best - 1] = rankOf(ids[best - 1]!, ids[best]!);
      ranks[best] = best + 1 < count ? rankOf(ids[best]!, ids[best + 1]!) : noMerge;
    }
    if (tokens !== undefined) for (let at = 0; at < count; at++) tokens.push(ids[at]!);
    return count;
  };
}

function createLongMerger({ byteTokens }: TokenTables, rankOf: RankOf): MergePiece {
  const kept = createList(keptBytes);
  return (utf8, start, end, tokens) => {
    const length = end - start;
    const list = length <= keptBytes ? kept : createList(length);
    const { ids, ranks, before, after, heap } = list;
    for (let at = 0; at < length; at++) {
      ids[at] = byteTokens[utf8[start + at]!]!;
      before[at] = at - 1;
      after[at] = at + 1;
    }
    const rate = (at: number): void => {
      const next = after[at]!;
      const rank = next < length ? rankOf(ids[at]!, ids[next]!) : noMerge;
      ranks[at] = rank;
      if (rank !== noMerge) heap.push(rank, at);
    };
    heap.clear();
    for (let at = 0; at < length; at++) rate(at);

    let count = length;
    while (heap.pop()) {
      const at = heap.position();
      if (ranks[at] !== heap.rank()) continue;
      const gone = after[at]!;
      const next = after[gone]!;
      ids[at] = firstMerged + heap.rank();
      ranks[gone] = noMerge;
      after[at] = next;
      if (next < length) before[next] = at;
      count--;
      if (before[at]! >= 0) rate(before[at]!);
      rate(at);
    }
    if (tokens !== undefined) for (let at = 0; at < length; at = after[at]!) tokens.push(ids[at]!);
    return count;
  };
}

/** A piece as a linked list: `ranks[at]` is of the merge of `at` with `after[at]`, and none for what is gone. */
function createList(length: number) {
  return {
    ids: new Int32Array(length),
    ranks: new Int32Array(length),
    before: new Int32Array(length),
    after: new Int32Array(length),
    heap: createMergeHeap(length),
  };
}
