import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeTexts } from '../../../src/core/edits/merge.js';

const base = 'one\ntwo\nthree\nfour\nfive\nsix\n';

describe('two changes of one text', () => {
  it('in different lines are put together', () => {
    const ours = base.replace('one', 'ONE');
    expect(mergeTexts(base, ours, base.replace('five', 'FIVE\nand more'))).toEqual({
      ok: true,
      text: 'ONE\ntwo\nthree\nfour\nFIVE\nand more\nsix\n',
    });
  });

  it('in the same line, or side by side, are a conflict that names the line and both texts', () => {
    const theirs = base.replace('five', 'FIVE');
    const same = mergeTexts(base, base.replace('five', 'fife'), theirs);
    expect(same).toEqual({ ok: false, line: 5, ours: ['fife'], theirs: ['FIVE'] });
    expect(mergeTexts(base, base.replace('four', 'for'), theirs).ok).toBe(false);
    expect(mergeTexts(base, base.replace('five\n', ''), theirs).ok).toBe(false);
    expect(mergeTexts(base, `${base}end a\n`, `${base}end b\n`).ok).toBe(false);
  });

  it('that are the same are one', () => {
    const both = base.replace('two', 'TWO');
    expect(mergeTexts(base, both, both)).toEqual({ ok: true, text: both });
  });

  it('keep the line ends of the text that the user has', () => {
    const windows = base.replaceAll('\n', '\r\n');
    const merged = mergeTexts(windows, windows.replace('one', 'ONE'), base.replace('six', 'SIX'));
    expect(merged).toEqual({ ok: true, text: windows.replace('one', 'ONE').replace('six', 'SIX') });
  });

  it('never lose a line that either has added (property)', () => {
    const added = fc.array(fc.nat(6), { maxLength: 3 });
    const insert = (places: readonly number[], name: string): string => {
      const lines = base.split('\n');
      for (const [index, at] of [...places].sort((a, b) => b - a).entries()) lines.splice(at, 0, `${name} ${index}`);
      return lines.join('\n');
    };
    fc.assert(
      fc.property(added, added, (mine, other) => {
        const [ours, theirs] = [insert(mine, 'mine'), insert(other, 'other')];
        const merged = mergeTexts(base, ours, theirs);
        if (!merged.ok) return;
        const wanted = [...ours.split('\n'), ...theirs.split('\n')].filter((line) => /mine|other/.test(line));
        expect(
          merged.text
            .split('\n')
            .filter((line) => /mine|other/.test(line))
            .sort(),
        ).toEqual(wanted.sort());
        expect(
          merged.text
            .split('\n')
            .filter((line) => !/mine|other/.test(line))
            .join('\n'),
        ).toBe(base);
      }),
      { numRuns: 300 },
    );
  });

  it('are put together in a long text of which they leave the most, and most lines of which are alike', () => {
    const lines = Array.from({ length: 40_000 }, (_, at) => (at % 2 === 0 ? '}' : `line ${at}`));
    const [ours, theirs] = [lines.with(10, 'mine'), lines.with(39_990, 'other')].map((all) => all.join('\n'));
    const merged = mergeTexts(lines.join('\n'), ours!, theirs!);
    expect(merged).toEqual({ ok: true, text: lines.with(10, 'mine').with(39_990, 'other').join('\n') });
  });

  it('give one line of each its place, whichever stand once and were moved (property)', () => {
    const letters = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', '}'), { maxLength: 9 });
    fc.assert(
      fc.property(letters, letters, (before, after) => {
        const [old, now] = [before.join('\n'), after.join('\n')];
        expect(mergeTexts(old, now, old)).toEqual({ ok: true, text: now });
        expect(mergeTexts(old, old, now)).toEqual({ ok: true, text: now });
        expect(mergeTexts(old, now, now)).toEqual({ ok: true, text: now });
        const merged = mergeTexts(`${old}\n--\nend`, `${now}\n--\nend`, `${old}\n--\nEND`);
        expect(merged).toEqual({ ok: true, text: `${now}\n--\nEND` });
      }),
      { numRuns: 500 },
    );
  });

  it('is bounded: of texts that have nothing in common nothing is compared', () => {
    const text = (name: string): string => Array.from({ length: 30_000 }, (_, at) => `${name} ${at}`).join('\n');
    expect(mergeTexts(text('a'), text('b'), text('c'))).toMatchObject({ ok: false, line: 1 });
  });
});
