import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyHunks, diffViews } from '../../../src/core/pack/hunks.js';

describe('hunks', () => {
  it.each([
    ['', 'a\nb\n', '@@ -0,0 +1,2 @@\n+a\n+b\n'],
    ['', 'a', '@@ -0,0 +1,1 @@\n+a\n\\ No newline at end of file\n'],
    ['', '\n', '@@ -0,0 +1,1 @@\n+\n'],
    ['a\nb\n', '', '@@ -1,2 +0,0 @@\n-a\n-b\n'],
    ['a', '', '@@ -1,1 +0,0 @@\n-a\n\\ No newline at end of file\n'],
    ['a', 'a\n', '@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n'],
    ['', '', ''],
  ])('from %j to %j', (before, after, hunks) => {
    expect(diffViews(before, after)).toBe(hunks);
    expect(applyHunks(before, hunks)).toBe(after);
  });

  it('tell a text that came or went as a whole, however long', () => {
    const long = 'a line\n'.repeat(20_000);
    for (const [before, after] of [
      ['', long],
      [long, ''],
    ] as const) {
      const hunks = diffViews(before, after);
      expect(hunks).toBeDefined();
      expect(applyHunks(before, hunks ?? '')).toBe(after);
    }
  });

  it('give the new text back for any two texts', () => {
    const line = fc.constantFrom('a', 'b', '', ' ', '-a', '+b', '\\ No', '@@ -1,1 +1,1 @@', 'c\r');
    const text = fc
      .tuple(fc.array(line, { maxLength: 12 }), fc.boolean())
      .map(([lines, ends]) => (lines.length === 0 ? '' : lines.join('\n') + (ends ? '\n' : '')));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const hunks = diffViews(before, after);
        expect(hunks).toBeDefined();
        expect(applyHunks(before, hunks ?? '')).toBe(after);
      }),
      { numRuns: 500 },
    );
  });
});
