import { Buffer } from 'node:buffer';

const quote = 0x22;
const backslash = 0x5c;
/** What JSON writes for each byte that cannot stand in a string as it is. */
const escapes = createEscapes();
/** By how many bytes each one grows. */
const growth = Uint8Array.from({ length: 256 }, (_, byte) => (escapes[byte]?.length ?? 1) - 1);

/** UTF-8 text as a JSON string, byte by byte what `JSON.stringify` gives, without a detour over a string. */
export function toJsonBytes(utf8: Uint8Array): Buffer {
  let length = utf8.length + 2;
  for (let at = 0; at < utf8.length; at++) length += growth[utf8[at]!]!;
  const json = Buffer.allocUnsafeSlow(length);
  let to = 0;
  json[to++] = quote;
  let plainFrom = 0;
  const copyPlain = (until: number): void => {
    json.set(utf8.subarray(plainFrom, until), to);
    to += until - plainFrom;
  };
  for (let at = 0; at < utf8.length; at++) {
    const byte = utf8[at]!;
    if (growth[byte] === 0) continue;
    copyPlain(at);
    const escape = escapes[byte]!;
    json.set(escape, to);
    to += escape.length;
    plainFrom = at + 1;
  }
  copyPlain(utf8.length);
  json[to] = quote;
  return json;
}

function createEscapes(): readonly (Uint8Array | undefined)[] {
  const bytes = [...Array(0x20).keys(), quote, backslash];
  const table: (Uint8Array | undefined)[] = [];
  for (const byte of bytes) table[byte] = Buffer.from(JSON.stringify(String.fromCharCode(byte)).slice(1, -1));
  return table;
}
