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

  it('says so where an encoding cannot hold a text', () => {
    expect(encodeText('日本', 'latin1', false)).toBeUndefined();
    expect(encodeText('\ud800', 'utf-8', false)).toBeUndefined();
  });
});
