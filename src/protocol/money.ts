/** Sums of money, in the currency in which the user's account is billed. */

export type Currency = 'USD' | 'CNY';

export interface Money {
  readonly amount: number;
  readonly currency: Currency;
}

/** What something costs; `null` where it is not known: a host without known prices, or sums of two currencies. */
export type Cost = Money | null;

/** Begins every sum, of either currency. */
export const free: Money = { amount: 0, currency: 'USD' };

/** Of sending some input: with nothing of it in the prefix cache, and with all of it there. */
export interface SendPrice {
  first: Cost;
  further: Cost;
}

export function addCost(a: Cost, b: Cost): Cost {
  if (a === null || b === null) return null;
  if (a.amount === 0) return b;
  if (b.amount === 0) return a;
  return a.currency === b.currency ? { amount: a.amount + b.amount, currency: a.currency } : null;
}

export const currencySigns: Record<Currency, string> = { USD: '$', CNY: '¥' };

/** Small sums keep two digits that say something: $0, <$0.0001, $0.0018, $0.09, ¥1.20. */
export function formatCost(cost: Cost): string {
  if (cost === null) return 'price not known';
  const sign = currencySigns[cost.currency];
  const { amount } = cost;
  if (amount === 0) return `${sign}0`;
  if (amount < 0.00005) return `<${sign}0.0001`;
  return `${sign}${amount < 0.01 ? amount.toFixed(4) : amount.toFixed(2)}`;
}

/** Every digit of a rate: $0.003, ¥13.5. */
export function formatRate({ amount, currency }: Money): string {
  return `${currencySigns[currency]}${amount}`;
}
