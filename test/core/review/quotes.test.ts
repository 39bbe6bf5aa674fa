import fc from 'fast-check';
import { expect, it } from 'vitest';
import { choosePlace, findQuote } from '../../../src/core/review/quotes.js';

it('finds every place of a quote, over line ends of either kind', () => {
  const text = 'a\r\n  b();\r\nc\r\n  b();\r\n';
  expect(findQuote(text, 'b();')).toEqual([
    { startLine: 2, startColumn: 2, endLine: 2, endColumn: 6 },
    { startLine: 4, startColumn: 2, endLine: 4, endColumn: 6 },
  ]);
  expect(findQuote(text, '  b();\nc\n')).toEqual([{ startLine: 2, startColumn: 0, endLine: 3, endColumn: 1 }]);
});

it('finds whole lines by their text when the indentation was quoted wrongly, and nothing else', () => {
  const text = 'if (x) {\n\t\treturn 1;\n\t}\n';
  expect(findQuote(text, 'if (x) {\n  return 1;')).toEqual([
    { startLine: 1, startColumn: 0, endLine: 2, endColumn: 11 },
  ]);
  expect(findQuote(text, 'return  1;')).toEqual([]);
  expect(findQuote(text, 'return 2;')).toEqual([]);
  expect(findQuote(text, ' \n ')).toEqual([]);
});

it('takes the place in the changed region, else the first', () => {
  const places = findQuote('x\nx\nx\n', 'x');
  expect(choosePlace(places, [{ start: 3, end: 3 }])?.startLine).toBe(3);
  expect(choosePlace(places, [{ start: 9, end: 9 }])?.startLine).toBe(1);
  expect(choosePlace(places, undefined)?.startLine).toBe(1);
  expect(choosePlace([], undefined)).toBeUndefined();
});

it('names the very text that was quoted', () => {
  const lines = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', ' ', 'é', '😀', '\t'), maxLength: 6 }), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(
    fc.property(lines, fc.nat(), fc.nat(), fc.boolean(), (rows, from, length, windows) => {
      const text = rows.join('\n');
      const start = from % (text.length + 1);
      const quote = text.slice(start, start + 1 + (length % 12)).replace(/^\n+|\n+$/g, '');
      const places = findQuote(windows ? text.replaceAll('\n', '\r\n') : text, quote);
      if (quote.trim() === '') {
        expect(places).toEqual([]);
        return;
      }
      expect(places.length).toBeGreaterThan(0);
      for (const { startLine, startColumn, endLine, endColumn } of places) {
        const covered = rows.slice(startLine - 1, endLine);
        covered[covered.length - 1] = covered.at(-1)!.slice(0, endColumn);
        covered[0] = covered[0]!.slice(startColumn);
        expect(covered.join('\n')).toBe(quote);
      }
    }),
    { numRuns: 300 },
  );
});
