/** The fault cases of the API by their ids, over real sockets. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/core/host.js';
import { streamWithRetry } from '../../../src/core/model/retry.js';
import type { RetryEvent } from '../../../src/core/model/retry.js';
import type { ModelEvent } from '../../../src/core/model/types.js';
import type { Fault } from '../../support/simulator/faults.js';
import { simulatedKey, startSimulator } from '../../support/simulator/simulator.js';
import type { Simulator, Turn } from '../../support/simulator/simulator.js';
import { ask, clientOf, doneOf, failureOfEvents, lastOf, requestTo, textOf, wires } from './support.js';

let simulator: Simulator | undefined;

afterEach(async () => {
  await simulator?.close();
  simulator = undefined;
});

const reply: Turn = {
  reasoning: 'a long thought, first one thing, then the other',
  text: 'The answer is 42 and nothing else.',
};
const calling: Turn = {
  reasoning: 'think',
  text: '',
  calls: [
    { id: 'call_1', name: 'edit_file', arguments: '{"path":"src/a.ts","text":"something long enough for two pieces"}' },
  ],
};

async function run(
  wire: 'openai' | 'anthropic',
  ...script: Turn[]
): Promise<{ events: ModelEvent[]; simulator: Simulator }> {
  simulator = await startSimulator({ script });
  return { events: await ask(clientOf(), requestTo(simulator, wire)), simulator };
}

/** Time passes only in the waits between attempts, and those take none. */
function createInstantClock(): Clock & { waits: number[] } {
  let nowMs = 0;
  const waits: number[] = [];
  return {
    waits,
    now: () => nowMs,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      waits.push(ms);
      nowMs += ms;
    },
  };
}

interface Retried {
  events: (ModelEvent | RetryEvent)[];
  waits: number[];
  requests: number;
}

async function runWithRetry(wire: 'openai' | 'anthropic', ...script: Turn[]): Promise<Retried> {
  simulator = await startSimulator({ script });
  const clock = createInstantClock();
  const events: (ModelEvent | RetryEvent)[] = [];
  const draws = [0.9, 0.5, 0.7, 0.3, 0.8];
  const parts = { clock, random: () => draws[clock.waits.length] ?? 0.5 };
  const stream = streamWithRetry(clientOf(), requestTo(simulator, wire), parts, new AbortController().signal);
  for await (const event of stream) events.push(event);
  return { events, waits: clock.waits, requests: simulator.requests.length };
}

/** What remains when every `retry` voids what came before it. */
function keptText(events: readonly (ModelEvent | RetryEvent)[]): string {
  const start = events.findLastIndex((event) => event.type === 'retry');
  return textOf(events.slice(start + 1) as ModelEvent[], 'text');
}

function done(events: readonly (ModelEvent | RetryEvent)[]): Extract<ModelEvent, { type: 'done' }> {
  return doneOf(events as ModelEvent[]);
}

const error = (status: number, message: string, type = 'invalid_request_error'): Fault => ({
  kind: 'answer',
  status,
  body: JSON.stringify({ error: { message, type, param: null, code: type } }),
});

describe.each(wires)('faults on the %s wire', (wire) => {
  it('API-01: two resets before headers, then fine', async () => {
    const { events, waits } = await runWithRetry(
      wire,
      { fault: { kind: 'reset' } },
      { fault: { kind: 'reset' } },
      reply,
    );
    expect(done(events).message.text).toBe(reply.text);
    expect(waits).toEqual([900, 1000]);
    expect(events.filter((event) => event.type === 'retry')).toHaveLength(2);
  });

  it('API-02: a reset in mid-reasoning is a cut, and the repeated answer stands once', async () => {
    const { events } = await runWithRetry(wire, { ...reply, fault: { kind: 'cut', after: 'first one' } }, reply);
    expect(events.find((event) => event.type === 'retry')?.failure).toMatchObject({ kind: 'cut', retryable: true });
    expect(events.some((event) => event.type === 'reasoning')).toBe(true);
    expect(keptText(events)).toBe(reply.text);
    expect(done(events).message).toMatchObject({ reasoning: reply.reasoning, text: reply.text });
  });

  it('API-03: a reset inside the arguments of a tool call gives no call', async () => {
    const { events } = await run(wire, { ...calling, fault: { kind: 'cut', after: 'src/a.ts' } });
    expect(failureOfEvents(events)).toMatchObject({ kind: 'cut', retryable: true });
  });

  it.each(['first one', 'answer is'])(
    'API-04: a clean end without finish reason and end mark, after %j',
    async (after) => {
      const { events } = await run(wire, { ...reply, fault: { kind: 'cut', after, clean: true } });
      expect(failureOfEvents(events)).toMatchObject({ kind: 'cut', retryable: true });
    },
  );

  const isEndMark = (event: string): boolean => event.includes('[DONE]') || event.includes('"message_stop"');

  it('api-9.6, API-05: a finish reason, then the end without end mark', async () => {
    const text = await run(wire, { ...reply, fault: { kind: 'drop', drop: isEndMark } });
    expect(doneOf(text.events).message.text).toBe(reply.text);
    await simulator?.close();
    const call = await run(wire, { ...calling, fault: { kind: 'drop', drop: isEndMark } });
    expect(failureOfEvents(call.events)).toMatchObject({ kind: 'cut', retryable: true });
  });

  it('API-06: an end mark without finish reason', async () => {
    const drop = (event: string): boolean => /"(finish|stop)_reason":"/.test(event);
    const text = await run(wire, { ...reply, fault: { kind: 'drop', drop } });
    expect(doneOf(text.events)).toMatchObject({ stopReason: 'length', message: { text: reply.text } });
    await simulator?.close();
    const call = await run(wire, { ...calling, fault: { kind: 'drop', drop } });
    expect(failureOfEvents(call.events)).toMatchObject({ kind: 'cut', retryable: true });
  });

  it('API-11: 500, 502, 503, 504, then fine; the waits grow and vary', async () => {
    const statuses = [500, 502, 503, 504].map((status) => ({
      fault: error(status, 'Service is too busy.', 'server_error'),
    }));
    const { events, waits, requests } = await runWithRetry(wire, ...statuses, reply);
    expect(done(events).message.text).toBe(reply.text);
    expect(waits).toEqual([900, 1000, 2800, 2400]);
    expect(requests).toBe(5);
  });

  it('API-12: a wrong key is told at once, once, and without the key', async () => {
    simulator = await startSimulator({ script: [reply] });
    const wrong = 'sk-wrong-key-0123456789';
    const failure = failureOfEvents(await ask(clientOf(), requestTo(simulator, wire, { apiKey: wrong })));
    expect(failure).toMatchObject({ kind: 'key', retryable: false, status: 401 });
    expect(failure.message).toContain('Authentication Fails (governor)');
    expect(JSON.stringify(failure)).not.toContain(wrong);
  });

  it('API-13: an empty balance', async () => {
    const { events, requests } = await runWithRetry(wire, { fault: error(402, 'Insufficient Balance') });
    expect(failureOfEvents(events as ModelEvent[])).toMatchObject({ kind: 'balance', retryable: false, status: 402 });
    expect(requests).toBe(1);
  });

  it('API-14: refusals of the request itself, told apart', async () => {
    const overflow =
      "This model's maximum context length is 1048576 tokens. However, you requested 1050237 tokens (666237 in the messages, 384000 in the completion). Please reduce the length of the messages or completion.";
    const cases = [
      [422, 'Invalid parameter', 'bad_request'],
      [400, 'Model Not Exist', 'bad_request'],
      [400, 'Content Exists Risk', 'moderation'],
      [
        400,
        'The `reasoning_content` in the thinking mode must be passed back to the API. (request_id: 1)',
        'reasoning_missing',
      ],
      [400, 'The `content[].thinking` in the thinking mode must be passed back to the API.', 'reasoning_missing'],
      [400, 'The `reasoning_text` in the thinking mode must be passed back to the API.', 'reasoning_missing'],
      [400, overflow, 'overflow'],
    ] as const;
    for (const [status, message, kind] of cases) {
      const { events, requests } = await runWithRetry(wire, { fault: error(status, message) });
      const failure = failureOfEvents(events as ModelEvent[]);
      expect(failure).toMatchObject({ kind, retryable: false, status });
      expect(requests).toBe(1);
      if (kind === 'overflow')
        expect(failure.overflow).toEqual({
          windowTokens: 1_048_576,
          messageTokens: 666_237,
          completionTokens: 384_000,
        });
      await simulator?.close();
    }
  });

  it('API-14: the strict server refuses a request that would overflow, in the same words', async () => {
    simulator = await startSimulator({ script: [reply], tokenCount: (text) => text.length });
    const messages = [{ role: 'user', text: 'x'.repeat(800_000) }] as const;
    const request = requestTo(simulator, wire, { messages, maxTokens: 393_216 });
    const failure = failureOfEvents(await ask(clientOf(), request));
    expect(failure.overflow).toMatchObject({ windowTokens: 1_048_576, completionTokens: 393_216 });
    expect(failure.overflow?.messageTokens).toBeGreaterThan(800_000);
  });

  it('API-15: a login page, and a redirect that gets no key', async () => {
    const html: Fault = { kind: 'answer', status: 200, body: '<html>Log in</html>', contentType: 'text/html' };
    const page = await run(wire, { fault: html });
    expect(failureOfEvents(page.events)).toMatchObject({ kind: 'not_the_api', retryable: false });
    expect(failureOfEvents(page.events).message).not.toContain('<html>');
    await simulator?.close();
    const unmarked = await run(wire, { fault: { ...html, contentType: 'text/event-stream' } });
    expect(failureOfEvents(unmarked.events).kind).toBe('not_the_api');
    await simulator?.close();
    const target = await startSimulator({ script: [reply] });
    const moved: Fault = { kind: 'answer', status: 302, body: '', headers: { location: `${target.origin}/login` } };
    const redirect = await run(wire, { fault: moved });
    expect(failureOfEvents(redirect.events)).toMatchObject({ kind: 'not_the_api', status: 302 });
    expect(target.requests).toEqual([]);
    await target.close();
  });

  it('API-16: an error object in the middle of the stream', async () => {
    const inserted = (type: string, message: string): Turn => {
      const text = `${wire === 'anthropic' ? 'event: error\n' : ''}data: ${JSON.stringify({ type: 'error', error: { type, message } })}\n\n`;
      return { ...reply, fault: { kind: 'insert', afterEvents: 4, text } };
    };
    const busy = await run(wire, inserted('service_unavailable_error', 'Service is too busy.'));
    expect(failureOfEvents(busy.events)).toMatchObject({ kind: 'server', retryable: true, status: 503 });
    await simulator?.close();
    const risk = await run(wire, inserted('invalid_request_error', 'Content Exists Risk'));
    expect(failureOfEvents(risk.events)).toMatchObject({ kind: 'moderation', retryable: false });
  });

  it("API-17: a proxy's last line and a clean close", async () => {
    const start =
      wire === 'openai'
        ? 'data: {"choices":[{"index":0,"delta":{"content":"half"}}]}\n\n'
        : 'event: ping\ndata: {"type":"ping"}\n\n';
    const { events } = await run(wire, {
      fault: { kind: 'raw', pieces: [start, 'upstream error: read ECONNRESET\n'] },
    });
    expect(failureOfEvents(events)).toMatchObject({ kind: 'cut', retryable: true });
  });

  it.each(['{"half":', '[1]', 'null', 'hello'])('API-18: the data line %j is never skipped', async (line) => {
    const text = `event: content_block_delta\ndata: ${line}\n\n`;
    const { events } = await run(wire, { ...reply, fault: { kind: 'insert', afterEvents: 5, text } });
    expect(failureOfEvents(events)).toMatchObject({ kind: 'malformed', retryable: true });
  });

  it('API-19: truncated arguments arrive as they are, for the loop to refuse', async () => {
    const raw = '{"path":"src/a.ts","te';
    const { events } = await run(wire, { calls: [{ id: 'call_1', name: 'edit_file', arguments: raw }] });
    expect(doneOf(events).message.calls).toEqual([{ id: 'call_1', name: 'edit_file', arguments: raw }]);
  });

  it('api-9.8, API-22: the length limit in text, and inside a tool call', async () => {
    const text = await run(wire, { ...reply, stopReason: 'length' });
    expect(doneOf(text.events)).toMatchObject({ stopReason: 'length', message: { text: reply.text } });
    await simulator?.close();
    const call = await run(wire, { ...calling, stopReason: 'length' });
    expect(doneOf(call.events)).toMatchObject({ stopReason: 'length', message: { calls: [] } });
  });

  it('api-9.8, API-23: other finish reasons', async () => {
    const withReason = async (reason: string, turn: Turn): Promise<ModelEvent> => {
      await simulator?.close();
      // The script's own encoder has only the usual reasons: one event is dropped and another put at its place.
      const chunk =
        wire === 'openai'
          ? `data: {"choices":[{"index":0,"delta":{},"finish_reason":"${reason}"}]}\n\ndata: [DONE]\n\n`
          : `event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"${reason}"}}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n`;
      const count = wire === 'openai' ? 3 + 2 : 2 + 3 + 4;
      return lastOf((await run(wire, { ...turn, fault: { kind: 'insert', afterEvents: count, text: chunk } })).events);
    };
    const refused = wire === 'openai' ? 'content_filter' : 'refusal';
    expect(await withReason('insufficient_system_resource', reply)).toMatchObject({
      failure: { kind: 'server', retryable: true },
    });
    expect(await withReason('aborted', reply)).toMatchObject({ failure: { kind: 'server', retryable: true } });
    expect(await withReason(refused, reply)).toMatchObject({ failure: { kind: 'moderation', retryable: false } });
    expect(await withReason('foo', reply)).toMatchObject({ type: 'done', stopReason: 'length' });
    expect(await withReason('foo', calling)).toMatchObject({ failure: { kind: 'cut', retryable: true } });
  });

  it('API-35: an empty answer is repeated once, then told', async () => {
    const { events, requests } = await runWithRetry(wire, {}, {}, reply);
    expect(failureOfEvents(events as ModelEvent[])).toMatchObject({ kind: 'empty' });
    expect(requests).toBe(2);
  });

  it('API-30: a cancellation is over at once and the server sees the close, at every stage', async () => {
    const stages: [string, Turn, (event: ModelEvent) => boolean][] = [
      [
        'in the queue',
        { ...reply, fault: { kind: 'queue', ms: 60_000, everyMs: 20 } },
        (event) => event.type === 'waiting',
      ],
      ['in reasoning', { ...reply, fault: { kind: 'slow', ms: 20 } }, (event) => event.type === 'reasoning'],
      ['in text', { ...reply, fault: { kind: 'slow', ms: 20 } }, (event) => event.type === 'text'],
      ['in a tool call', { ...calling, fault: { kind: 'slow', ms: 20 } }, (event) => event.type === 'call'],
    ];
    for (const [stage, turn, isTime] of stages) {
      simulator = await startSimulator({ script: [turn] });
      const controller = new AbortController();
      const after: ModelEvent[] = [];
      const client = clientOf({ limits: { queuedNoticeMs: 50 } });
      for await (const event of client.stream(requestTo(simulator, wire), controller.signal)) {
        if (controller.signal.aborted) after.push(event);
        else if (isTime(event)) controller.abort();
      }
      expect([stage, after]).toEqual([stage, [{ type: 'aborted' }]]);
      await expect.poll(() => simulator?.requests[0]?.isAbandoned).toBe(true);
      await simulator.close();
    }
  });

  it('API-30: a cancellation while it waits for a repetition', async () => {
    simulator = await startSimulator({ script: [{ fault: error(503, 'busy') }, reply] });
    const controller = new AbortController();
    const types: string[] = [];
    const clock: Clock = {
      now: () => 0,
      sleep: (_, signal) =>
        new Promise((_resolve, reject) =>
          signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError'))),
        ),
    };
    const stream = streamWithRetry(
      clientOf(),
      requestTo(simulator, wire),
      { clock, random: () => 0.5 },
      controller.signal,
    );
    for await (const event of stream) {
      types.push(event.type);
      if (event.type === 'retry') setImmediate(() => controller.abort());
    }
    expect(types).toEqual(['retry', 'aborted']);
    expect(simulator.requests).toHaveLength(1);
  });

  it('cancelled before it began, it sends nothing', async () => {
    simulator = await startSimulator({ script: [reply] });
    const events: ModelEvent[] = [];
    for await (const event of clientOf().stream(requestTo(simulator, wire), AbortSignal.abort())) events.push(event);
    expect(events).toEqual([{ type: 'aborted' }]);
    expect(simulator.requests).toEqual([]);
  });

  it('a caller that stops reading closes the connection', async () => {
    simulator = await startSimulator({ script: [{ ...reply, fault: { kind: 'slow', ms: 20 } }] });
    for await (const event of clientOf().stream(requestTo(simulator, wire), new AbortController().signal)) {
      if (event.type === 'reasoning') break;
    }
    await expect.poll(() => simulator?.requests[0]?.isAbandoned).toBe(true);
  });

  it('keeps the key out of every failure, even when the server repeats it', async () => {
    for (const status of [400, 401, 402, 404, 418, 422, 429, 500, 503]) {
      const { events } = await run(wire, {
        fault: error(status, `your key ${simulatedKey} (Bearer ${simulatedKey}) is odd`),
      });
      const failure = failureOfEvents(events);
      expect(JSON.stringify(failure)).not.toContain(simulatedKey);
      expect(failure.message).toContain('[secret]');
      await simulator?.close();
    }
  });

  it('API-28: a server that cannot be reached is told at once', async () => {
    const closed = await startSimulator({ script: [] });
    await closed.close();
    const failure = failureOfEvents(await ask(clientOf(), requestTo(closed, wire)));
    expect(failure).toMatchObject({ kind: 'network', retryable: false });
    expect(failure.message).toContain('ECONNREFUSED');
  });
});
