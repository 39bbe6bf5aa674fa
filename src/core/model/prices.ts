/** What tokens cost at a moment: peak hours, dated prices, and the cost of a request by them. */
import type { Usage } from '../../protocol/events.js';
import type { Cost, Currency, SendPrice } from '../../protocol/money.js';
import { isChineseHoliday } from './holidays.js';
import type { PricePeriod } from './priceTables.js';

/** Per million tokens. */
export interface Rates {
  currency: Currency;
  hit: number;
  miss: number;
  output: number;
  /** Never where the host has one price at all hours. */
  isPeak: boolean;
}

/** Who pays, and by which prices: those of the host that serves the model (`serveModel`). */
export interface Payer {
  model: { prices: readonly PricePeriod[] };
  currency: Currency;
  /** A stand-in answers, which costs nothing. */
  rehearsal: boolean;
}

const dayMs = 86_400_000;

/**
 * DeepSeek's peak hours: 01:00-04:00 and 06:00-10:00 UTC (09:00-12:00 and 14:00-18:00 in China, on the same day), from
 * Monday to Friday except on Chinese public holidays. Days beyond the known holidays are peak.
 */
export function isPeak(epochMs: number): boolean {
  if (!isPeakHour(epochMs)) return false;
  const at = new Date(epochMs);
  const day = at.getUTCDay();
  return day !== 0 && day !== 6 && !isChineseHoliday(at.toISOString().slice(0, 10));
}

function isPeakHour(epochMs: number): boolean {
  const hour = (epochMs % dayMs) / 3_600_000;
  return (hour >= 1 && hour < 4) || (hour >= 6 && hour < 10);
}

/**
 * The rates that hold at a moment; before the first known period, that period's. `null` where no price is known, or none
 * in this currency: nothing is converted, since the host bills by its own list.
 */
export function ratesAt({ model, currency, rehearsal }: Payer, epochMs: number): Rates | null {
  if (rehearsal) return { currency, hit: 0, miss: 0, output: 0, isPeak: false };
  const period = model.prices.findLast(({ from }) => Date.parse(from) <= epochMs) ?? model.prices[0];
  if (period === undefined) return null;
  const inPeak = period.peakDays === 'every day' ? isPeakHour : isPeak;
  const peak = inPeak(epochMs) ? period.peak : undefined;
  const list = (peak ?? period.offPeak)[currency];
  if (list === undefined) return null;
  const [hit, miss, output] = list;
  return { currency, hit, miss, output, isPeak: peak !== undefined };
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

/** A request that is not sent yet: of its input so much is in the prefix cache, at most all of it. */
export function usageOf(inputTokens: number, hitTokens: number, outputTokens = 0): Usage {
  const cacheHitTokens = Math.min(hitTokens, inputTokens);
  return { cacheHitTokens, cacheMissTokens: inputTokens - cacheHitTokens, outputTokens, reasoningTokens: 0 };
}

export function priceOfSend(tokens: number, rates: Rates | null): SendPrice {
  return { first: costOf(usageOf(tokens, 0), rates), further: costOf(usageOf(tokens, tokens), rates) };
}
