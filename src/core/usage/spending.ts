/** What was spent, by day, session and turn, from the ledger's lines. */
import type { Currency } from '../../protocol/money.js';
import type { LedgerLine } from '../../protocol/usage.js';
import { amountIn, type Spent } from './caps.js';
import { localDay } from './days.js';

export interface Spending {
  note(line: LedgerLine): void;
  /** Requests that are under way, or whose process died, count at the most that they may cost. */
  spent(currency: Currency, of: { nowMs: number; session: string; turn: number }): Spent;
}

export function createSpending(): Spending {
  const open = new Map<string, LedgerLine>();
  const sums = new Map<string, Record<Currency, number>>();
  const add = (line: LedgerLine, sign: 1 | -1): void => {
    if (line.atMost === null) return;
    const { amount, currency } = line.atMost;
    for (const key of [dayKey(Date.parse(line.at)), sessionKey(line.session), turnKey(line.session, line.turn)]) {
      const sum = sums.get(key) ?? { USD: 0, CNY: 0 };
      sum[currency] += sign * amount;
      sums.set(key, sum);
    }
  };
  const sumOf = (key: string, currency: Currency): number => {
    const sum = sums.get(key) ?? { USD: 0, CNY: 0 };
    const parts = (['USD', 'CNY'] as const).map((one) => amountIn(currency, { amount: sum[one], currency: one }));
    return Math.max(0, parts[0]! + parts[1]!);
  };
  return {
    note(line) {
      const before = open.get(line.id);
      if (before !== undefined) add(before, -1);
      if (line.finish === 'open') open.set(line.id, line);
      else open.delete(line.id);
      add(line, 1);
    },
    spent: (currency, { nowMs, session, turn }) => ({
      turn: sumOf(turnKey(session, turn), currency),
      session: sumOf(sessionKey(session), currency),
      day: sumOf(dayKey(nowMs), currency),
    }),
  };
}

function dayKey(epochMs: number): string {
  return `day ${localDay(epochMs)}`;
}

function sessionKey(session: string): string {
  return `session ${session}`;
}

function turnKey(session: string, turn: number): string {
  return `turn ${turn} of ${session}`;
}
