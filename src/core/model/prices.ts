/** What tokens cost at a moment: peak hours, dated prices, and the cost of a request by them. */
import type { Usage } from '../../protocol/events.js';
import type { Cost, Currency, SendPrice } from '../../protocol/money.js';

/** Per million tokens. */
export interface Rates {
  currency: Currency;
  hit: number;
  miss: number;
  output: number;
  isPeak: boolean;
}

/** Hit, miss and output, per million tokens. */
export type Triple = readonly [hit: number, miss: number, output: number];

export interface PricePeriod {
  /** First moment at which these hold, ISO 8601 UTC. */
  from: string;
  offPeak: Record<Currency, Triple>;
  peak: Record<Currency, Triple>;
}

/** Who pays, and by which prices. */
export interface Payer {
  model: { prices: readonly PricePeriod[] };
  currency: Currency;
  /** A stand-in answers, which costs nothing. */
  rehearsal: boolean;
}

/**
 * Peak hours, Monday to Friday 01:00-04:00 and 06:00-10:00 UTC. DeepSeek exempts Chinese public holidays;
 * they are counted as peak here, so that a shown price is never too low.
 */
export function isPeak(epochMs: number): boolean {
  const at = new Date(epochMs);
  const day = at.getUTCDay();
  if (day === 0 || day === 6) return false;
  const hour = at.getUTCHours();
  return (hour >= 1 && hour < 4) || (hour >= 6 && hour < 10);
}

/** The rates that hold at a moment; before the first known period, that period's. `null` where no price is known. */
export function ratesAt({ model, currency, rehearsal }: Payer, epochMs: number): Rates | null {
  const peak = isPeak(epochMs);
  if (rehearsal) return { currency, hit: 0, miss: 0, output: 0, isPeak: peak };
  let period = model.prices[0];
  for (const candidate of model.prices) if (Date.parse(candidate.from) <= epochMs) period = candidate;
  if (period === undefined) return null;
  const [hit, miss, output] = (peak ? period.peak : period.offPeak)[currency];
  return { currency, hit, miss, output, isPeak: peak };
}

/** No request lasts longer. */
const longestRequestMs = 3_600_000;

/** The dearest rates of those that may hold while a request sent now is answered. */
export function dearestRates(payer: Payer, epochMs: number): Rates | null {
  const [first, last] = [ratesAt(payer, epochMs), ratesAt(payer, epochMs + longestRequestMs)];
  if (first === null || last === null) return first;
  const most = (kind: 'hit' | 'miss' | 'output'): number => Math.max(first[kind], last[kind]);
  return { ...first, hit: most('hit'), miss: most('miss'), output: most('output') };
}

const million = 1_000_000;

/** Of one or more requests at the same rates. */
export function costOf(usage: Usage, rates: Rates | null): Cost {
  if (rates === null) return null;
  const { cacheHitTokens, cacheMissTokens, outputTokens } = usage;
  const amount = (cacheHitTokens * rates.hit + cacheMissTokens * rates.miss + outputTokens * rates.output) / million;
  return { amount, currency: rates.currency };
}

export function priceOfSend(tokens: number, rates: Rates | null): SendPrice {
  const none = { outputTokens: 0, reasoningTokens: 0 };
  return {
    first: costOf({ cacheHitTokens: 0, cacheMissTokens: tokens, ...none }, rates),
    further: costOf({ cacheHitTokens: tokens, cacheMissTokens: 0, ...none }, rates),
  };
}
