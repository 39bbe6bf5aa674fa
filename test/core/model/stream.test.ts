/** What arrives inside a stream, fed byte by byte, under a clock that the test moves. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadOpenai } from '../../../src/core/model/openaiWire.js';
import type { ModelEvent } from '../../../src/core/model/types.js';
import { createFakeClock } from '../../support/simulator/clocks.js';
import type { FakeClock } from '../../support/simulator/clocks.js';
import { ask, clientOf, collect, doneOf, failureOfEvents, lastOf, requestOf, textOf } from './support.js';

interface Feed {
  send: typeof fetch;
  push(piece: string | Uint8Array): void;
  end(): void;
}

/** A server whose stream the test writes by hand. */
function createFeed(): Feed {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({ start: (value) => void (controller = value) });
  const encoder = new TextEncoder();
  return {
    send: async () => new Response(body, { headers: { 'content-type': 'text/event-stream' } }),
    push: (piece) => controller?.enqueue(typeof piece === 'string' ? encoder.encode(piece) : piece),
    end: () => controller?.close(),
  };
}

function sendOf(...pieces: (string | Uint8Array)[]): typeof fetch {
  const feed = createFeed();
  for (const piece of pieces) feed.push(piece);
  feed.end();
  return feed.send;
}

function chunk(choice: unknown, more: object = {}): string {
  return `data: ${JSON.stringify({ id: 'x', model: 'deepseek-flash', choices: [choice], ...more })}\n\n`;
}

const delta = (value: unknown): string => chunk({ index: 0, delta: value, finish_reason: null });
const finish = (reason: string): string => chunk({ index: 0, delta: {}, finish_reason: reason });
const end = 'data: [DONE]\n\n';

async function read(...pieces: (string | Uint8Array)[]): Promise<ModelEvent[]> {
  return ask(clientOf({ send: sendOf(...pieces) }), requestOf());
}

interface Running {
  clock: FakeClock;
  feed: Feed;
  events: ModelEvent[];
  over: Promise<void>;
}

function start(): Running {
  const clock = createFakeClock();
  const feed = createFeed();
  const events: ModelEvent[] = [];
  const over = (async () => {
    const stream = clientOf({ send: feed.send, clock }).stream(requestOf(), new AbortController().signal);
    for await (const event of stream) events.push(event);
  })();
  return { clock, feed, events, over };
}

describe('api-9.23: clocks', () => {
  // Their seconds are counted from the request, not from the first use of the SDK.
  beforeAll(async () => void (await loadOpenai()));

  it('API-07: a queue shows within 5 s, data still works after it, and at 10 min it is over', async () => {
    const { clock, feed, events, over } = start();
    await clock.advance(1);
    for (let second = 0; second < 30; second++) {
      feed.push(': keep-alive\n\n');
      await clock.advance(1000);
    }
    expect(events[0]).toEqual({ type: 'waiting', reason: 'queued', seconds: 5 });
    expect(events.every((event) => event.type === 'waiting')).toBe(true);
    feed.push(delta({ content: 'hi' }) + finish('stop') + end);
    await clock.advance(1);
    await over;
    expect(doneOf(events).message.text).toBe('hi');

    const late = start();
    for (let minute = 0; minute < 10; minute++) {
      expect(late.events.some((event) => event.type === 'failed')).toBe(false);
      late.feed.push(': keep-alive\n\n');
      await late.clock.advance(60_000);
    }
    await late.over;
    expect(failureOfEvents(late.events)).toMatchObject({ kind: 'stalled', retryable: false });
  });

  it('API-08: silence after deltas shows at 10 s and ends at 45 s', async () => {
    const { clock, feed, events, over } = start();
    for (let index = 0; index < 200; index++) feed.push(delta({ content: 'x' }));
    await clock.advance(9_000);
    expect(events.filter((event) => event.type === 'waiting')).toEqual([]);
    await clock.advance(3_000);
    expect(events.at(-1)).toMatchObject({ type: 'waiting', reason: 'silent' });
    await clock.advance(31_000);
    expect(events.some((event) => event.type === 'failed')).toBe(false);
    await clock.advance(4_000);
    await over;
    expect(failureOfEvents(events)).toMatchObject({ kind: 'stalled', retryable: true });
  });

  it('API-09: only comments after the first data end at 120 s', async () => {
    const { clock, feed, events, over } = start();
    feed.push(delta({ content: 'x' }));
    for (let second = 0; second < 118; second++) {
      await clock.advance(1000);
      feed.push(': keep-alive\n\n');
    }
    expect(events.some((event) => event.type === 'failed')).toBe(false);
    for (let second = 0; second < 6; second++) await clock.advance(1000);
    await over;
    expect(failureOfEvents(events)).toMatchObject({ kind: 'stalled', retryable: true });
  });

  it('API-29: no status line within 60 s', async () => {
    const clock = createFakeClock();
    const send: typeof fetch = () => new Promise(() => undefined);
    const running = ask(clientOf({ send, clock }), requestOf());
    await clock.advance(61_000);
    expect(failureOfEvents(await running)).toMatchObject({ kind: 'stalled', retryable: true });
  });

  it('API-36: a machine that slept notices as soon as it wakes', async () => {
    const { clock, feed, events, over } = start();
    feed.push(delta({ content: 'x' }));
    await clock.advance(1000);
    clock.jump(600_000);
    await clock.advance(10_000);
    await over;
    expect(failureOfEvents(events)).toMatchObject({ kind: 'stalled', retryable: true });
  });
});

describe('tool calls', () => {
  const call = (value: unknown): string => delta({ tool_calls: [value] });
  const named = (id: string, name: string, more: object = {}): object => ({
    id,
    type: 'function',
    function: { name, arguments: '' },
    ...more,
  });
  const part = (text: string, more: object = {}): object => ({ function: { arguments: text }, ...more });
  const two = [
    { id: 'a', name: 'one', arguments: '{"x":1}' },
    { id: 'b', name: 'two', arguments: '{"y":2}' },
  ];

  const right: [string, string[]][] = [
    [
      'positions that start at 1',
      [
        call(named('a', 'one', { index: 1 })),
        call(part('{"x":1}', { index: 1 })),
        call(named('b', 'two', { index: 2 })),
        call(part('{"y":2}', { index: 2 })),
      ],
    ],
    [
      'two interleaved calls',
      [
        call(named('a', 'one', { index: 0 })),
        call(named('b', 'two', { index: 1 })),
        call(part('{"y"', { index: 1 })),
        call(part('{"x"', { index: 0 })),
        call(part(':2}', { index: 1 })),
        call(part(':1}', { index: 0 })),
      ],
    ],
    [
      'two calls at one position, each piece with its id',
      [
        call(named('a', 'one', { index: 0 })),
        call({ ...part('{"x":1}', { index: 0 }), id: 'a' }),
        call(named('b', 'two', { index: 0 })),
        call({ ...part('{"y":2}', { index: 0 }), id: 'b' }),
      ],
    ],
    [
      'no positions, each piece with its id',
      [
        call(named('a', 'one')),
        call({ ...part('{"x":1}'), id: 'a' }),
        call(named('b', 'two')),
        call({ ...part('{"y":2}'), id: 'b' }),
      ],
    ],
    [
      'the higher position first',
      [
        call(named('b', 'two', { index: 1 })),
        call(part('{"y":2}', { index: 1 })),
        call(named('a', 'one', { index: 0 })),
        call(part('{"x":1}', { index: 0 })),
      ],
    ],
  ];
  it.each(right)('api-9.7, API-20: %s', async (_, pieces) => {
    expect(doneOf(await read(...pieces, finish('tool_calls'), end)).message.calls).toEqual(two);
  });

  const wrong: [string, string[]][] = [
    [
      'two calls at one position, then a piece without id',
      [
        call(named('a', 'one', { index: 0 })),
        call(named('b', 'two', { index: 0 })),
        call(part('{"x":1}', { index: 0 })),
      ],
    ],
    [
      'no positions, and a piece that names neither',
      [call(named('a', 'one')), call(named('b', 'two')), call(part('{"x":1}'))],
    ],
    ['a call that never gets an id', [call(part('{}', { index: 0, function: { name: 'one', arguments: '{}' } }))]],
    ['a call with two names', [call(named('a', 'one', { index: 0 })), call(named('a', 'two', { index: 0 }))]],
    ['a call with two positions', [call(named('a', 'one', { index: 0 })), call(named('a', 'one', { index: 1 }))]],
  ];
  it.each(wrong)('API-20: rejected, never merged: %s', async (_, pieces) => {
    expect(failureOfEvents(await read(...pieces, finish('tool_calls'), end))).toMatchObject({ kind: 'malformed' });
  });

  it('API-26: a repeated piece stays visible in the raw arguments', async () => {
    const piece = call(part('{"x":1}', { index: 0 }));
    const events = await read(call(named('a', 'one', { index: 0 })), piece, piece, finish('tool_calls'), end);
    expect(doneOf(events).message.calls[0]?.arguments).toBe('{"x":1}{"x":1}');
  });
});

describe('odd chunks', () => {
  it('api-9.7, API-21: empty, null and unknown fields; the usage counts once, the last one', async () => {
    const usage = {
      prompt_tokens: 1000,
      completion_tokens: 7,
      prompt_tokens_details: { cached_tokens: 896 },
      completion_tokens_details: { reasoning_tokens: 3 },
    };
    const events = await read(
      'data: {"choices":[]}\n\n',
      'data: {"choices":null,"new_field":{"a":[1]}}\n\n',
      chunk({ index: 0, delta: null }),
      delta({ role: 'assistant', content: null, reasoning_content: '' }),
      delta({ content: 'a' }),
      chunk({ index: 0, delta: { content: 'b' } }, { usage }),
      chunk({ index: 0, delta: {}, finish_reason: 'stop' }, { usage }),
      `data: ${JSON.stringify({ choices: [], usage })}\n\n`,
      end,
    );
    expect(doneOf(events)).toMatchObject({
      message: { text: 'ab' },
      usage: { cacheHitTokens: 896, cacheMissTokens: 104, outputTokens: 7, reasoningTokens: 3 },
    });
  });

  it('reads the older names of the cache counts', async () => {
    const usage = { prompt_tokens: 10, completion_tokens: 1, prompt_cache_hit_tokens: 4, prompt_cache_miss_tokens: 6 };
    const events = await read(
      delta({ content: 'a' }),
      finish('stop'),
      `data: ${JSON.stringify({ choices: [], usage })}\n\n`,
      end,
    );
    expect(doneOf(events).usage).toMatchObject({ cacheHitTokens: 4, cacheMissTokens: 6 });
  });

  const text = 'é漢🙂\u0000\u2028 end';
  const forms: [string, string][] = [
    ['LF', delta({ content: text }) + finish('stop') + end],
    ['CRLF', (delta({ content: text }) + finish('stop') + end).replaceAll('\n', '\r\n')],
    ['CR', (delta({ content: text }) + finish('stop') + end).replaceAll('\n', '\r')],
    ['a BOM first', `\ufeff${delta({ content: text })}${finish('stop')}${end}`],
    ['no space after the colon', (delta({ content: text }) + finish('stop') + end).replaceAll('data: ', 'data:')],
    [
      'event, id and retry lines',
      `: hello\nretry: 5\nid: 1\nevent: message\n${delta({ content: text })}${finish('stop')}${end}`,
    ],
    [
      'data over two lines',
      delta({ content: text }).replace(',"choices"', ',\ndata: "choices"') + finish('stop') + end,
    ],
    ['no blank line at the end', (delta({ content: text }) + finish('stop') + end).trimEnd()],
  ];
  it.each(forms)('api-9.6, API-24: %s, split at every byte', async (_, form) => {
    const bytes = new TextEncoder().encode(form);
    for (let at = 0; at <= bytes.length; at += 1) {
      const events = await read(bytes.subarray(0, at), bytes.subarray(at));
      expect(doneOf(events).message.text).toBe(text);
    }
    const single = Array.from(bytes, (_byte, index) => bytes.subarray(index, index + 1));
    expect(doneOf(await read(...single)).message.text).toBe(text);
  });

  it('any text arrives byte for byte, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme' }),
        fc.array(fc.nat(400), { maxLength: 6 }),
        async (content, cuts) => {
          fc.pre(content.trim() !== '');
          const bytes = new TextEncoder().encode(delta({ content }) + finish('stop') + end);
          const places = [...new Set([0, ...cuts.filter((cut) => cut < bytes.length), bytes.length])].sort(
            (a, b) => a - b,
          );
          const pieces = places.slice(1).map((place, index) => bytes.subarray(places[index], place));
          const events = await read(...pieces);
          expect(doneOf(events).message.text).toBe(content);
          expect(textOf(events, 'text')).toBe(content);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('bytes that are not UTF-8 are not guessed at', async () => {
    const broken = new Uint8Array([...new TextEncoder().encode('data: {"a":"'), 0xff, 0xfe]);
    expect(failureOfEvents(await read(broken, '"}\n\n'))).toMatchObject({ kind: 'malformed' });
  });

  it('API-25: a delta of 10 MB passes, a line of 64 MB without end does not', async () => {
    const big = 'x'.repeat(10 * 1024 * 1024);
    expect(doneOf(await read(delta({ content: big }), finish('stop'), end)).message.text.length).toBe(big.length);
    const piece = new Uint8Array(4 * 1024 * 1024).fill(120);
    const endless = await read('data: "', ...Array.from({ length: 16 }, () => piece));
    expect(failureOfEvents(endless)).toMatchObject({ kind: 'malformed', retryable: false });
    const line = failureOfEvents(await read('data: "', ...Array.from({ length: 5 }, () => piece)));
    expect(line).toMatchObject({ kind: 'malformed', retryable: false });
    expect(line.message).toContain('a line of more than 16777216 characters');
    const comments = Array.from({ length: 17 }, () => `: ${'x'.repeat(4 * 1024 * 1024)}\n`);
    expect(failureOfEvents(await read(...comments)).message).toContain('more than 67108864 bytes');
  });

  it('an unstreamed answer and an error with status 200 are told apart', async () => {
    expect(failureOfEvents(await read('{"choices":[{"message":{"content":"hi"}}]}'))).toMatchObject({
      kind: 'malformed',
    });
    const busy = await read('{"error":{"message":"busy","type":"rate_limit_error"}}');
    expect(failureOfEvents(busy)).toMatchObject({ kind: 'rate_limit', retryable: true });
    expect(failureOfEvents(await read(''))).toMatchObject({ kind: 'cut', retryable: true });
  });

  it('what comes after the end mark is not read', async () => {
    const events = await read(
      delta({ content: 'a' }),
      finish('stop'),
      end,
      delta({ content: 'late' }),
      'data: {broken\n\n',
    );
    expect(doneOf(events).message.text).toBe('a');
  });
});

describe('the boundary', () => {
  const silent: typeof fetch = async () => {
    throw new Error('something was sent');
  };

  it.each([
    ['http://api.example.com', undefined],
    ['https://api.example.com', 'https://other.example.com'],
    ['https://api.example.com.evil.example', 'https://api.example.com'],
    ['https://api.example.com:8443', 'https://api.example.com'],
    ['https://user:pass@api.example.com', undefined],
    ['file:///etc/passwd', undefined],
    ['not an address', undefined],
  ])('sends no key to %s when it was entered for %s', async (baseUrl, keyOrigin) => {
    const request = requestOf({ baseUrl, ...(keyOrigin === undefined ? {} : { keyOrigin }) });
    const failure = failureOfEvents(await ask(clientOf({ send: silent }), request));
    expect(failure).toMatchObject({ kind: 'bad_request', retryable: false });
    expect(failure.message).toContain('nothing was sent');
  });

  it.each(['http://127.0.0.1:1234', 'http://localhost:1234', 'http://[::1]:1234'])(
    'sends to %s, on this machine',
    async (baseUrl) => {
      const send = sendOf(delta({ content: 'ok' }), finish('stop'), end);
      expect(doneOf(await ask(clientOf({ send }), requestOf({ baseUrl }))).message.text).toBe('ok');
    },
  );

  it('a known secret, and the key itself, never leave in a body', async () => {
    const secret = 'ghp_0123456789abcdef';
    const client = clientOf({ send: silent, secrets: () => [secret] });
    for (const text of [`token ${secret}`, `key ${requestOf().apiKey}`]) {
      const failure = failureOfEvents(await ask(client, requestOf({ messages: [{ role: 'user', text }] })));
      expect(failure).toMatchObject({ kind: 'secret', retryable: false });
    }
  });

  it('API-31: deltas that arrive after a cancellation are dropped', async () => {
    const feed = createFeed();
    const controller = new AbortController();
    const running = collect(clientOf({ send: feed.send }).stream(requestOf(), controller.signal));
    feed.push(delta({ content: 'before' }));
    await new Promise((resolve) => setTimeout(resolve, 20));
    controller.abort();
    for (let index = 0; index < 50; index++) {
      try {
        feed.push(delta({ content: 'late' }));
      } catch {
        break;
      }
    }
    const events = await running;
    expect(lastOf(events)).toEqual({ type: 'aborted' });
    expect(textOf(events, 'text')).toBe('before');
  });
});

describe('clocks that the user sets', () => {
  beforeAll(async () => void (await loadOpenai()));

  it('an answer that only trickles ends at the total', async () => {
    const clock = createFakeClock();
    const feed = createFeed();
    const events: ModelEvent[] = [];
    const over = (async () => {
      const request = requestOf({ limits: { totalMs: 100_000 } });
      const stream = clientOf({ send: feed.send, clock }).stream(request, new AbortController().signal);
      for await (const event of stream) events.push(event);
    })();
    for (let second = 0; second < 99; second++) {
      feed.push(delta({ content: 'x' }));
      await clock.advance(1000);
    }
    expect(events.some((event) => event.type === 'failed')).toBe(false);
    await clock.advance(2_000);
    await over;
    const failure = failureOfEvents(events);
    expect(failure).toMatchObject({ kind: 'stalled', retryable: false });
    expect(failure.message).toContain('baleen.network');
  });

  it.each([
    ['headersMs', 7_000],
    ['silentMs', 3_000],
    ['firstEventMs', 4_000],
  ] as const)('%s is the one that was set', async (name, ms) => {
    const clock = createFakeClock();
    const feed = createFeed();
    const send: typeof fetch = name === 'headersMs' ? () => new Promise(() => undefined) : feed.send;
    const events: ModelEvent[] = [];
    const over = (async () => {
      const stream = clientOf({ send, clock }).stream(
        requestOf({ limits: { [name]: ms } }),
        new AbortController().signal,
      );
      for await (const event of stream) events.push(event);
    })();
    if (name === 'silentMs') feed.push(delta({ content: 'x' }));
    await clock.advance(ms - 500);
    expect(events.some((event) => event.type === 'failed')).toBe(false);
    await clock.advance(1_600);
    await over;
    expect(failureOfEvents(events).kind).toBe('stalled');
  });

  it('api-9.27: reasoning that goes round in a circle is cut off, and asked for once more', async () => {
    const block = 'I should check the other file first, and then come back to this one. ';
    const pieces = Array.from({ length: 400 }, () => delta({ reasoning_content: block }));
    const failure = failureOfEvents(await read(...pieces, delta({ content: 'never' }), finish('stop'), end));
    expect(failure).toMatchObject({ kind: 'looping', retryable: true });
  });
});
