/** Sums of a usage report's groups, as the command line and the usage page show them. Money is summed by currency and never over two of them. */
import { addUsage, noUsage, type Usage } from './events.js';
import { formatCost, type Cost, type Currency } from './money.js';
import type { UsageGroup } from './usage.js';

/** Absent: nothing was paid in it. */
export type Amounts = Partial<Record<Currency, number>>;

export interface Sums {
  requests: number;
  failed: number;
  usage: Usage;
  cost: Amounts;
  saved: Amounts;
  /** Requests whose usage never came although they may be billed; they are in no other figure. */
  unsettled: number;
  atMost: Amounts;
  /** Requests of groups whose price is not known; they are in no sum of money. */
  unpriced: number;
}

export const currencies: readonly Currency[] = ['USD', 'CNY'];

export function sumGroups(groups: readonly UsageGroup[]): Sums {
  const sums: Sums = {
    requests: 0,
    failed: 0,
    usage: noUsage,
    cost: {},
    saved: {},
    unsettled: 0,
    atMost: {},
    unpriced: 0,
  };
  for (const { requests, failed, usage, cost, saved, unsettled } of groups) {
    sums.requests += requests;
    sums.failed += failed;
    sums.usage = addUsage(sums.usage, usage);
    if (cost === null) sums.unpriced += requests;
    add(sums.cost, cost);
    add(sums.saved, saved);
    sums.unsettled += unsettled.requests;
    add(sums.atMost, unsettled.atMost);
  }
  return sums;
}

function add(amounts: Amounts, cost: Cost): void {
  if (cost !== null) amounts[cost.currency] = (amounts[cost.currency] ?? 0) + cost.amount;
}

/** Groups under what `keyOf` says of each, in the order in which the keys first come. */
export function groupBy<K>(groups: readonly UsageGroup[], keyOf: (group: UsageGroup) => K): Map<K, UsageGroup[]> {
  const found = new Map<K, UsageGroup[]>();
  for (const group of groups) {
    const key = keyOf(group);
    const known = found.get(key);
    if (known === undefined) found.set(key, [group]);
    else known.push(group);
  }
  return found;
}

/** Currencies in which something was paid; where nothing was, the one in which nothing was paid. */
export function currenciesOf({ cost, saved }: Sums): Currency[] {
  const paid = currencies.filter((currency) => (cost[currency] ?? 0) > 0 || (saved[currency] ?? 0) > 0);
  return paid.length > 0 ? paid : currencies.filter((currency) => cost[currency] !== undefined).slice(0, 1);
}

/** Share of the input that came from the cache, 0 to 1; `undefined` where no input was told. */
export function hitRateOf({ cacheHitTokens, cacheMissTokens }: Usage): number | undefined {
  const input = cacheHitTokens + cacheMissTokens;
  return input === 0 ? undefined : cacheHitTokens / input;
}

/** Each currency by itself, for instance "$0.42, ¥1.20"; what is not priced is told where nothing else is. */
export function formatAmounts(amounts: Amounts, { unpriced }: Pick<Sums, 'unpriced'>): string {
  const sums = currencies.flatMap((currency) => {
    const amount = amounts[currency];
    return amount === undefined ? [] : [{ amount, currency }];
  });
  const paid = sums.filter(({ amount }) => amount > 0);
  const shown = (paid.length > 0 ? paid : sums.slice(0, 1)).map((sum) => formatCost(sum));
  if (shown.length > 0) return shown.join(', ');
  return unpriced > 0 ? formatCost(null) : '–';
}
