/** What hosts ask, by date. */
import type { Currency } from '../../protocol/money.js';

/** Hit, miss and output, per million tokens. */
export type Triple = readonly [hit: number, miss: number, output: number];

/** In one currency or in both; a currency that is absent is one in which the host's price is not known. */
export type PriceList = Partial<Record<Currency, Triple>>;

export interface PricePeriod {
  /** First moment at which these hold, ISO 8601 UTC. */
  from: string;
  offPeak: PriceList;
  /** Absent: one price at all hours. */
  peak?: PriceList;
  /** On which days the peak hours are peak; from Monday to Friday without holidays where it is absent. */
  peakDays?: 'every day';
}

export const freePrices: readonly PricePeriod[] = [
  { from: '1970-01-01T00:00:00Z', offPeak: { USD: [0, 0, 0], CNY: [0, 0, 0] } },
];

/** Where nothing is known: no sum is shown rather than a wrong one. */
export const unknownPrices: readonly PricePeriod[] = [];

/**
 * https://api-docs.deepseek.com/quick_start/pricing, English and Chinese, as read on 2026-11-22, and earlier captures of
 * it: a tenth for hits from 2026-04-26 12:15 UTC, peak hours from 2026-08-16 16:00 UTC, at first at weekends too. From
 * April on V4-Pro had a discount that became its price; how it applied before the hits were made cheaper is not known,
 * and the list price stands here.
 */
export const deepseekProPrices: readonly PricePeriod[] = [
  { from: '2026-04-24T00:00:00Z', offPeak: { USD: [0.145, 1.74, 3.48], CNY: [1, 12, 24] } },
  { from: '2026-04-26T12:15:00Z', offPeak: { USD: [0.003625, 0.435, 0.87], CNY: [0.025, 3, 6] } },
  {
    from: '2026-08-16T16:00:00Z',
    offPeak: { USD: [0.022, 0.66, 1.98], CNY: [0.15, 4.5, 13.5] },
    peak: { USD: [0.044, 1.32, 3.96], CNY: [0.3, 9, 27] },
    peakDays: 'every day',
  },
  {
    from: '2026-08-22T16:00:00Z',
    offPeak: { USD: [0.022, 0.66, 1.98], CNY: [0.15, 4.5, 13.5] },
    peak: { USD: [0.044, 1.32, 3.96], CNY: [0.3, 9, 27] },
  },
];

/** The same sources; since 2026-09-10 it is V4.1-Flash. */
export const deepseekFlashPrices: readonly PricePeriod[] = [
  { from: '2026-04-24T00:00:00Z', offPeak: { USD: [0.028, 0.14, 0.28], CNY: [0.2, 1, 2] } },
  { from: '2026-04-26T12:15:00Z', offPeak: { USD: [0.0028, 0.14, 0.28], CNY: [0.02, 1, 2] } },
  {
    from: '2026-08-16T16:00:00Z',
    offPeak: { USD: [0.007, 0.22, 0.66], CNY: [0.05, 1.5, 4.5] },
    peak: { USD: [0.014, 0.44, 1.32], CNY: [0.1, 3, 9] },
    peakDays: 'every day',
  },
  {
    from: '2026-08-22T16:00:00Z',
    offPeak: { USD: [0.007, 0.22, 0.66], CNY: [0.05, 1.5, 4.5] },
    peak: { USD: [0.014, 0.44, 1.32], CNY: [0.1, 3, 9] },
  },
  {
    from: '2026-09-10T04:00:00Z',
    offPeak: { USD: [0.003, 0.15, 0.6], CNY: [0.02, 1, 4] },
    peak: { USD: [0.006, 0.3, 1.2], CNY: [0.04, 2, 8] },
  },
];

/** models.dev's entry of 2026-09-10 for `deepseek-v4p1-flash`; Fireworks bills in US dollars, at all hours alike. */
export const fireworksFlashPrices: readonly PricePeriod[] = [
  { from: '2026-09-10T00:00:00Z', offPeak: { USD: [0.007, 0.22, 0.66] } },
];
