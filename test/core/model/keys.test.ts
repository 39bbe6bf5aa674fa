/**
 * The key goes to the origin that it was entered for and nowhere else (KEY-03 to KEY-06, KEY-10), in 25 variants and more
 * of redirects and addresses: what another host receives is nothing at all (target T7).
 */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkKey } from '../../../src/core/model/balance.js';
import { simulatedKey } from '../../support/simulator/simulator.js';
import { ask, clientOf, failureOfEvents, requestOf, wires } from './support.js';

/** Every connection to it is one too many. */
let sinkhole: { server: Server; origin: string; received: string[] };
let service: {
  server: Server;
  origin: string;
  answer: (status: number, headers: Record<string, string>, body: string) => void;
};

beforeEach(async () => {
  const received: string[] = [];
  const other = await listen((request) => void received.push(`${request.method} ${request.url}`));
  sinkhole = { ...other, received };
  let next: [number, Record<string, string>, string] = [500, {}, ''];
  const own = await listen((_request, response) => response.writeHead(next[0], next[1]).end(next[2]));
  service = { ...own, answer: (...given) => (next = given) };
});

afterEach(() => {
  for (const { server } of [sinkhole, service]) {
    server.closeAllConnections();
    server.close();
  }
});

async function listen(
  handle: (request: { method?: string; url?: string }, response: ServerResponse) => void,
): Promise<{ server: Server; origin: string }> {
  const server = createServer((request, response) => {
    request.resume();
    handle(request as { method?: string; url?: string }, response);
    if (!response.headersSent) response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const redirects = [301, 302, 303, 307, 308];

describe('KEY-04: a redirect', () => {
  for (const wire of wires)
    it.each(redirects)(`with %d over ${wire} is not followed, and said`, async (status) => {
      service.answer(status, { location: `${sinkhole.origin}/v1/chat/completions` }, '');
      const events = await ask(clientOf(), requestOf({ wire, baseUrl: service.origin }));
      expect(failureOfEvents(events).kind).toBe('not_the_api');
      expect(sinkhole.received).toEqual([]);
    });

  it.each(redirects)('with %d at the check of a key is not followed', async (status) => {
    service.answer(status, { location: `${sinkhole.origin}/user/balance` }, '');
    const answer = await checkKey(service.origin, simulatedKey, fetch);
    expect(answer.accepted).toBe(false);
    expect(sinkhole.received).toEqual([]);
  });

  it('by a page or a header of the answer is none', async () => {
    const body = `<meta http-equiv="refresh" content="0; url=${sinkhole.origin}">`;
    const headers = { 'content-type': 'text/html', refresh: `0; url=${sinkhole.origin}`, link: `<${sinkhole.origin}>` };
    service.answer(200, headers, body);
    expect(failureOfEvents(await ask(clientOf(), requestOf({ baseUrl: service.origin }))).kind).toBe('not_the_api');
    expect(sinkhole.received).toEqual([]);
  });
});

describe('KEY-03: a base URL that is not the key’s', () => {
  const elsewhere: Record<string, (origin: string) => string> = {
    'another port': (origin) => origin,
    'another port and a path': (origin) => `${origin}/anthropic`,
    'another name of this machine': (origin) => origin.replace('127.0.0.1', 'localhost'),
    'the number of this machine': (origin) => origin.replace('127.0.0.1', '2130706433'),
    'another loopback address': (origin) => origin.replace('127.0.0.1', '127.0.0.2'),
    'a name before an @': (origin) => origin.replace('http://', 'http://api.deepseek.com@'),
  };
  for (const wire of wires)
    it.each(Object.keys(elsewhere))(`(%s) gets nothing over ${wire}`, async (name) => {
      const baseUrl = elsewhere[name]!(sinkhole.origin);
      const events = await ask(clientOf(), requestOf({ wire, baseUrl, keyOrigin: service.origin }));
      expect(failureOfEvents(events).kind).toBe('bad_request');
      expect(sinkhole.received).toEqual([]);
    });
});

describe('KEY-05: plain http away from this machine', () => {
  it.each([
    'http://api.deepseek.com',
    'http://api.deepseek.com:443',
    'http://10.0.0.1',
    'http://localhost.example',
    'http://127.0.0.1.example',
    'http://[::ffff:10.0.0.1]',
    'ftp://api.deepseek.com',
  ])('%s gets nothing', async (baseUrl) => {
    const sent: unknown[] = [];
    const send: typeof fetch = async (input) => {
      sent.push(input);
      throw new Error('nothing may be sent');
    };
    const events = await ask(clientOf({ send }), requestOf({ baseUrl }));
    expect(failureOfEvents(events).kind).toBe('bad_request');
    expect((await checkKey(baseUrl, simulatedKey, send)).accepted).toBe(false);
    expect(sent).toEqual([]);
  });
});

describe('KEY-06: a server that echoes the key', () => {
  it.each([400, 401, 402, 422, 500])('in an answer of %d has it redacted', async (status) => {
    const echo = `No such key: ${simulatedKey} (Bearer ${simulatedKey})`;
    service.answer(status, { 'content-type': 'application/json' }, JSON.stringify({ error: { message: echo } }));
    const events = await ask(clientOf(), requestOf({ baseUrl: service.origin }));
    expect(JSON.stringify(events)).not.toContain(simulatedKey);
    expect(JSON.stringify(await checkKey(service.origin, simulatedKey, fetch))).not.toContain(simulatedKey);
  });
});
