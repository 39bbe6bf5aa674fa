import { currencySigns, formatCost, type Currency } from '../../protocol/money.js';
import { currencies, type Amounts, type Sums } from './sums.js';

/** Four digits, so that the sums of a column stand below each other. */
export function formatAmount(amount: number, currency: Currency): string {
  const sign = currencySigns[currency];
  if (amount > 0 && amount < 0.00005) return `<${sign}0.0001`;
  return `${sign}${amount.toLocaleString('en-US', { minimumFractionDigits: 4, maximumFractionDigits: 4 })}`;
}

/** On an axis. */
export function formatTick(value: number, decimals: number, currency: Currency): string {
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return `${currencySigns[currency]}${value.toLocaleString('en-US', digits)}`;
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

export function formatPercent(share: number | undefined): string {
  return share === undefined ? '–' : `${(100 * share).toFixed(1)} %`;
}

export function exact(value: number): string {
  return value.toLocaleString('en-US');
}
