/** Ledger lines as tests make them. */
import type { Money } from '../../../src/protocol/money.js';
import type { LedgerLine } from '../../../src/protocol/usage.js';

let made = 0;

export const usd = (amount: number): Money => ({ amount, currency: 'USD' });

export function lineOf(fields: Partial<LedgerLine> = {}): LedgerLine {
  const usage = { cacheHitTokens: 0, cacheMissTokens: 1000, outputTokens: 100, reasoningTokens: 50 };
  return {
    ...{ version: 1, id: `line-${++made}`, at: '2026-11-26T12:00:00.000Z', purpose: 'chat', session: 's', turn: 1 },
    ...{ model: 'v4-flash', answeredBy: 'deepseek-flash', host: 'deepseek', origin: 'https://api.deepseek.com' },
    ...{ wire: 'openai', thinking: 'high', countedTokens: 1000, expectedHitTokens: 0, usage },
    rates: { hit: 0.003, miss: 0.15, output: 0.6, isPeak: false },
    ...{ cost: usd(0.00021), atMost: usd(0.00021), finish: 'stop', firstTokenMs: 200, durationMs: 1000 },
    ...{ requestId: null, fingerprint: null, prefix: { lane: 'lane', input: `input-${made}` } },
    ...fields,
  };
}
