import { Buffer, isUtf8 } from 'node:buffer';

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'latin1';

export interface DecodedText {
  text: string;
  encoding: Encoding;
  /** The bytes begin with a byte order mark, which is not in `text`. */
  bom: boolean;
}

export interface Undecodable {
  undecodable: 'binary' | 'unknown encoding';
}

/** A larger share of bytes above 0x7F speaks for another encoding than Latin-1. */
const mostHighShare = 0.3;
/** Longer runs of bytes above 0x9F are rare in Latin-1 and usual in Cyrillic, Greek or Asian encodings. */
const longestHighRun = 3;

/** Text only where encoding it again gives the identical bytes; no guess is ever written back. */
export function decodeBytes(bytes: Uint8Array): DecodedText | Undecodable {
  const decoded = decodeLikely(bytes);
  if ('undecodable' in decoded || decoded.encoding === 'utf-8') return decoded;
  const again = encodeText(decoded.text, decoded.encoding, decoded.bom);
  return again !== undefined && Buffer.compare(again, bytes) === 0 ? decoded : { undecodable: 'unknown encoding' };
}

function decodeLikely(bytes: Uint8Array): DecodedText | Undecodable {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (hasUtf32Mark(bytes)) return { undecodable: 'unknown encoding' };
  const marked = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : undefined;
  const wide = marked ?? (bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : undefined);
  if (wide !== undefined) {
    if (bytes.length % 2 !== 0) return { undecodable: 'unknown encoding' };
    const text = decodeWide(buffer.subarray(2), wide);
    return text.includes('\0') ? { undecodable: 'binary' } : { text, encoding: wide, bom: true };
  }
  if (bytes.includes(0)) return decodeUnmarkedWide(buffer) ?? { undecodable: 'binary' };
  // Well-formed UTF-8 has exactly one encoding, so that nothing needs to be compared.
  if (isUtf8(bytes)) {
    const bom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    return { text: buffer.toString('utf8', bom ? 3 : 0), encoding: 'utf-8', bom };
  }
  if (!isPlausibleLatin1(bytes)) return { undecodable: 'unknown encoding' };
  return { text: buffer.toString('latin1'), encoding: 'latin1', bom: false };
}

/** No program writes a NUL at the start of a UTF-16 text, so that this is no shorter mark. */
function hasUtf32Mark([a, b, c, d]: Uint8Array): boolean {
  return (a === 0xff && b === 0xfe && c === 0 && d === 0) || (a === 0 && b === 0 && c === 0xfe && d === 0xff);
}

function decodeWide(buffer: Buffer, encoding: 'utf-16le' | 'utf-16be'): string {
  return (encoding === 'utf-16le' ? buffer : Buffer.from(buffer).swap16()).toString('utf16le');
}

/** In fewer units than this chance could look like text. */
const leastUnits = 8;
// Line ends and tabs apart; also halves of pairs, and what no text may hold.
const neverInText = /[\p{Cs}\p{Cn}\ufffe\uffff]|(?![\t\n\r\f])\p{Cc}/u;

/** UTF-16 without a mark, where it is plain: every second byte of most units is NUL, and the text is nothing but text. */
function decodeUnmarkedWide(buffer: Buffer): DecodedText | undefined {
  if (buffer.length % 2 !== 0 || buffer.length < 2 * leastUnits) return undefined;
  const nuls = [0, 0];
  for (let at = buffer.indexOf(0); at >= 0; at = buffer.indexOf(0, at + 1)) nuls[at % 2] = (nuls[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = nuls;
  // A few units may end in a NUL by themselves, as half of an emoji does.
  if (Math.min(even, odd) * 10 > Math.max(even, odd) || Math.max(even, odd) * 4 < buffer.length) return undefined;
  const encoding = odd > even ? 'utf-16le' : 'utf-16be';
  const text = decodeWide(buffer, encoding);
  return neverInText.test(text) ? undefined : { text, encoding, bom: false };
}

/**
 * Western European text. What it never looks like tells it from UTF-8 with a damaged end, and from Cyrillic, Polish,
 * Chinese, Japanese and Korean encodings: pairs that are not two small letters, and signs inside a word.
 */
function isPlausibleLatin1(bytes: Uint8Array): boolean {
  let high = 0;
  let run = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x80) {
      run = 0;
      continue;
    }
    high++;
    run++;
    if (byte < 0xa0 || run > longestHighRun) return false;
    const next = bytes[at + 1] ?? 0;
    if (next >= 0x80 ? !isPlausiblePair(byte, next) : isSign(byte) && isLetter(bytes[at - 1]) && isLetter(next)) {
      return false;
    }
  }
  return high <= bytes.length * mostHighShare;
}

/** Two small letters, or a letter at a guillemet or a hard space. */
function isPlausiblePair(one: number, two: number): boolean {
  if (one >= 0xdf && two >= 0xdf) return true;
  const isEdge = (byte: number): boolean => byte === 0xa0 || byte === 0xab || byte === 0xbb;
  return (isEdge(one) && (isEdge(two) || two >= 0xc0)) || (isEdge(two) && one >= 0xc0);
}

/** But for the soft hyphen and the middle dot, which stand in words. */
function isSign(byte: number): boolean {
  return byte < 0xc0 && byte !== 0xad && byte !== 0xb7;
}

function isLetter(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a));
}

/** `undefined` if the encoding cannot hold the text: a character above U+00FF in Latin-1, a lone surrogate in UTF-8. */
export function encodeText(text: string, encoding: Encoding, bom: boolean): Uint8Array | undefined {
  if (encoding === 'latin1') {
    for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0xff) return undefined;
    return Buffer.from(text, 'latin1');
  }
  if (encoding === 'utf-8') {
    return !/\p{Surrogate}/u.test(text) ? Buffer.from(bom ? `\ufeff${text}` : text, 'utf8') : undefined;
  }
  const bytes = Buffer.from(bom ? `\ufeff${text}` : text, 'utf16le');
  return encoding === 'utf-16le' ? bytes : bytes.swap16();
}
