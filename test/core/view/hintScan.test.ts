import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createHintScan } from '../../../src/core/view/hintScan.js';

it('finds the hints that a plain search finds, and no others', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'A', 'B', '-', '_'), minLength: 1, maxLength: 4 });
  const hints = fc.array(fc.record({ text: letters, anyCase: fc.boolean() }), { maxLength: 12 });
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'A', 'B', '-', '_', ' ', 'é', '漢'), maxLength: 60 });
  fc.assert(
    fc.property(hints, text, (given, where) => {
      const wanted = given.map(({ text, anyCase }) => ({ text: anyCase ? text.toLowerCase() : text, anyCase }));
      const found = createHintScan(wanted)(where);
      for (const hint of wanted) {
        expect(found.has(hint)).toBe((hint.anyCase ? where.toLowerCase() : where).includes(hint.text));
      }
    }),
    { numRuns: 2000 },
  );
});
