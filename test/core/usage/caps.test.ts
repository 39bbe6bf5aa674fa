import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { findHost, serveModel } from '../../../src/core/model/catalogue.js';
import { costOf, ratesAt, type Rates } from '../../../src/core/model/prices.js';
import type { ModelEvent } from '../../../src/core/model/types.js';
import { grantOutput, type Caps, type Spent } from '../../../src/core/usage/caps.js';
import { createLedger } from '../../../src/core/usage/ledger.js';
import { createMeteredClient } from '../../../src/core/usage/meteredClient.js';
import { createNodeFiles } from '../../../src/node/files.js';
import { realClock } from '../../support/simulator/clocks.js';
import { startSimulator, type RecordedRequest, type Turn } from '../../support/simulator/simulator.js';
import { accountOf, clientOf, requestTo } from '../model/support.js';

const rates: Rates = { currency: 'USD', hit: 0.1, miss: 1, output: 10, isPeak: false };
const nothing: Spent = { turn: 0, session: 0, day: 0 };

describe('what a cap leaves', () => {
  test('is the whole answer, less of it, or no request', () => {
    const asked = { inputTokens: 100_000, maxTokens: 65_536 };
    const grant = (caps: Caps, spent = nothing) => grantOutput(caps, spent, rates, asked);
    expect(grant({})).toEqual({ kind: 'granted', maxTokens: 65_536 });
    expect(grant({ maxTurnCost: 1 })).toEqual({ kind: 'granted', maxTokens: 65_536 });
    expect(grant({ maxTurnCost: 0.2 })).toMatchObject({ kind: 'granted', maxTokens: 9999 });
    expect(grant({ maxTurnCost: 0.2 }, { ...nothing, turn: 0.06 })).toMatchObject({ kind: 'refused' });
    expect(grant({ maxTurnCost: 9, maxDayCost: 0.05 })).toMatchObject({
      kind: 'refused',
      sentence: expect.stringMatching(/cap of \$0\.05 for one day/) as string,
    });
  });

  test('a request that asks for little is not refused for want of 4K', () => {
    expect(grantOutput({ maxRequestCost: 0.0002 }, nothing, rates, { inputTokens: 100, maxTokens: 1 }).kind).toBe(
      'granted',
    );
  });
});

let folder: string | undefined;
afterEach(() => rmSync(folder ?? '', { recursive: true, force: true }));

const model = serveModel(findHost('deepseek')!, 'v4-pro')!;
const at = Date.parse('2026-11-26T12:00:00Z');
const windowClock = { ...realClock, now: () => at };

let made = 0;

type End = 'answer' | 'reset' | 'cut' | 'error' | 'refused' | 'cancel';

interface Op {
  window: number;
  session: number;
  turn: number;
  input: number;
  maxTokens: number;
  /** Of the output that is allowed. */
  share: number;
  end: End;
}

const op: fc.Arbitrary<Op> = fc.record({
  window: fc.nat(1),
  session: fc.nat(1),
  turn: fc.nat(1),
  input: fc.integer({ min: 10, max: 400_000 }),
  maxTokens: fc.constantFrom(1, 4096, 16_384, 65_536),
  share: fc.constantFrom(0, 0.3, 1),
  end: fc.constantFrom<End>('answer', 'answer', 'answer', 'reset', 'cut', 'error', 'refused', 'cancel', 'cancel'),
});

/** In money: from less than one request to dozens. */
const cap = fc.option(fc.double({ min: 0.05, max: 1.5, noNaN: true }), { nil: undefined, freq: 2 });

function turnOf({ share, end, input }: Op, request: RecordedRequest): Turn {
  const outputTokens = Math.max(1, Math.floor(share * (request.parsed.maxTokens ?? 0)));
  const usage = { cacheHitTokens: 0, cacheMissTokens: input, outputTokens, reasoningTokens: 0 };
  const turn: Turn = { reasoning: 'Why.', text: 'An answer.', usage };
  if (end === 'reset') return { ...turn, fault: { kind: 'reset' } };
  if (end === 'cut') return { ...turn, fault: { kind: 'cut', after: 'answer' } };
  if (end === 'cancel') return { ...turn, fault: { kind: 'silence', afterEvents: 2 } };
  if (end === 'error')
    return { ...turn, fault: { kind: 'insert', afterEvents: 0, text: 'data: {"error":{"message":"broken"}}\n\n' } };
  if (end === 'refused') return { ...turn, fault: { kind: 'answer', status: 429, body: 'Slow down' } };
  return turn;
}

const billedBy = ({ usage }: RecordedRequest): number =>
  usage === undefined ? 0 : costOf(usage, ratesAt({ model, currency: 'USD', rehearsal: false }, at))!.amount;

test('a cancelled request counts at the most that it can have cost, a refused one not at all', async () => {
  folder = mkdtempSync(join(tmpdir(), 'baleen-caps-'));
  const faults: Turn[] = [
    { fault: { kind: 'answer', status: 400, body: 'no' } },
    { reasoning: 'Why.', text: 'x', fault: { kind: 'silence', afterEvents: 2 } },
    { text: 'never sent' },
  ];
  const simulator = await startSimulator({ script: faults });
  const ledger = createLedger({ files: createNodeFiles(), folder, clock: windowClock });
  const client = createMeteredClient({ client: clientOf(), ledger, clock: windowClock, randomHex: () => `${++made}` });
  // One request of 10,000 and 4,096 tokens is at most $0.01472.
  const account = accountOf({ countedTokens: 9000, mostTokens: 10_000, caps: { maxDayCost: 0.02 } });
  const ends: string[] = [];
  for (let sent = 0; sent < 3; sent++) {
    const controller = new AbortController();
    const request = requestTo(simulator, 'openai', { model, account, maxTokens: 4096 });
    for await (const event of client.stream(request, controller.signal)) {
      if (event.type === 'reasoning') controller.abort();
      if (event.type === 'failed') ends.push(event.failure.kind);
      if (event.type === 'aborted') ends.push(event.type);
    }
  }
  await simulator.close();
  expect(ends).toEqual(['bad_request', 'aborted', 'cap']);
  expect(simulator.requests).toHaveLength(2);
});

test(
  'over random requests of two windows, with failures and cancellations, what is billed never passes a cap',
  { timeout: 600_000 },
  async () => {
    const runs = process.env.BALEEN_SOAK === '1' ? 300 : 25;
    let sent = 0;
    let stopped = 0;
    const property = fc.asyncProperty(
      fc.array(fc.array(op, { minLength: 1, maxLength: 2 }), { minLength: 4, maxLength: 12 }),
      fc.record({ maxRequestCost: cap, maxTurnCost: cap, maxSessionCost: cap, maxDayCost: cap }),
      async (rounds, wanted) => {
        const caps = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined)) as Caps;
        folder = mkdtempSync(join(tmpdir(), 'baleen-caps-'));
        const ops = new Map<string, Op>();
        const billed = new Map<string, number>();
        const add = (key: string, amount: number): void => void billed.set(key, (billed.get(key) ?? 0) + amount);
        const simulator = await startSimulator({
          script: (request) => {
            const last = request.parsed.messages.at(-1);
            return turnOf(ops.get(last !== undefined && 'text' in last ? last.text : '')!, request);
          },
        });
        const windows = [0, 1].map(() =>
          createMeteredClient({
            client: clientOf(),
            ledger: createLedger({ files: createNodeFiles(), folder: folder!, clock: windowClock }),
            clock: windowClock,
            randomHex: () => `${++made}`,
          }),
        );
        const send = async (one: Op): Promise<void> => {
          const name = `request ${ops.size}`;
          ops.set(name, one);
          const account = accountOf({
            ...{
              session: `s${one.session}`,
              turn: one.turn,
              caps,
              countedTokens: one.input,
              mostTokens: one.input + 50,
            },
          });
          const messages = [{ role: 'user', text: name } as const];
          const request = requestTo(simulator, 'openai', { model, account, messages, maxTokens: one.maxTokens });
          const controller = new AbortController();
          const events: ModelEvent[] = [];
          for await (const event of windows[one.window]!.stream(request, controller.signal)) {
            events.push(event);
            if (one.end === 'cancel' && event.type === 'reasoning') controller.abort();
          }
          const last = events.at(-1)!;
          if (last.type === 'failed' && last.failure.kind === 'cap') stopped++;
        };
        try {
          for (const round of rounds) {
            await Promise.all(round.map(send));
            billed.clear();
            sent += round.length;
            for (const request of simulator.requests) {
              const last = request.parsed.messages.at(-1)!;
              const one = ops.get('text' in last ? last.text : '')!;
              const amount = billedBy(request);
              add('day', amount);
              add(`session ${one.session}`, amount);
              add(`turn ${one.turn} of ${one.session}`, amount);
              if (caps.maxRequestCost !== undefined) expect(amount).toBeLessThanOrEqual(caps.maxRequestCost);
            }
            for (const [key, amount] of billed) {
              const most = { d: caps.maxDayCost, s: caps.maxSessionCost, t: caps.maxTurnCost }[
                key[0] as 'd' | 's' | 't'
              ];
              if (most !== undefined) expect(amount).toBeLessThanOrEqual(most + 1e-12);
            }
          }
        } finally {
          await simulator.close();
          rmSync(folder, { recursive: true, force: true });
        }
      },
    );
    await fc.assert(property, { numRuns: runs, seed: 20261126, endOnFailure: true });
    // Neither all nor nothing was stopped.
    expect(stopped).toBeGreaterThan(sent / 20);
    expect(stopped).toBeLessThan((19 * sent) / 20);
  },
);
