/** Faults below HTTP, from sockets that the test writes itself, with the program's own `fetch` and a clock that the test moves. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Send } from '../../../src/core/model/boundary.js';
import { loadAnthropic } from '../../../src/core/model/anthropicWire.js';
import { loadOpenai } from '../../../src/core/model/openaiWire.js';
import { watchFetch } from '../../../src/node/watchedFetch.js';
import { createFakeClock, settle } from '../../support/simulator/clocks.js';
import { ask, clientOf, doneOf, failureOfEvents, requestOf, wires } from './support.js';

const ended: (() => void)[] = [];

afterEach(() => {
  for (const end of ended.splice(0)) end();
});

beforeAll(async () => void (await Promise.all([loadOpenai(), loadAnthropic()])));

/** Calls back with each connection once the whole request has come. */
async function listen(answer: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    let received = '';
    socket.on('data', (data) => {
      received += data.toString();
      const head = received.indexOf('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? Infinity);
      if (head < 0 || Buffer.byteLength(received.slice(head + 4)) < length) return;
      received = '';
      answer(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ended.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function waitUntil(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
  await settle();
}

const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n';
const stream =
  'data: {"choices":[{"index":0,"delta":{"content":"hi"}}]}\n\ndata: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';
const chunked = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

describe('API-28: no connection', () => {
  /** A process that listens and is stopped: its queue fills up, and then the kernel answers nobody. */
  async function startBlackHole(): Promise<string> {
    const program = `require('net').createServer().listen({port:0,host:'127.0.0.1',backlog:1},function(){console.log(this.address().port)})`;
    const child: ChildProcess = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'ignore'] });
    ended.push(() => child.kill('SIGKILL'));
    const [line] = (await once(child.stdout!, 'data')) as [Buffer];
    child.kill('SIGSTOP');
    const port = Number(line.toString());
    for (let filled = 0; filled < 6; filled++) {
      const socket = connect(port, '127.0.0.1').on('error', () => undefined);
      ended.push(() => socket.destroy());
      await Promise.race([once(socket, 'connect'), new Promise((resolve) => setTimeout(resolve, 200))]);
    }
    return `http://127.0.0.1:${port}`;
  }

  it('a black hole is told within 10 s, nothing was sent, and nothing is repeated', async () => {
    const baseUrl = await startBlackHole();
    const clock = createFakeClock();
    const seen: string[] = [];
    const watched = watchFetch(fetch);
    const send: Send = (input, init, watch) =>
      watched(input, init, {
        connecting: () => (seen.push('connecting'), watch?.connecting()),
        sent: () => (seen.push('sent'), watch?.sent()),
      });
    const running = ask(clientOf({ send, clock }), requestOf({ baseUrl }));
    await waitUntil(() => seen.includes('connecting'));
    await clock.advance(9_900);
    expect(seen).toEqual(['connecting']);
    await clock.advance(200);
    const failure = failureOfEvents(await running);
    expect(failure).toMatchObject({ kind: 'network', retryable: false });
    expect(failure.message).toContain('no connection within 10 s');
  });

  it('the clock can be set', async () => {
    const baseUrl = await startBlackHole();
    const clock = createFakeClock();
    let isConnecting = false;
    const watched = watchFetch(fetch);
    const send: Send = (input, init, watch) =>
      watched(input, init, {
        connecting: () => ((isConnecting = true), watch?.connecting()),
        sent: () => watch?.sent(),
      });
    const running = ask(clientOf({ send, clock }), requestOf({ baseUrl, limits: { connectMs: 3_000 } }));
    await waitUntil(() => isConnecting);
    await clock.advance(3_100);
    expect(failureOfEvents(await running).message).toContain('within 3 s');
  });

  it('a name that nobody has is told at once', async () => {
    const failure = failureOfEvents(await ask(clientOf(), requestOf({ baseUrl: 'https://no-such-host.invalid' })));
    expect(failure).toMatchObject({ kind: 'network', retryable: false });
    expect(failure.message).toMatch(/ENOTFOUND|EAI_AGAIN/);
  });
});

describe('API-29: headers', () => {
  it('one byte now and then is no answer: it ends at 60 s', async () => {
    const clock = createFakeClock();
    let arrived: Socket | undefined;
    const baseUrl = await listen((socket) => (arrived = socket));
    const running = ask(clientOf({ send: watchFetch(fetch), clock }), requestOf({ baseUrl }));
    await waitUntil(() => arrived !== undefined);
    for (const byte of 'HTTP/') {
      arrived!.write(byte);
      await clock.advance(10_000);
    }
    await clock.advance(9_000);
    expect(arrived!.destroyed).toBe(false);
    await clock.advance(2_000);
    expect(failureOfEvents(await running)).toMatchObject({ kind: 'stalled', retryable: true });
  });

  it('a header of 1 MB is refused', async () => {
    const baseUrl = await listen((socket) => socket.write(`${head}x-long: ${'x'.repeat(1024 * 1024)}\r\n\r\n`));
    const failure = failureOfEvents(await ask(clientOf({ send: watchFetch(fetch) }), requestOf({ baseUrl })));
    expect(failure).toMatchObject({ kind: 'not_the_api', retryable: false });
  });
});

describe.each(wires)('API-33: broken transfer on the %s wire', (wire) => {
  const broken: [string, (socket: Socket) => void][] = [
    [
      'corrupt gzip',
      (socket) => {
        const bytes = gzipSync(stream.repeat(20));
        bytes.fill(0xff, bytes.length >> 1);
        socket.end(
          Buffer.concat([
            Buffer.from(`${head}content-encoding: gzip\r\ncontent-length: ${bytes.length}\r\n\r\n`),
            bytes,
          ]),
        );
      },
    ],
    [
      'gzip that ends early',
      (socket) => {
        const bytes = gzipSync(stream).subarray(0, 20);
        socket.end(
          Buffer.concat([
            Buffer.from(`${head}content-encoding: gzip\r\ncontent-length: ${bytes.length}\r\n\r\n`),
            bytes,
          ]),
        );
      },
    ],
    [
      'a chunk size that is none',
      (socket) => socket.end(`${head}transfer-encoding: chunked\r\n\r\n${chunked(stream.slice(0, 20))}zz\r\nrest\r\n`),
    ],
    [
      'chunks without their end',
      (socket) => socket.end(`${head}transfer-encoding: chunked\r\n\r\n${chunked(stream.slice(0, 20))}`),
    ],
    [
      'a length that is not reached',
      (socket) => socket.end(`${head}content-length: 9999\r\n\r\n${stream.slice(0, 20)}`),
    ],
  ];
  it.each(broken)('%s is a cut like any other', async (_, answer) => {
    const baseUrl = await listen(answer);
    const failure = failureOfEvents(await ask(clientOf({ send: watchFetch(fetch) }), requestOf({ baseUrl, wire })));
    expect(failure).toMatchObject({ kind: 'cut', retryable: true });
  });
});

it('whole gzip and whole chunks are read', async () => {
  const bytes = gzipSync(stream);
  for (const answer of [
    Buffer.concat([Buffer.from(`${head}content-encoding: gzip\r\ncontent-length: ${bytes.length}\r\n\r\n`), bytes]),
    `${head}transfer-encoding: chunked\r\n\r\n${chunked(stream)}0\r\n\r\n`,
  ]) {
    const baseUrl = await listen((socket) => socket.end(answer));
    expect(doneOf(await ask(clientOf({ send: watchFetch(fetch) }), requestOf({ baseUrl }))).message.text).toBe('hi');
  }
});
