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
  const wide = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : undefined;
  const encoding = wide ?? (bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : undefined);
  if (encoding !== undefined) {
    if (bytes.length % 2 !== 0) return { undecodable: 'unknown encoding' };
    const body = Buffer.from(buffer.subarray(2));
    const text = (encoding === 'utf-16le' ? body : body.swap16()).toString('utf16le');
    return text.includes('\0') ? { undecodable: 'binary' } : { text, encoding, bom: true };
  }
  if (bytes.includes(0)) return { undecodable: 'binary' };
  // Well-formed UTF-8 has exactly one encoding, so that nothing needs to be compared.
  if (isUtf8(bytes)) {
    const bom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    return { text: buffer.toString('utf8', bom ? 3 : 0), encoding: 'utf-8', bom };
  }
  if (!isPlausibleLatin1(bytes)) return { undecodable: 'unknown encoding' };
  return { text: buffer.toString('latin1'), encoding: 'latin1', bom: false };
}

function isPlausibleLatin1(bytes: Uint8Array): boolean {
  let high = 0;
  let run = 0;
  for (const byte of bytes) {
    if (byte < 0x80) {
      run = 0;
      continue;
    }
    high++;
    run++;
    if (byte < 0xa0 || run > longestHighRun) return false;
  }
  return high <= bytes.length * mostHighShare;
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
