import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitFiles, fitsWhole, type FitCosts } from '../../../src/core/pack/fit.js';

const sizes = fc.record({
  full: fc.integer({ min: 30, max: 5_000 }),
  line: fc.integer({ min: 8, max: 40 }),
  brief: fc.option(fc.integer({ min: 25, max: 600 }), { nil: Infinity }),
});
type Sizes = { full: number; line: number; brief: number };

function costsOf(files: readonly Sizes[]): FitCosts {
  const digits = (count: number): number => Math.ceil(String(count).length / 3);
  return {
    full: files.map(({ full }) => full),
    line: files.map(({ line }) => line),
    brief: (at) => files[at]?.brief,
    rest: (frames, named, unnamed) =>
      20 + digits(frames) + (named + unnamed === 0 ? 0 : 12 + digits(named + unnamed)) + (unnamed === 0 ? 0 : 12),
  };
}

/** By the words of the pack: frames, lines, and what stands around them. */
function tokensOf(files: readonly Sizes[], costs: FitCosts, standings: readonly string[]): number {
  const frames = standings.filter((one) => one === 'full' || one === 'brief').length;
  const named = standings.filter((one) => one === 'named').length;
  let tokens = costs.rest(frames, named, standings.length - frames - named);
  for (const [at, { full, line, brief }] of files.entries()) {
    const standing = standings[at];
    tokens += standing === 'full' ? full : standing === 'brief' ? brief : standing === 'named' ? line : 0;
  }
  return tokens;
}

describe('the fit', () => {
  it('is never over the budget, counts what it says, and leaves no room that a whole file or a line could use', () => {
    fc.assert(
      fc.property(
        fc.array(sizes, { minLength: 1, maxLength: 120 }),
        fc.integer({ min: 60, max: 60_000 }),
        (files, budget) => {
          const costs = costsOf(files);
          const order = files.map((_, at) => at);
          const fit = fitFiles(costs, order, budget);
          if (fit === undefined) return budget < costs.rest(0, 0, files.length);
          expect(fit.tokens).toBe(tokensOf(files, costs, fit.standings));
          expect(fit.tokens).toBeLessThanOrEqual(budget);
          const before = fit.tokens;
          for (const [at, standing] of fit.standings.entries()) {
            if (standing === 'full') continue;
            for (const other of standing === 'unnamed' ? ['full', 'named'] : ['full']) {
              expect(tokensOf(files, costs, fit.standings.with(at, other as 'full'))).toBeGreaterThan(budget);
            }
          }
          return before === fit.tokens;
        },
      ),
      { numRuns: 400 },
    );
  });

  it('takes the best ranked whole, the next by their briefs, and names the rest', () => {
    const files = Array.from({ length: 100 }, (): Sizes => ({ full: 1_000, line: 10, brief: 100 }));
    const order = files.map((_, at) => 99 - at);
    const { standings } = fitFiles(costsOf(files), order, 20_000) ?? { standings: [] };
    const counts = new Map<string, number>();
    for (const standing of standings) counts.set(standing, (counts.get(standing) ?? 0) + 1);
    expect(order.map((at) => standings[at])).toEqual([
      ...Array<string>(counts.get('full') ?? 0).fill('full'),
      ...Array<string>(counts.get('brief') ?? 0).fill('brief'),
      ...Array<string>(counts.get('named') ?? 0).fill('named'),
    ]);
    expect(counts.get('full')).toBeGreaterThan(14);
    expect(counts.get('brief')).toBeGreaterThan(15);
  });

  it('asks for the briefs that it needs and for no others, and ends with what it gives for all of them', () => {
    const files = Array.from({ length: 2_000 }, (_, at): Sizes => ({
      full: 300 + (at % 900),
      line: 12,
      brief: 40 + (at % 60),
    }));
    const order = files.map((_, at) => at);
    const known = new Map<number, number>();
    const costs = costsOf(files);
    const lazy = { ...costs, brief: (at: number) => known.get(at) };
    let fit = fitFiles(lazy, order, 100_000);
    for (let round = 0; round < 20 && fit !== undefined && fit.unknown.length > 0; round++) {
      for (const at of fit.unknown) known.set(at, files[at]?.brief ?? 0);
      fit = fitFiles(lazy, order, 100_000);
    }
    expect(fit?.unknown).toEqual([]);
    expect(fit?.standings).toEqual(fitFiles(costs, order, 100_000)?.standings);
    expect(known.size).toBeLessThan(400);
  });

  it('needs no ranks where everything fits', () => {
    const costs = costsOf([{ full: 10, line: 5, brief: 5 }]);
    expect(fitsWhole(costs, 31)).toBe(31);
    expect(fitsWhole(costs, 30)).toBeUndefined();
  });
});
