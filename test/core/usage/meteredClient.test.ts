import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { streamWithRetry } from '../../../src/core/model/retry.js';
import type { ModelClient, ModelRequest } from '../../../src/core/model/types.js';
import { createLedger, type Ledger } from '../../../src/core/usage/ledger.js';
import { createMeteredClient } from '../../../src/core/usage/meteredClient.js';
import { createNodeFiles } from '../../../src/node/files.js';
import { createFakeClock, realClock } from '../../support/simulator/clocks.js';
import { startSimulator, type Simulator, type Turn } from '../../support/simulator/simulator.js';
import { accountOf, clientOf, collect, requestOf, requestTo } from '../model/support.js';

const signal = new AbortController().signal;
let folder: string;
let ledger: Ledger;
let simulator: Simulator | undefined;
let made = 0;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baleen-metered-'));
  ledger = createLedger({ files: createNodeFiles(), folder, clock: realClock });
});

afterEach(async () => {
  await simulator?.close();
  rmSync(folder, { recursive: true, force: true });
});

const meter = (client: ModelClient, clock = realClock): ModelClient =>
  createMeteredClient({ client, ledger, clock, randomHex: () => `${++made}` });

async function send(script: Turn[], fields: Partial<ModelRequest> = {}): Promise<unknown[]> {
  simulator = await startSimulator({ script });
  const client = meter(clientOf());
  const parts = { clock: realClock, random: () => 0 };
  return collect(streamWithRetry(client, requestTo(simulator, 'openai', fields), parts, signal) as never);
}

test('each attempt has a line, with the kind of its failure, and the answer its usage', async () => {
  await send([
    { fault: { kind: 'answer', status: 429, body: '{"error":{"message":"slow"}}' } },
    { reasoning: 'Why.', text: 'An answer.', fault: { kind: 'cut', after: 'answer' } },
    { reasoning: 'Why.', text: 'An answer.' },
  ]);
  const { lines } = await ledger.read(0);
  expect(lines.map(({ finish, usage }) => [finish, usage !== null])).toEqual([
    ['rate_limit', false],
    ['cut', false],
    ['stop', true],
  ]);
  const [refused, cut, done] = lines;
  expect([refused!.atMost!.amount, done!.requestId]).toEqual([0, 'simulated-trace']);
  expect(cut!.atMost!.amount).toBeGreaterThan(0);
  expect(done).toMatchObject({ answeredBy: 'deepseek-flash', model: 'v4-flash', purpose: 'chat', cost: done!.atMost });
  expect(done!.usage).toEqual(simulator!.requests[2]!.usage);
});

test('the time to the first token and to the end are those of the clock', async () => {
  const clock = createFakeClock();
  const client: ModelClient = {
    async *stream() {
      yield { type: 'waiting', reason: 'queued', seconds: 1 };
      await clock.advance(1500);
      yield { type: 'reasoning', text: 'Why.' };
      await clock.advance(2500);
      const usage = { cacheHitTokens: 0, cacheMissTokens: 10, outputTokens: 5, reasoningTokens: 1 };
      const message = { role: 'assistant', reasoning: 'Why.', text: 'x', calls: [] } as const;
      yield { type: 'done', message: { ...message, calls: [] }, stopReason: 'stop', usage, model: 'm' };
    },
  };
  await collect(meter(client, clock).stream(requestOf(), signal));
  expect((await ledger.read(0)).lines).toMatchObject([{ firstTokenMs: 1500, durationMs: 4000 }]);
});

test('an answer that ends in peak hours costs what held when it was sent, on the ledger and as it is told', async () => {
  const clock = createFakeClock(Date.parse('2026-11-23T00:59:59Z'));
  const usage = { cacheHitTokens: 0, cacheMissTokens: 1_000_000, outputTokens: 0, reasoningTokens: 0 };
  const client: ModelClient = {
    async *stream() {
      await clock.advance(60_000);
      const message = { role: 'assistant', reasoning: 'Why.', text: 'x', calls: [] } as const;
      yield { type: 'done', message: { ...message, calls: [] }, stopReason: 'stop', usage, model: 'm' };
    },
  };
  ledger = createLedger({ files: createNodeFiles(), folder, clock });
  const events = await collect(meter(client, clock).stream(requestOf(), signal));
  const offPeak = { amount: 0.15, currency: 'USD' };
  expect(events.at(-1)).toMatchObject({ type: 'done', cost: offPeak });
  expect((await ledger.read(0)).lines).toMatchObject([{ cost: offPeak, rates: { isPeak: false } }]);
});

test('a caller that stops reading leaves an aborted line', async () => {
  simulator = await startSimulator({ script: [{ reasoning: 'Why.', text: 'An answer.' }] });
  for await (const event of meter(clientOf()).stream(requestTo(simulator, 'openai'), signal))
    if (event.type === 'reasoning') break;
  expect((await ledger.read(0)).lines).toMatchObject([{ finish: 'aborted', usage: null, cost: null }]);
});

test('without known prices a cap refuses, and without caps the request goes out', async () => {
  const model = { ...requestOf().model, prices: [] };
  const refused = await send([{ text: 'x' }], { model, account: accountOf({ caps: { maxTurnCost: 2 } }) });
  expect(refused).toMatchObject([
    { type: 'failed', failure: { kind: 'cap', message: expect.stringContaining('prices of DeepSeek') as string } },
  ]);
  expect(simulator!.requests).toHaveLength(0);
  await simulator!.close();
  await send([{ text: 'x' }], { model });
  expect((await ledger.read(0)).lines).toMatchObject([{ cost: null, atMost: null, finish: 'stop' }]);
});

test('a rehearsal is in no line, and costs nothing', async () => {
  const events = await send([{ text: 'x' }], { account: accountOf({ rehearsal: true }) });
  expect(events.at(-1)).toMatchObject({ type: 'done', cost: { amount: 0 } });
  expect((await ledger.read(0)).lines).toEqual([]);
});
