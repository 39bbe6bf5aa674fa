import { describe, expect, it } from 'vitest';
import type { PackReport } from '../../src/protocol/pack.js';
import { mapStates } from '../../src/protocol/packMap.js';
import { badgeFor, folderTotals } from '../../src/vscode/folderTotals.js';
import { toMapFiles, toPlanRows } from '../../src/vscode/packMapRows.js';

const report: Pick<PackReport, 'files' | 'withheld'> = {
  files: [
    { path: 'README.md', tokens: 120, contentTokens: 100, as: 'full' },
    { path: 'src/a.ts', tokens: 1500, contentTokens: 1480, as: 'full' },
    { path: 'src/deep/b.ts', tokens: 300, contentTokens: 9000, as: 'outline' },
    { path: 'src/deep/c.ts', tokens: 0, contentTokens: 20_000, as: 'listed' },
  ],
  withheld: [
    { path: '.env', why: 'secret file', bytes: 360 },
    { path: 'src/deep/logo.png', why: 'binary', bytes: 90_000 },
    { path: 'vendor/x.js', why: 'vendored', bytes: 36_000 },
  ],
};

describe('rows of the map', () => {
  it('hold each file once, with its tokens exactly and what it would take about', () => {
    const rows = toMapFiles(report);
    const table = rows.paths.map((path, row) => [
      ...[path, mapStates[rows.states[row]!], rows.tokens[row], rows.whole[row]],
      rows.reasonNames[rows.reasons[row]!] ?? '',
    ]);
    expect(table).toEqual([
      ['README.md', 'full', 120, 120, ''],
      ['src/a.ts', 'full', 1500, 1500, ''],
      ['src/deep/b.ts', 'outline', 300, 9040, ''],
      ['src/deep/c.ts', 'listed', 0, 20_040, ''],
      ['.env', 'withheld', 0, 140, 'secret file'],
      ['src/deep/logo.png', 'withheld', 0, 0, 'binary'],
      ['vendor/x.js', 'withheld', 0, 10_040, 'vendored'],
    ]);
  });

  it('of a plan are states and tokens by the same index', () => {
    const files = [
      { as: 'listed' as const, tokens: 0 },
      { as: 'outline' as const, tokens: 40 },
    ];
    expect(toPlanRows({ budget: 1, tokens: 2, files })).toEqual({ states: [2, 1], tokens: [0, 40] });
  });
});

describe('tokens in the explorer', () => {
  it('are summed by folder, up to the root', async () => {
    const totals = await folderTotals(report);
    expect(totals.get('')).toEqual({ tokens: 1920, sentence: 'Baleen: 1,920 tokens in 3 files, 4 left out' });
    expect(totals.get('src')?.tokens).toBe(1800);
    expect(totals.get('src/deep')).toEqual({ tokens: 300, sentence: 'Baleen: 300 tokens in 1 file, 2 left out' });
    expect(totals.get('src/deep/b.ts')?.sentence).toBe('Baleen: 300 tokens, as an outline');
    expect(totals.get('src/deep/c.ts')?.sentence).toBe('Baleen: only listed, without its text');
    expect(totals.get('.env')).toEqual({ tokens: 0, sentence: 'Baleen: withheld from the pack (secret file)' });
    expect(totals.get('vendor')?.tokens).toBe(0);
    expect(totals.get('nowhere')).toBeUndefined();
  });

  it.each([
    [1, '<k'],
    [999, '<k'],
    [1000, '1k'],
    [9499, '9k'],
    [9500, '10'],
    [42_300, '42'],
    [99_499, '99'],
    [99_500, '.1'],
    [412_000, '.4'],
    [949_999, '.9'],
    [950_000, '1M'],
    [3_400_000, '3M'],
    [12_000_000, 'M+'],
  ])('%i is written %s, in two characters at most', (tokens, badge) => {
    expect(badgeFor(tokens)).toBe(badge);
    expect(badge.length).toBeLessThanOrEqual(2);
  });
});
