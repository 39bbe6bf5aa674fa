import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBytes, encodeText } from '../../../src/core/view/encoding.js';

function decoded(bytes: Uint8Array): string {
  const result = decodeBytes(bytes);
  return 'undecodable' in result ? result.undecodable : `${result.encoding}${result.bom ? '+bom' : ''}:${result.text}`;
}

describe('encodings', () => {
  it('decodes nothing that it cannot write back byte for byte', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
      fc.string({ unit: 'binary' }).map((text) => Buffer.from(`\ufeff${text}`, 'utf16le')),
      fc.string({ unit: 'grapheme-ascii', minLength: 8 }).map((text) => Buffer.from(text, 'utf16le')),
      fc.string({ unit: 'grapheme', minLength: 8 }).map((text) => Buffer.from(text, 'utf16le').swap16()),
      fc.string({ unit: 'binary' }).map((text) => Buffer.from(`\ufeff${text}`)),
      fc
        .string({ unit: fc.constantFrom('a', 'b', ' ', 'é', 'ß', '\n'), maxLength: 80 })
        .map((text) => Buffer.from(text, 'latin1')),
    );
    fc.assert(
      fc.property(bytes, (original) => {
        const result = decodeBytes(original);
        if ('undecodable' in result) return;
        const again = encodeText(result.text, result.encoding, result.bom);
        expect(again === undefined ? again : [...again]).toEqual([...original]);
      }),
      { numRuns: 500 },
    );
  });

  it('tells the encodings apart', () => {
    expect(decoded(Buffer.from('aé\n'))).toBe('utf-8:aé\n');
    expect(decoded(Buffer.from('\ufeffaé'))).toBe('utf-8+bom:aé');
    expect(decoded(Buffer.from('\ufeffaé😀', 'utf16le'))).toBe('utf-16le+bom:aé😀');
    expect(decoded(Buffer.from('\ufeffaé', 'utf16le').swap16())).toBe('utf-16be+bom:aé');
    expect(decoded(Buffer.from('größe des Wörterbuchs\n', 'latin1'))).toBe('latin1:größe des Wörterbuchs\n');
    expect(decoded(Buffer.from(''))).toBe('utf-8:');
    expect(decoded(Buffer.from('«É» a\xa0« b », créée, col·lecció, m², 20 °C\n', 'latin1'))).toMatch(/^latin1:«É»/);
  });

  it('withholds what is no text, and guesses at nothing', () => {
    expect(decoded(Buffer.from('a\0b'))).toBe('binary');
    expect(decoded(Buffer.from([0xff, 0xfe, 0x41, 0x00, 0x00, 0x00]))).toBe('binary');
    expect(decoded(Buffer.from([0xff, 0xfe, 0x41]))).toBe('unknown encoding');
    // Lone surrogate in UTF-16.
    expect(decoded(Buffer.from([0xff, 0xfe, 0x00, 0xd8]))).toBe('utf-16le+bom:\ud800');
    // Windows-1252 quotes, Cyrillic in KOI8-R, Shift-JIS.
    expect(decoded(Buffer.from([0x93, 0x61, 0x94]))).toBe('unknown encoding');
    expect(decoded(Buffer.from([0xd0, 0xd2, 0xc9, 0xd7, 0xc5, 0xd4]))).toBe('unknown encoding');
    expect(decoded(Buffer.from([0x82, 0xb1, 0x82, 0xf1]))).toBe('unknown encoding');
  });

  const sentence = 'int main(void) { return 0; } // größer, 漢字 😀\r\n';
  it.each([
    ['utf-16le', (text: string) => Buffer.from(text, 'utf16le')],
    ['utf-16be', (text: string) => Buffer.from(text, 'utf16le').swap16()],
  ])('reads %s without a mark where it is plain', (name, encode) => {
    expect(decoded(encode(sentence))).toBe(`${name}:${sentence}`);
    const bytes = encode('plain\n'.repeat(3));
    expect(decoded(bytes)).toBe(`${name}:${'plain\n'.repeat(3)}`);
    // Not by its half, nor with a control character, a lone surrogate, an odd byte or a NUL inside.
    expect(decoded(bytes.subarray(0, 6))).toBe('binary');
    for (const wrong of ['\x01', '\ud800', '\0', '\ufffe']) {
      expect(decoded(encode(`a text with ${wrong} in it`))).toBe('binary');
    }
    expect(decoded(Buffer.concat([bytes, Buffer.from('a')]))).toBe('binary');
  });

  it.each<[string, number[]]>([
    ['UTF-32LE', [0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]],
    ['UTF-32BE', [0, 0, 0xfe, 0xff, 0, 0, 0, 0x61]],
    // "// 中" and "// 可以" in GBK, "// 한국" and "// 수" in EUC-KR, "// 日本" and half-width "ｱ" in Shift-JIS.
    ['GBK, one sign', [0x2f, 0x2f, 0x20, 0xd6, 0xd0, 0x0a]],
    ['GBK', [0x2f, 0x2f, 0x20, 0xbf, 0xc9, 0xd2, 0xd4, 0x0a]],
    ['EUC-KR', [0x2f, 0x2f, 0x20, 0xc7, 0xd1, 0xb1, 0xb9, 0x0a]],
    ['EUC-KR, one sign', [0x2f, 0x2f, 0x20, 0xbc, 0xf6, 0x0a]],
    ['Shift-JIS', [0x2f, 0x2f, 0x20, 0x93, 0xfa, 0x96, 0x7b, 0x0a]],
    ['Shift-JIS, half width', [0x2f, 0x2f, 0x20, 0xb1, 0xb2, 0x0a]],
    // "на" in KOI8-R, "привет" in Windows-1251, "może" in ISO 8859-2, a quoted word in Windows-1252.
    ['KOI8-R', [0x2f, 0x2f, 0x20, 0xce, 0xc1, 0x0a]],
    ['Windows-1251', [0x2f, 0x2f, 0x20, 0xef, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2, 0x0a]],
    ['ISO 8859-2', [0x6d, 0x6f, 0xbf, 0x65, 0x0a]],
    ['Windows-1252', [0x2f, 0x2f, 0x20, 0x93, 0x61, 0x94, 0x0a]],
  ])('guesses at nothing in %s', (_name, bytes) => {
    expect(decoded(Uint8Array.from(bytes))).toBe('unknown encoding');
  });

  it('does not take UTF-8 with a damaged end for Latin-1', () => {
    const whole = Buffer.from('// für größere Bücher\nconst a = 1;\n// 漢');
    expect(decoded(whole.subarray(0, -1))).toBe('unknown encoding');
    expect(decoded(Buffer.concat([Buffer.from('für Bücher '), Buffer.from([0xc3])]))).toBe('unknown encoding');
    expect(decoded(Buffer.from([0x61, 0xed, 0xa0, 0x80]))).toBe('unknown encoding');
  });

  it('says so where an encoding cannot hold a text', () => {
    expect(encodeText('日本', 'latin1', false)).toBeUndefined();
    expect(encodeText('\ud800', 'utf-8', false)).toBeUndefined();
  });
});
