import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeChange } from '../../src/core/edits/diffText.js';
import { openText } from '../../src/core/edits/textFile.js';
import { encodePath } from '../../src/core/view/codec.js';
import { makeProposedText } from '../../src/vscode/proposedText.js';

const key = `ghp_${'aB3dE6gH9j'.repeat(3)}kLmNoP`;

function propose(before: string, after: string, path = 'a.ts') {
  const diff = describeChange(encodePath(path), openText(before).view, openText(after).view);
  return makeProposedText(openText(before), diff.unified);
}

describe('the text that a waiting edit would make', () => {
  it('is the new text, whatever line ends, last lines and names the file has', () => {
    const line = fc.constantFrom(
      '',
      'a',
      'b',
      '+x',
      '-y',
      '\\ z',
      '@@ -1 +1 @@',
      '--- a',
      '\u200bq',
      '⟦x⟧',
      'e\u2028f',
    );
    const text = fc
      .tuple(fc.array(line, { maxLength: 12 }), fc.boolean())
      .map(([lines, ends]) => lines.join('\n') + (ends && lines.length > 0 ? '\n' : ''));
    const path = fc.constantFrom('a.ts', 'a "b".ts', 'a\tb', 'ü\n@@ c', '--- d');
    fc.assert(
      fc.property(text, text, path, (before, after, name) => {
        const sides = { ok: true, present: before, proposed: after };
        expect(propose(before, after, name)).toEqual(sides);
        expect(propose(before.replaceAll('\n', '\r\n'), after, name)).toEqual(sides);
      }),
      { numRuns: 300 },
    );
  });

  it('holds the secrets of the file, which the diff does not', () => {
    const before = `const key = "${key}";\nconst old = 1;\n`;
    expect(openText(before).view).not.toContain(key);
    const after = before.replace('old', 'new');
    expect(propose(before, after)).toEqual({ ok: true, present: before, proposed: after });
  });

  it('is the new text of a file so changed that only its middle was compared', () => {
    const before = `top\n${Array.from({ length: 2100 }, (_, i) => `old ${i}`).join('\n')}`;
    const after = before.replaceAll('old', 'new');
    expect(propose(before, after)).toEqual({ ok: true, present: before, proposed: after });
  });

  it('is nothing where the file has changed since', () => {
    const diff = describeChange('a.ts', 'one\ntwo\n', 'one\nthree\n').unified;
    expect(makeProposedText(openText('one\nother\n'), diff)).toMatchObject({ ok: false });
  });
});
