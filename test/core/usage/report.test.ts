import { expect, test } from 'vitest';
import { findHost, serveModel } from '../../../src/core/model/catalogue.js';
import { costOf, dearestRates, ratesAt } from '../../../src/core/model/prices.js';
import { reportUsage } from '../../../src/core/usage/report.js';
import { addCost, free, type Cost } from '../../../src/protocol/money.js';
import type { Usage } from '../../../src/protocol/events.js';
import { lineOf, usd } from './lines.js';

const now = Date.parse('2026-11-26T12:00:00Z');

/** Hit, miss and output tokens; the odd ones are one second into the peak of Monday, 2026-11-23, 06:00 UTC. */
const usages: readonly (readonly [number, number, number])[] = Array.from({ length: 20 }, (_, index) => [
  600_000 + index * 1000,
  2000 + index * 100,
  1500 + index * 10,
]);

test.each([
  // Sums by hand: 10 off peak (even) and 10 at peak (odd), hits 6,090,000 and 6,100,000, misses 29,000 and 30,000,
  // outputs 15,900 and 16,000. USD: 6.09×.003 + .029×.15 + .0159×.6 = .03216; 6.1×.006 + .03×.3 + .016×1.2 = .0648.
  ['v4-flash', 'USD', 0.09696],
  // CNY: 6.09×.02 + .029×1 + .0159×4 = .2144; 6.1×.04 + .03×2 + .016×8 = .432.
  ['v4-flash', 'CNY', 0.6464],
  // 6.09×.022 + .029×.66 + .0159×1.98 = .184602; 6.1×.044 + .03×1.32 + .016×3.96 = .37136.
  ['v4-pro', 'USD', 0.555962],
  // 6.09×.15 + .029×4.5 + .0159×13.5 = 1.25865; 6.1×.3 + .03×9 + .016×27 = 2.532.
  ['v4-pro', 'CNY', 3.79065],
] as const)(
  '20 constructed usages across a peak boundary sum to the hand-computed cost within a cent, %s in %s',
  (id, currency, byHand) => {
    const payer = { model: serveModel(findHost('deepseek')!, id)!, currency, rehearsal: false };
    let sum: Cost = free;
    const lines = usages.map(([cacheHitTokens, cacheMissTokens, outputTokens], index) => {
      const sentAt = Date.parse('2026-11-23T05:59:59Z') + (index % 2) * 2000;
      const rates = ratesAt(payer, sentAt)!;
      expect(rates.isPeak).toBe(index % 2 === 1);
      const usage: Usage = { cacheHitTokens, cacheMissTokens, outputTokens, reasoningTokens: 0 };
      const cost = costOf(usage, rates);
      sum = addCost(sum, cost);
      return lineOf({ at: new Date(sentAt).toISOString(), model: id, usage, rates, cost, atMost: cost });
    });
    expect(sum?.amount).toBeCloseTo(byHand, 9);
    const groups = reportUsage(lines, now).groups;
    const reported = groups.reduce<Cost>((total, group) => addCost(total, group.cost), free);
    expect(reported).toEqual({ amount: expect.closeTo(byHand, 9) as number, currency });
    const saved = groups.reduce<Cost>((total, group) => addCost(total, group.saved), free);
    const [hitOff, hitPeak] = [6.09, 6.1];
    const off = ratesAt(payer, Date.parse('2026-11-23T05:00:00Z'))!;
    const gain = (hitOff + 2 * hitPeak) * (off.miss - off.hit);
    expect(saved!.amount).toBeCloseTo(gain, 9);
  },
);

test('a request that may reach into the peak is reckoned at its rates', () => {
  const payer = { model: serveModel(findHost('deepseek')!, 'v4-flash')!, currency: 'USD' as const, rehearsal: false };
  expect(dearestRates(payer, Date.parse('2026-11-23T05:30:00Z'))).toMatchObject({ miss: 0.3, output: 1.2 });
  expect(dearestRates(payer, Date.parse('2026-11-23T04:30:00Z'))).toMatchObject({ miss: 0.15, output: 0.6 });
  expect(dearestRates(payer, Date.parse('2026-11-23T03:59:59Z'))).toMatchObject({ miss: 0.3, output: 1.2 });
});

test('what has no usage is counted apart, and what runs is left out', () => {
  const none = { usage: null, cost: null };
  const lines = [
    lineOf({ cost: usd(0.5), atMost: usd(0.5) }),
    lineOf({ ...none, atMost: usd(0), finish: 'rate_limit' }),
    lineOf({ ...none, atMost: usd(0.2), finish: 'aborted' }),
    lineOf({ ...none, atMost: usd(0.3), finish: 'open', at: '2026-11-26T10:00:00.000Z' }),
    lineOf({ ...none, atMost: usd(0.4), finish: 'open', at: '2026-11-26T11:59:00.000Z' }),
  ];
  const { groups, latencies } = reportUsage(lines, now);
  expect(groups).toMatchObject([
    {
      requests: 4,
      failed: 3,
      cost: usd(0.5),
      unsettled: { requests: 2, atMost: usd(0.5) },
      usage: { outputTokens: 100 },
    },
  ]);
  expect(latencies).toHaveLength(1);
});

test('sums of two currencies are not made up', () => {
  const yuan = { amount: 1, currency: 'CNY' } as const;
  const { groups } = reportUsage([lineOf(), lineOf({ cost: yuan, atMost: yuan })], now);
  expect(groups[0]!.cost).toBeNull();
});
