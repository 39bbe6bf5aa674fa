import { createHash } from 'node:crypto';
import { brotliDecompressSync } from 'node:zlib';
import { BaleenError } from '../errors.js';

/** The classes of code points that the tokenizer's patterns tell apart. Their numbers are part of the file. */
export const codeClass = {
  other: 0,
  letter: 1,
  number: 2,
  punctuation: 3,
  space: 4,
  newline: 5,
  cjk: 6,
} as const;

/** What counting needs of DeepSeek's vocabulary. Read-only once made; counters share it. */
export interface TokenTables {
  /** SHA-256 of the tables, in hex: counts that are kept hold only for the same one. */
  sha256: string;
  /** Class of each code point. */
  classes: Uint8Array;
  /** Token of each byte. */
  byteTokens: Int32Array;
  /** The two tokens that merge `rank` joins, to token `firstMerged + rank`. The lowest rank is merged first. */
  lefts: Int32Array;
  rights: Int32Array;
  /** Open addressing by `pairSlot`: rank + 1 of the merge, 0 where there is none. */
  pairs: Int32Array;
}

/** Token of merge 0: after three special tokens and 256 bytes (tokenizer.json of DeepSeek-V3). */
export const firstMerged = 259;

const magic = 0x31545442;
const digestBytes = 32;
const headerBytes = 12;
const pairBits = 18;

export const pairMask = (1 << pairBits) - 1;

/** Where the search for a pair begins; the next slots follow, around the end. */
export function pairSlot(left: number, right: number): number {
  return Math.imul(Math.imul(left, 0x9e3779b1) ^ right, 0x85ebca6b) >>> (32 - pairBits);
}

/**
 * Reads the file that scripts/buildTokenTables.mjs writes: brotli over
 * SHA-256 of all that follows · `BTT1` · number of merges · number of class runs (32 bits each) ·
 * 256 byte tokens (16 bits) · left tokens · right tokens · run lengths (three byte planes each, low byte first) ·
 * run classes. Numbers are little-endian.
 *
 * @throws BaleenError if the bytes are not whole.
 */
export function loadTokenTables(bytes: Uint8Array): TokenTables {
  const data = decompress(bytes);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const payload = data.subarray(digestBytes);
  const sha256 = createHash('sha256').update(payload).digest('hex');
  if (data.byteLength < digestBytes + headerBytes || sha256 !== toHex(data.subarray(0, digestBytes))) throw damaged();
  if (view.getUint32(digestBytes, true) !== magic) throw damaged();
  const merges = view.getUint32(digestBytes + 4, true);
  const runs = view.getUint32(digestBytes + 8, true);

  let at = headerBytes;
  const byteTokens = new Int32Array(256);
  for (let byte = 0; byte < 256; byte++, at += 2) byteTokens[byte] = view.getUint16(digestBytes + at, true);
  const lefts = readPlanes(payload, at, merges);
  const rights = readPlanes(payload, at + 3 * merges, merges);
  at += 6 * merges;
  const lengths = readPlanes(payload, at, runs);
  const classes = expandRuns(lengths, payload.subarray(at + 3 * runs, at + 4 * runs));
  return { sha256, classes, byteTokens, lefts, rights, pairs: indexPairs(lefts, rights) };
}

function decompress(bytes: Uint8Array): Uint8Array {
  try {
    return brotliDecompressSync(bytes);
  } catch {
    throw damaged();
  }
}

function damaged(): BaleenError {
  return new BaleenError(
    'The tokenizer tables (deepseek.bin) are damaged, so nothing can be counted. Install Baleen again.',
  );
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

function readPlanes(data: Uint8Array, start: number, length: number): Int32Array {
  const numbers = new Int32Array(length);
  for (let index = 0; index < length; index++) {
    const at = start + index;
    numbers[index] = data[at]! | (data[at + length]! << 8) | (data[at + 2 * length]! << 16);
  }
  return numbers;
}

function expandRuns(lengths: Int32Array, runClasses: Uint8Array): Uint8Array {
  const classes = new Uint8Array(0x110000);
  let at = 0;
  for (let run = 0; run < lengths.length; run++) {
    const end = at + lengths[run]!;
    classes.fill(runClasses[run]!, at, end);
    at = end;
  }
  return classes;
}

function indexPairs(lefts: Int32Array, rights: Int32Array): Int32Array {
  const pairs = new Int32Array(pairMask + 1);
  for (let rank = 0; rank < lefts.length; rank++) {
    let slot = pairSlot(lefts[rank]!, rights[rank]!);
    while (pairs[slot] !== 0) slot = (slot + 1) & pairMask;
    pairs[slot] = rank + 1;
  }
  return pairs;
}
