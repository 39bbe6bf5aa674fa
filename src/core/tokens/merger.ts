import { firstMerged, pairMask, pairSlot, type TokenTables } from './tables.js';

/** Tokens of one piece, which is not empty; appended to `tokens` where that is given. */
export type MergePiece = (utf8: Uint8Array, start: number, end: number, tokens?: number[]) => number;

const noMerge = 0x7fffffff;
const shortBytes = 64;
const keptBytes = 4096;

/**
 * Byte-pair encoding: of all neighbours that a merge joins, those of the lowest rank are joined first, the leftmost
 * before others. Short pieces are searched anew after each merge; long ones keep a heap, so that a run of n bytes costs
 * O(n log n).
 */
export function createMerger(tables: TokenTables): MergePiece {
  const { byteTokens, lefts, rights, pairs } = tables;
  const shortIds = new Int32Array(shortBytes);
  const shortRanks = new Int32Array(shortBytes);
  const kept = createList(keptBytes);

  function rankOf(left: number, right: number): number {
    let slot = pairSlot(left, right);
    for (let found = pairs[slot]!; found !== 0; found = pairs[slot]!) {
      if (lefts[found - 1] === left && rights[found - 1] === right) return found - 1;
      slot = (slot + 1) & pairMask;
    }
    return noMerge;
  }

  function mergeShort(utf8: Uint8Array, start: number, end: number, tokens?: number[]): number {
    let count = end - start;
    for (let at = 0; at < count; at++) shortIds[at] = byteTokens[utf8[start + at]!]!;
    for (let at = 0; at + 1 < count; at++) shortRanks[at] = rankOf(shortIds[at]!, shortIds[at + 1]!);
    while (count > 1) {
      let best = 0;
      for (let at = 1; at + 1 < count; at++) if (shortRanks[at]! < shortRanks[best]!) best = at;
      const rank = shortRanks[best]!;
      if (rank === noMerge) break;
      count--;
      shortIds[best] = firstMerged + rank;
      for (let at = best + 1; at < count; at++) {
        shortIds[at] = shortIds[at + 1]!;
        shortRanks[at] = shortRanks[at + 1]!;
      }
      if (best > 0) shortRanks[best - 1] = rankOf(shortIds[best - 1]!, shortIds[best]!);
      shortRanks[best] = best + 1 < count ? rankOf(shortIds[best]!, shortIds[best + 1]!) : noMerge;
    }
    if (tokens !== undefined) for (let at = 0; at < count; at++) tokens.push(shortIds[at]!);
    return count;
  }

  function mergeLong(utf8: Uint8Array, start: number, end: number, tokens?: number[]): number {
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
  }

  return (utf8, start, end, tokens) =>
    end - start <= shortBytes ? mergeShort(utf8, start, end, tokens) : mergeLong(utf8, start, end, tokens);
}

/** A piece as a linked list: `ranks[at]` is of the merge of `at` with `after[at]`, and none for what is gone. */
function createList(length: number) {
  return {
    ids: new Int32Array(length),
    ranks: new Int32Array(length),
    before: new Int32Array(length),
    after: new Int32Array(length),
    heap: createHeap(length),
  };
}

/** Merges to come, lowest rank first and leftmost among equals. A rank and a position make one number below 2 ** 49. */
function createHeap(length: number) {
  const positions = 2 ** 32;
  // Each merge takes one entry out and puts two in at most.
  const keys = new Float64Array(2 * length);
  let size = 0;
  let top = 0;
  return {
    clear(): void {
      size = 0;
    },
    push(rank: number, position: number): void {
      const key = rank * positions + position;
      let at = size++;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (keys[parent]! <= key) break;
        keys[at] = keys[parent]!;
        at = parent;
      }
      keys[at] = key;
    },
    /** Takes the first entry out, for `rank` and `position`; false if there is none. */
    pop(): boolean {
      if (size === 0) return false;
      top = keys[0]!;
      const key = keys[--size]!;
      let at = 0;
      for (let child = 1; child < size; child = 2 * at + 1) {
        if (child + 1 < size && keys[child + 1]! < keys[child]!) child++;
        if (keys[child]! >= key) break;
        keys[at] = keys[child]!;
        at = child;
      }
      keys[at] = key;
      return true;
    },
    rank: (): number => Math.floor(top / positions),
    position: (): number => top % positions,
  };
}
