import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createByteFilter } from '../../../src/core/pack/byteFilter.js';
import { createMatcher } from '../../../src/core/pack/matcher.js';
import type { SearchQuery } from '../../../src/core/pack/packer.js';
import { encodeView } from '../../../src/core/view/codec.js';
import { decodeBytes, encodeText } from '../../../src/core/view/encoding.js';

const github = `ghp_${'Ab3dEf9h'.repeat(5).slice(0, 36)}`;
const aws = `aws_secret_access_key = "${'wJ7/rXUt'.repeat(5)}"
`;
const pieces = ['foo', 'bar', ' ', '\n', '\r\n', '\r', 'é', 'ÿ', '名', '🐋', '\u202e', '\u200b', '\ufeff', '<think>'];
const odd = ['⟦', '⟧', '⟦U+0041⟧', 'U+20', '1', 'secret', '<baleen-x>', github, aws, `token: "${github}"`];
const text = fc.array(fc.constantFrom(...pieces, ...odd), { maxLength: 14 }).map((parts) => parts.join(''));
const encoding = fc.constantFrom('utf-8' as const, 'latin1' as const, 'utf-16le' as const, 'utf-16be' as const);

function literal(pattern: string, rest: Partial<SearchQuery> = {}): SearchQuery {
  const plain = { literal: true, caseSensitive: true, wholeWord: false, include: [], contextLines: 0, maxHits: 1 };
  return { pattern, ...plain, ...rest };
}

describe('the look at the bytes', () => {
  it('never rejects a file in whose view the slow search finds something', async () => {
    let found = 0;
    let rejected = 0;
    await fc.assert(
      fc.asyncProperty(
        text,
        encoding,
        fc.boolean(),
        fc.nat(),
        fc.nat({ max: 12 }),
        text,
        async (whole, as, bom, at, length, other) => {
          const bytes = encodeText(whole, as, as === 'latin1' ? false : bom || as !== 'utf-8');
          const decoded = bytes === undefined ? { undecodable: 'binary' as const } : decodeBytes(bytes);
          if (bytes === undefined || 'undecodable' in decoded) return;
          const { view } = encodeView(decoded.text);
          // Mostly what does stand in the view, halves of characters and parts of placeholders among it.
          const start = view.length === 0 ? 0 : at % view.length;
          for (const pattern of [view.slice(start, start + length + 1), other, whole]) {
            if (pattern === '') continue;
            for (const wholeWord of [false, true]) {
              const query = literal(pattern, { wholeWord });
              const match = (await createMatcher(query))(view)(0);
              const passes = createByteFilter(query)?.(bytes) ?? true;
              if (match !== undefined) {
                found++;
                expect(passes).toBe(true);
              } else if (!passes) rejected++;
            }
          }
        },
      ),
      { numRuns: 1000 },
    );
    expect(found).toBeGreaterThan(100);
    expect(rejected).toBeGreaterThan(100);
  });

  it('looks for both forms of a character, and is not there where it could be wrong', () => {
    const filter = createByteFilter(literal('naïve'));
    expect(filter?.(Buffer.from('so naïve', 'utf8'))).toBe(true);
    expect(filter?.(Buffer.from('so naïve', 'latin1'))).toBe(true);
    expect(filter?.(Buffer.from('so naive', 'utf8'))).toBe(false);
    expect(filter?.(Buffer.from('\ufeffx', 'utf16le'))).toBe(true);
    for (const pattern of ['secret', 'github#1', 'ithub', 'U+202E', '20', '⟦', ':', '\ud83d'])
      expect(createByteFilter(literal(pattern))).toBeUndefined();
    expect(createByteFilter(literal('foo', { caseSensitive: false }))).toBeUndefined();
    expect(createByteFilter(literal('foo', { literal: false }))).toBeUndefined();
  });
});
