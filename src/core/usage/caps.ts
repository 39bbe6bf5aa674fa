/** The most that may be spent, and what it leaves for a request: never a request that could pass a cap. */
import { formatCost, type Cost, type Currency, type Money } from '../../protocol/money.js';
import type { Rates } from '../model/prices.js';

/** In the currency of the session; absent means no cap. */
export interface Caps {
  maxRequestCost?: number;
  maxTurnCost?: number;
  maxSessionCost?: number;
  maxDayCost?: number;
}

/** What was spent so far, requests that are under way included at the most that they may cost. */
export interface Spent {
  turn: number;
  session: number;
  day: number;
}

export type Grant =
  /** With `lowered`, a sentence: a cap leaves less for the answer than was asked for. */
  { kind: 'granted'; maxTokens: number; lowered?: string } | { kind: 'refused'; sentence: string };

/** Less than this is no answer worth its input. */
export const leastOutputTokens = 4096;

/** Of the price table, both ways the dearer (V4-Pro's and V4-Flash's rates in both currencies). */
const ratios: Record<Currency, Record<Currency, number>> = {
  USD: { USD: 1, CNY: 6.82 },
  CNY: { CNY: 1, USD: 0.15 },
};

/** Never too little: for caps, not for showing. */
export function amountIn(currency: Currency, money: Money): number {
  return money.amount * ratios[money.currency][currency];
}

export function hasCaps(caps: Caps): boolean {
  return Object.values(caps).some((cap) => cap !== undefined);
}

/** `rates` are the dearest that may hold; `inputTokens` all that the service may count, none of it cached. */
export function grantOutput(
  caps: Caps,
  spent: Spent,
  rates: Rates,
  asked: { inputTokens: number; maxTokens: number },
): Grant {
  const input = (asked.inputTokens * Math.max(rates.miss, rates.hit)) / 1_000_000;
  const tightest = tightestOf(caps, spent);
  if (tightest === undefined) return { kind: 'granted', maxTokens: asked.maxTokens };
  const money = (amount: number): Cost => ({ amount, currency: rates.currency });
  const left = tightest.left - input;
  // A hair less, so that no rounding passes the cap.
  const affordable = rates.output === 0 ? Infinity : Math.floor((left * 1_000_000) / rates.output - 1e-6);
  const name = `the cap of ${formatCost(money(tightest.cap))} ${tightest.of}`;
  if (left >= 0 && affordable >= asked.maxTokens) return { kind: 'granted', maxTokens: asked.maxTokens };
  if (left >= 0 && affordable >= Math.min(leastOutputTokens, asked.maxTokens)) {
    const lowered = `${upperFirst(name)} leaves room for an answer of ${affordable.toLocaleString('en-US')} tokens, so no more was asked for.`;
    return { kind: 'granted', maxTokens: affordable, lowered };
  }
  const worst = money(input + (Math.min(leastOutputTokens, asked.maxTokens) * rates.output) / 1_000_000);
  const spentSoFar = money(tightest.cap - tightest.left);
  const sentence = `Stopped before a request that could pass ${name}: ${formatCost(spentSoFar)} of it are spent or under way, and the next request could cost ${formatCost(worst)} if nothing of it is cached. Nothing was sent; raise the cap to go on.`;
  return { kind: 'refused', sentence };
}

function tightestOf(caps: Caps, spent: Spent): { cap: number; left: number; of: string } | undefined {
  const all = [
    { cap: caps.maxRequestCost, spent: 0, of: 'for one request' },
    { cap: caps.maxTurnCost, spent: spent.turn, of: 'for one turn' },
    { cap: caps.maxSessionCost, spent: spent.session, of: 'for one session' },
    { cap: caps.maxDayCost, spent: spent.day, of: 'for one day' },
  ];
  const set = all.flatMap(({ cap, spent: gone, of }) => (cap === undefined ? [] : [{ cap, left: cap - gone, of }]));
  return set.sort((a, b) => a.left - b.left)[0];
}

export function refuseUnpriced(host: string): string {
  return `The prices of ${host} are not known, so that no cap can be kept there; nothing was sent. Take the caps away to send without them.`;
}

function upperFirst(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
