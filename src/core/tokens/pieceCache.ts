import type { MergePiece } from './merger.js';

export type CountPiece = (utf8: Uint8Array, start: number, end: number) => number;

const inlineBytes = 12;
const longestBytes = 128;
const slotBits = 18;
const slotMask = (1 << slotBits) - 1;
const mostPieces = Math.floor((slotMask + 1) * 0.6);
const arenaBytes = 1 << 20;

/**
 * Remembers the counts of pieces up to 128 bytes; source text repeats few pieces very often. A hit is an exact compare.
 * When 5 MB are full it forgets everything and starts again.
 *
 * A slot is four numbers. Up to 12 bytes: the bytes, four to a number, then length × 256 + count. Longer: a hash, where
 * the bytes stand in the arena, nothing, and the same. A last number of 0 is a free slot.
 */
export function createPieceCache(merge: MergePiece): CountPiece {
  const slots = new Int32Array((slotMask + 1) * 4);
  const arena = new Uint8Array(arenaBytes);
  let pieces = 0;
  let arenaUsed = 0;

  function makeRoom(bytes: number): boolean {
    if (pieces < mostPieces && arenaUsed + bytes <= arenaBytes) return false;
    slots.fill(0);
    pieces = 0;
    arenaUsed = 0;
    return true;
  }

  function countInline(utf8: Uint8Array, start: number, end: number): number {
    const length = end - start;
    const first = readWord(utf8, start, end);
    const second = length > 4 ? readWord(utf8, start + 4, end) : 0;
    const third = length > 8 ? readWord(utf8, start + 8, end) : 0;
    const home = slotOf(Math.imul(Math.imul(first, 0x9e3779b1) ^ second, 0x85ebca6b) ^ third);
    let slot = home;
    for (let about = slots[slot + 3]!; about !== 0; about = slots[slot + 3]!) {
      if (slots[slot] === first && slots[slot + 1] === second && slots[slot + 2] === third && about >>> 8 === length) {
        return about & 0xff;
      }
      slot = (slot + 4) & (slotMask * 4);
    }
    const count = merge(utf8, start, end);
    if (makeRoom(0)) slot = home;
    pieces++;
    slots[slot] = first;
    slots[slot + 1] = second;
    slots[slot + 2] = third;
    slots[slot + 3] = (length << 8) | count;
    return count;
  }

  function isInArena(utf8: Uint8Array, start: number, end: number, offset: number): boolean {
    for (let at = start; at < end; at++) if (utf8[at] !== arena[offset + at - start]) return false;
    return true;
  }

  function countLong(utf8: Uint8Array, start: number, end: number): number {
    const length = end - start;
    let hash = length;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ utf8[at]!, 0x01000193);
    const home = slotOf(hash);
    let slot = home;
    for (let about = slots[slot + 3]!; about !== 0; about = slots[slot + 3]!) {
      if (slots[slot] === hash && about >>> 8 === length && isInArena(utf8, start, end, slots[slot + 1]!)) {
        return about & 0xff;
      }
      slot = (slot + 4) & (slotMask * 4);
    }
    const count = merge(utf8, start, end);
    if (makeRoom(length)) slot = home;
    pieces++;
    slots[slot] = hash;
    slots[slot + 1] = arenaUsed;
    slots[slot + 2] = 0;
    slots[slot + 3] = (length << 8) | count;
    for (let at = start; at < end; at++) arena[arenaUsed++] = utf8[at]!;
    return count;
  }

  return (utf8, start, end) => {
    const length = end - start;
    if (length <= 1) return length;
    if (length <= inlineBytes) return countInline(utf8, start, end);
    return length <= longestBytes ? countLong(utf8, start, end) : merge(utf8, start, end);
  };
}

function slotOf(hash: number): number {
  return (Math.imul(hash ^ (hash >>> 15), 0x9e3779b1) >>> (32 - slotBits)) * 4;
}

/** Up to four bytes as one number. */
function readWord(utf8: Uint8Array, at: number, end: number): number {
  switch (end - at) {
    case 1:
      return utf8[at]!;
    case 2:
      return utf8[at]! | (utf8[at + 1]! << 8);
    case 3:
      return utf8[at]! | (utf8[at + 1]! << 8) | (utf8[at + 2]! << 16);
    default:
      return utf8[at]! | (utf8[at + 1]! << 8) | (utf8[at + 2]! << 16) | (utf8[at + 3]! << 24);
  }
}
