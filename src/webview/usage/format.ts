import { currencySigns, type Currency } from '../../protocol/money.js';

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

export function formatPercent(share: number | undefined): string {
  return share === undefined ? '–' : `${(100 * share).toFixed(1)} %`;
}

export function exact(value: number): string {
  return value.toLocaleString('en-US');
}
