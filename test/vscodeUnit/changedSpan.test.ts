import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findChangedSpan, findChangedSpans, followSpans } from '../../src/vscode/changedSpan.js';

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

describe('findChangedSpans', () => {
  const apply = (before: string, spans: ReturnType<typeof findChangedSpans>): string =>
    spans.reduceRight((now, { start, end, replacement }) => now.slice(0, start) + replacement + now.slice(end), before);

  it('turn one text into the other, in order and apart', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const spans = findChangedSpans(before, after);
        expect(apply(before, spans)).toBe(after);
        expect(spans.every(({ start }, index) => index === 0 || start >= spans[index - 1]!.end)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('are as small as the changes of lines that are far apart', () => {
    const lines = Array.from({ length: 2000 }, (_, at) => `line ${at}\n`);
    const after = lines.with(3, 'line three\n').with(1990, 'line x\n');
    expect(findChangedSpans(lines.join(''), after.join('')).map(({ replacement }) => replacement)).toEqual([
      'three',
      'x',
    ]);
  });

  it('are one where nearly every line is another', () => {
    const linesOf = (name: string): string => Array.from({ length: 2000 }, (_, at) => `${name} ${at}\n`).join('');
    const spans = findChangedSpans(`top\n${linesOf('a')}`, `top\n${linesOf('b')}`);
    expect(spans).toHaveLength(1);
    expect(apply(`top\n${linesOf('a')}`, spans)).toBe(`top\n${linesOf('b')}`);
  });
});

describe('followSpans', () => {
  it('finds every character again that did not change, and keeps the order of all offsets', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const spans = findChangedSpans(before, after);
        let last = 0;
        for (let offset = 0; offset <= before.length; offset++) {
          const now = followSpans(spans, offset);
          expect(now).toBeGreaterThanOrEqual(last);
          expect(now).toBeLessThanOrEqual(after.length);
          const isKept = spans.every(({ start, end }) => offset < start || offset > end);
          if (isKept) expect(after[now]).toBe(before[offset]);
          last = now;
        }
      }),
      { numRuns: 500 },
    );
  });
});
