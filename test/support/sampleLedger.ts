/** Weeks of work as a ledger has them: quiet weekends, a primer a day, reviews, now and then a refactoring on the dearer model. */
import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findHost, serveModel } from '../../src/core/model/catalogue.js';
import { costOf, ratesAt } from '../../src/core/model/prices.js';
import { renderChecked } from '../../src/core/checkedLine.js';
import { usageFolder } from '../../src/node/stateFolder.js';
import type { Currency } from '../../src/protocol/money.js';
import type { LedgerLine, Purpose } from '../../src/protocol/usage.js';
import { makeRandom, type Random } from './seededRandom.js';

export interface SampleLedgerOptions {
  /** Local day, `YYYY-MM-DD`. */
  lastDay: string;
  days: number;
  currency?: Currency;
}

/** The same options give the same lines, oldest first. Prices are those of the moment at which a line was sent. */
export function makeLedgerLines({ lastDay, days, currency = 'USD' }: SampleLedgerOptions): LedgerLine[] {
  const random = makeRandom(11);
  const [year = 0, month = 1, date = 1] = lastDay.split('-').map(Number);
  const lines: LedgerLine[] = [];
  for (let before = days - 1; before >= 0; before--) {
    const weekday = new Date(year, month - 1, date - before).getDay();
    if ((weekday === 0 || weekday === 6) && random.below(10) < 8) continue;
    const timeOf = (): number =>
      new Date(year, month - 1, date - before, 8 + random.below(11), random.below(60)).getTime();
    for (const { purpose, requests } of choosePurposes(random)) {
      for (let request = 0; request < requests; request++) lines.push(makeLine(random, timeOf(), purpose, currency));
    }
  }
  return lines.sort((a, b) => Date.parse(a.at) - Date.parse(b.at)).map((line, at) => ({ ...line, id: `sample${at}` }));
}

/** As the product would have written them, into the state folder `base`. */
export async function writeLedger(base: string, lines: readonly LedgerLine[]): Promise<void> {
  const folder = usageFolder(base);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const line of lines) await appendFile(join(folder, `${line.at.slice(0, 7)}.jsonl`), renderChecked(line));
}

function choosePurposes(random: Random): { purpose: Purpose; requests: number }[] {
  const some = (): number => 2 + random.below(14);
  return [
    { purpose: 'primer', requests: 1 },
    { purpose: 'chat', requests: some() },
    { purpose: 'compaction', requests: 1 },
    ...(random.below(3) > 0 ? [{ purpose: 'review' as const, requests: some() }] : []),
    ...(random.below(4) === 0 ? [{ purpose: 'refactor' as const, requests: some() }] : []),
    ...(random.below(3) === 0 ? (['run', 'ask'] as const).map((purpose) => ({ purpose, requests: some() })) : []),
  ];
}

function makeLine(random: Random, epochMs: number, purpose: Purpose, currency: Currency): LedgerLine {
  const model = serveModel(findHost('deepseek')!, purpose === 'refactor' ? 'v4-pro' : 'v4-flash')!;
  const inputTokens = 380_000 + random.below(40_000);
  const isCold = purpose === 'primer' || random.below(30) === 0;
  const cacheHitTokens = isCold ? 0 : inputTokens - random.below(9000);
  const outputTokens = purpose === 'primer' ? 1 : 200 + random.below(2400);
  const told = { outputTokens, reasoningTokens: Math.floor(outputTokens / 3) };
  const usage = { cacheHitTokens, cacheMissTokens: inputTokens - cacheHitTokens, ...told };
  const rates = ratesAt({ model, currency, rehearsal: false }, epochMs);
  const hasFailed = purpose !== 'primer' && random.below(120) === 0;
  const cost = hasFailed ? null : costOf(usage, rates);
  const firstTokenMs = Math.round((isCold ? 9000 : 700) * 2 ** (random.below(300) / 100 - 1));
  return {
    ...{ version: 1, id: '', at: new Date(epochMs).toISOString(), purpose, session: 'sample', turn: 1 },
    ...{ model: model.id, answeredBy: null, host: 'deepseek', origin: 'https://api.deepseek.com', wire: 'openai' },
    ...{ thinking: 'high', countedTokens: inputTokens, expectedHitTokens: cacheHitTokens },
    usage: hasFailed ? null : usage,
    rates: rates && { hit: rates.hit, miss: rates.miss, output: rates.output, isPeak: rates.isPeak },
    cost,
    atMost: hasFailed ? { amount: 0, currency } : cost,
    finish: hasFailed ? 'overloaded' : 'stop',
    firstTokenMs: hasFailed ? null : firstTokenMs,
    durationMs: firstTokenMs + outputTokens * 15,
    ...{ requestId: null, fingerprint: null, prefix: { lane: '', input: '' } },
  };
}
