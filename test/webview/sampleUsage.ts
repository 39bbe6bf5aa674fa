/** Reports for the tests of the usage page, as the extension sends them. */
import { reportUsage } from '../../src/core/usage/report.js';
import type { Cost } from '../../src/protocol/money.js';
import type { UsageGroup, UsageReport } from '../../src/protocol/usage.js';
import type { ToUsagePage, UsageAccount } from '../../src/protocol/usagePage.js';
import { makeLedgerLines } from '../support/sampleLedger.js';

export const sampleAccount: UsageAccount = { keyDetail: 'The key was accepted. Balance: 4.20 USD.', canAsk: true };

/** The last day of every sample. */
export const lastDay = '2026-11-26';

/** So many days before the last one. */
export function dayBefore(days: number): string {
  return new Date(Date.parse(`${lastDay}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10);
}

const nothingOpen = { requests: 0, atMost: { amount: 0, currency: 'USD' } } as const;

const money = (amount: number): Cost => ({ amount, currency: 'USD' });

export function group(part: Partial<UsageGroup> & Pick<UsageGroup, 'day'>): UsageGroup {
  const usage = { cacheHitTokens: 970_000, cacheMissTokens: 30_000, outputTokens: 4000, reasoningTokens: 1000 };
  return {
    ...{ purpose: 'chat', model: 'v4-flash', host: 'deepseek', requests: 5, failed: 0, usage },
    ...{ cost: money(0.01), saved: money(0.14), unsettled: nothingOpen },
    ...part,
  };
}

export function usageMessage(report: Partial<UsageReport>, account: Partial<UsageAccount> = {}): ToUsagePage {
  const whole = { from: dayBefore(89), to: lastDay, groups: [], latencies: [], damaged: 0, ...report };
  return { type: 'usage', report: whole, account: { ...sampleAccount, ...account } };
}

/** Weeks of work, as the product sums them up. */
export function makeReport(): UsageReport {
  const lines = makeLedgerLines({ lastDay, days: 90 });
  const sums = reportUsage(lines, Date.parse(`${lastDay}T23:00:00Z`));
  return { from: dayBefore(89), to: lastDay, ...sums, damaged: 0 };
}
