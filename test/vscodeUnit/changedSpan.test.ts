import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findChangedSpan } from '../../src/vscode/changedSpan.js';

const piece = fc.constantFrom('a', 'b', '\r\n', '\n', '\r', '\u{1F40B}', '\u{1F433}', 'é');
const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));

describe('findChangedSpan', () => {
  it('turns one text into the other', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const { start, end, replacement } = findChangedSpan(before, after);
        expect(before.slice(0, start) + replacement + before.slice(end)).toBe(after);
      }),
      { numRuns: 500 },
    );
  });

  it('never cuts a character or a line end in two', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const { start, end } = findChangedSpan(before, after);
        for (const offset of [start, end]) {
          const pair = before.slice(offset - 1, offset + 1);
          expect(pair === '\r\n' || /^[\ud800-\udbff][\udc00-\udfff]$/.test(pair)).toBe(false);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('leaves alone what is the same at both ends', () => {
    expect(findChangedSpan('one two three', 'one 2 three')).toEqual({ start: 4, end: 7, replacement: '2' });
    expect(findChangedSpan('same', 'same')).toEqual({ start: 4, end: 4, replacement: '' });
  });
});
