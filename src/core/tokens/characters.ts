import { codeClass, type TokenTables } from './tables.js';

/** Class of a byte in the ASCII table: a lead byte, or a byte that is no UTF-8, has to be decoded. */
const notAscii = 7;

/** Characters of UTF-8 by their classes. A byte that is no UTF-8 stands for itself, as a character of no class. */
export interface CharacterReader {
  /** Length in bytes × 8 + class of the character at `at`, which is below `end`. */
  characterAt: (utf8: Uint8Array, at: number, end: number) => number;
  /** The end of the run of characters of class `wanted` at `at`. */
  skip: (utf8: Uint8Array, at: number, end: number, wanted: number) => number;
  /** The class of an ASCII byte; of any other byte a number that is no class. */
  asciiClass: Uint8Array;
}

export function createCharacterReader({ classes }: TokenTables): CharacterReader {
  const ascii = new Uint8Array(256).fill(notAscii);
  ascii.set(classes.subarray(0, 128));

  /** The same of a character that is no ASCII. */
  function decode(utf8: Uint8Array, at: number, end: number): number {
    const lead = utf8[at]!;
    const length =
      lead >= 0xf0 && lead < 0xf5 ? 4 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xc2 && lead < 0xe0 ? 2 : 1;
    if (length === 1 || at + length > end) return 8 | codeClass.other;
    let codePoint = lead & (0x7f >> length);
    for (let next = at + 1; next < at + length; next++) {
      const byte = utf8[next]!;
      if ((byte & 0xc0) !== 0x80) return 8 | codeClass.other;
      codePoint = (codePoint << 6) | (byte & 0x3f);
    }
    return codePoint > 0x10ffff ? 8 | codeClass.other : (length << 3) | classes[codePoint]!;
  }

  function characterAt(utf8: Uint8Array, at: number, end: number): number {
    const asciiClass = ascii[utf8[at]!]!;
    return asciiClass === notAscii ? decode(utf8, at, end) : 8 | asciiClass;
  }

  function skip(utf8: Uint8Array, at: number, end: number, wanted: number): number {
    while (at < end) {
      const asciiClass = ascii[utf8[at]!]!;
      if (asciiClass === wanted) {
        at++;
        continue;
      }
      if (asciiClass !== notAscii) return at;
      const character = decode(utf8, at, end);
      if ((character & 7) !== wanted) return at;
      at += character >> 3;
    }
    return at;
  }

  return { characterAt, skip, asciiClass: ascii };
}
