import { afterEach, expect, it } from 'vitest';
import { checkKey, readBalance } from '../../../src/core/model/balance.js';
import { startSimulator } from '../../support/simulator/simulator.js';
import type { Simulator } from '../../support/simulator/simulator.js';

let simulator: Simulator | undefined;

afterEach(async () => {
  await simulator?.close();
});

it('reads the balance from either base URL', async () => {
  simulator = await startSimulator({ script: [] });
  for (const baseUrl of Object.values(simulator.baseUrls)) {
    expect(await readBalance(baseUrl, simulator.key, fetch)).toEqual({
      balance: { isAvailable: true, amounts: [{ currency: 'USD', total: '0.00' }] },
    });
  }
});

it('accepts a right key and tells of a wrong one without repeating it', async () => {
  simulator = await startSimulator({ script: [] });
  expect(await checkKey(simulator.origin, simulator.key, fetch)).toMatchObject({
    accepted: true,
    balance: { isAvailable: true },
  });
  const wrong = 'sk-wrong-0123456789abcdef';
  const answer = await checkKey(simulator.origin, wrong, fetch);
  expect(answer).toMatchObject({ accepted: false, failure: { kind: 'key', status: 401 } });
  expect(JSON.stringify(answer)).not.toContain(wrong);
});

it('asks for the models where there is no balance', async () => {
  const send: typeof fetch = async (input) =>
    input instanceof URL && input.pathname === '/v1/models'
      ? Response.json({ data: [] })
      : new Response('Not Found', { status: 404 });
  expect(await checkKey('https://host.example/v1', 'key', send)).toEqual({ accepted: true });
});

it('takes a login page for what it is, and sends no key over plain http', async () => {
  const page: typeof fetch = async () => new Response('<html>', { headers: { 'content-type': 'text/html' } });
  expect(await checkKey('https://host.example', 'key', page)).toMatchObject({ failure: { kind: 'not_the_api' } });
  const never: typeof fetch = async () => {
    throw new Error('something was sent');
  };
  expect(await checkKey('http://host.example', 'key', never)).toMatchObject({ failure: { kind: 'bad_request' } });
});
