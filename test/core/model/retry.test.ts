import type { Breaker } from '../../../src/core/model/breaker.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  failureOf,
  failureOfAnswer,
  failureOfNetworkError,
  parseRetryAfter,
  redact,
} from '../../../src/core/model/failures.js';
import { planRetry, streamWithRetry } from '../../../src/core/model/retry.js';
import type { RetryEvent } from '../../../src/core/model/retry.js';
import type { ModelClient, ModelEvent } from '../../../src/core/model/types.js';
import { createFakeClock } from '../../support/simulator/clocks.js';
import { requestOf } from './support.js';

const nowMs = Date.parse('2026-11-22T12:00:00Z');

describe('API-10: Retry-After', () => {
  it.each([
    ['2', 2000],
    ['0', 0],
    ['Sun, 22 Nov 2026 12:00:03 GMT', 3000],
    ['Sun, 22 Nov 2026 11:00:00 GMT', 0],
    ['36000', 36_000_000],
    ['soon', undefined],
    ['', undefined],
    [null, undefined],
  ])('reads %j', (header, expected) => {
    expect(parseRetryAfter(header, nowMs)).toBe(expected);
  });

  const limited = (retryAfter: string | null): ReturnType<typeof failureOfAnswer> =>
    failureOfAnswer({ status: 429, body: '', contentType: '', retryAfter, requestId: 'id-1', nowMs, secrets: [] });

  it('waits as long as asked, backs off when nothing was asked, and leaves a long wait to the user', () => {
    const parts = { clock: createFakeClock(), random: () => 0.5 };
    expect(planRetry(limited('2'), 1, 0, parts)).toBe(2000);
    expect(planRetry(limited('Sun, 22 Nov 2026 12:00:03 GMT'), 1, 0, parts)).toBe(3000);
    expect(planRetry(limited(null), 1, 0, parts)).toBe(500);
    expect(planRetry(limited('120'), 1, 0, parts)).toBe(120_000);
    expect(planRetry(limited('121'), 1, 0, parts)).toBeUndefined();
    expect(limited('2')).toMatchObject({ kind: 'rate_limit', requestId: 'id-1' });
  });
});

describe('the plan of repetitions', () => {
  it('api-9.21: never waits above the cap, never repeats what cannot help, and ends', () => {
    const kinds = [
      'key',
      'balance',
      'moderation',
      'overflow',
      'bad_request',
      'reasoning_missing',
      'tls',
      'secret',
      'not_the_api',
    ] as const;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.nat(400_000),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempt, elapsed, draw) => {
          const parts = { clock: createFakeClock(), random: () => draw };
          for (const kind of kinds) expect(planRetry(failureOf(kind, ''), attempt, elapsed, parts)).toBeUndefined();
          const wait = planRetry(failureOf('server', ''), attempt, elapsed, parts);
          if (attempt > 5 || elapsed > 180_000) expect(wait).toBeUndefined();
          if (wait !== undefined) {
            expect(wait).toBeLessThanOrEqual(Math.min(30_000, 1000 * 2 ** (attempt - 1)));
            expect(elapsed + wait).toBeLessThanOrEqual(180_000);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('api-9.21: gives up after five repetitions and says so', async () => {
    const clock = createFakeClock();
    let asked = 0;
    const client: ModelClient = {
      async *stream() {
        asked++;
        yield { type: 'text', text: `try ${asked}` };
        yield { type: 'failed', failure: failureOf('server', 'It is down.') };
      },
    };
    const events: (ModelEvent | RetryEvent)[] = [];
    const parts = { clock, random: () => 0.999 };
    const running = (async () => {
      for await (const event of streamWithRetry(client, requestOf(), parts, new AbortController().signal))
        events.push(event);
    })();
    await clock.advance(60_000);
    await running;
    expect(asked).toBe(6);
    expect(clock.sleeps).toEqual([999, 1998, 3996, 7992, 15984]);
    expect(events.at(-1)).toMatchObject({
      type: 'failed',
      failure: { message: expect.stringContaining('6 times') as string },
    });
  });
});

it('asks the breaker by the server, whichever of its addresses a wire has', async () => {
  const asked: string[] = [];
  const breaker: Breaker = {
    remainingMs: async (origin) => (asked.push(origin), 60_000),
    noteFailure: async () => undefined,
    noteSuccess: async () => undefined,
  };
  const client: ModelClient = { stream: () => expect.fail('the server was asked') };
  const parts = { clock: createFakeClock(), random: () => 0, breaker };
  for (const path of ['', '/anthropic']) {
    const request = requestOf({ baseUrl: `https://api.example.com${path}` });
    for await (const event of streamWithRetry(client, request, parts, new AbortController().signal))
      expect(event).toMatchObject({ type: 'failed', failure: { kind: 'server' } });
  }
  expect(asked).toEqual(['https://api.example.com', 'https://api.example.com']);
});

describe('network errors', () => {
  const withCode = (code: string): Error =>
    new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });

  it.each([
    'CERT_HAS_EXPIRED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ])('API-27: %s is named and not repeated', (code) => {
    const failure = failureOfNetworkError(withCode(code), 'connecting', []);
    expect(failure).toMatchObject({ kind: 'tls', retryable: false });
    expect(failure.message).toContain(code);
  });

  it.each([
    ['ECONNRESET', 'connecting', 'network', true],
    ['ENOTFOUND', 'connecting', 'network', false],
    ['EAI_AGAIN', 'connecting', 'network', false],
    ['UND_ERR_CONNECT_TIMEOUT', 'connecting', 'network', false],
    ['ETIMEDOUT', 'streaming', 'cut', true],
    ['Z_DATA_ERROR', 'streaming', 'cut', true],
  ] as const)('%s while %s', (code, phase, kind, retryable) => {
    expect(failureOfNetworkError(withCode(code), phase, [])).toMatchObject({ kind, retryable });
  });

  it('looks into aggregated connection attempts', () => {
    const error = new TypeError('fetch failed', { cause: new AggregateError([withCode('ECONNREFUSED')]) });
    expect(failureOfNetworkError(error, 'connecting', []).message).toContain('ECONNREFUSED');
  });
});

it('redacts keys, tokens and control characters, and bounds the rest', () => {
  const text = redact(`a my-secret-1 b sk-0123456789abcdef c Bearer abcdefghijkl \u001b[31m${'x'.repeat(1000)}`, [
    'my-secret-1',
  ]);
  expect(text).not.toMatch(/my-secret-1|0123456789|abcdefghijkl/);
  expect(text).not.toContain('\u001b');
  expect(text.length).toBeLessThanOrEqual(300);
});
