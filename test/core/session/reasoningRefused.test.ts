/** What is done when the server misses the model's earlier reasoning, or finds a request too long. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { AgentEvent, AgentEventType, EventOf } from '../../../src/protocol/events.js';
import { startSession, type Session } from '../../../src/core/session/session.js';
import { runTurn } from '../../../src/core/session/turns.js';
import { prepareWorkspace } from '../../support/prepareWorkspace.js';
import type { Turn } from '../../support/simulator/simulator.js';

const signal = new AbortController().signal;
const place = prepareWorkspace();
let events: AgentEvent[];

beforeEach(() => {
  events = [];
});

async function open(script: Turn[]): Promise<Session> {
  const workspace = await place.open(script);
  return startSession(workspace.parts, workspace.settings, 'chat', (event) => void events.push(event), signal);
}

const ask = (session: Session) => runTurn(session, 'Go on.', { kind: 'chat', request: 'Go on.' }, signal);
const ofType = <T extends AgentEventType>(type: T): EventOf<T>[] =>
  events.filter((event): event is EventOf<T> => event.type === type);
const refusal = (message: string, status = 400): Turn => ({
  fault: { kind: 'answer', status, body: JSON.stringify({ error: { message, type: 'invalid_request_error' } }) },
});

const texts = [
  'The `reasoning_content` in the thinking mode must be passed back to the API. (request_id: 7)',
  'The `content[].thinking` in the thinking mode must be passed back to the API.',
  'The `reasoning_text` in the thinking mode must be passed back to the API.',
];

describe.each(texts)('api-9.12: %s', (text) => {
  test('is sent again once, filled in', async () => {
    const session = await open([{ reasoning: 'r', text: 'One.' }, refusal(text), { text: 'Two.' }]);
    await ask(session);
    expect((await ask(session)).outcome).toBe('done');
    const { requests } = place.workspace.simulator;
    expect(requests[2]!.text).toBe(requests[1]!.text);
    expect(ofType('cache_break')).toEqual([]);
  });

  test('then once with thinking off, which is told and declared, and so is the way back', async () => {
    const session = await open([{ text: 'One.' }, refusal(text), refusal(text), { text: 'Two.' }, { text: 'Three.' }]);
    await ask(session);
    expect((await ask(session)).text).toBe('Two.');
    const { requests } = place.workspace.simulator;
    expect(requests.map((request) => request.parsed.thinking)).toEqual([true, true, true, false]);
    expect(ofType('notice').at(-1)?.text).toContain('thinking off');
    const [left] = ofType('cache_break');
    expect(left?.reason).toMatch(/thinking high.* became .*thinking off/);
    expect(left?.price?.amount).toBeGreaterThan(0);
    const byte = left!.firstDifferingByte!;
    const [before, after] = [requests[2]!.body, requests[3]!.body];
    expect(Buffer.compare(after.subarray(0, byte), before.subarray(0, byte))).toBe(0);
    expect(after[byte]).not.toBe(before[byte]);
    expect((await ask(session)).text).toBe('Three.');
    expect(requests[4]!.parsed.thinking).toBe(true);
    expect(ofType('cache_break')[1]?.reason).toMatch(/thinking off became .*thinking high/);
  });
});

test('api-9.12: a server that refuses even then is told, with a way on', async () => {
  const session = await open([refusal(texts[0]!), refusal(texts[0]!), refusal(texts[0]!), { text: 'late' }]);
  expect((await ask(session)).outcome).toBe('failed');
  expect(place.workspace.simulator.requests).toHaveLength(3);
  expect(ofType('notice').at(-1)).toMatchObject({ level: 'error', action: { kind: 'new_session' } });
});

describe('api-9.22: an overflow', () => {
  const overflow = (messages: number, completion: number): Turn =>
    refusal(
      `This model's maximum context length is 1048576 tokens. However, you requested ${messages + completion} tokens (${messages} in the messages, ${completion} in the completion). Please reduce the length of the messages or completion.`,
    );

  test('first lowers max_tokens by the numbers of the server', async () => {
    const session = await open([overflow(1_000_000, 65_536), { text: 'Fits.' }]);
    expect((await ask(session)).outcome).toBe('done');
    const [first, second] = place.workspace.simulator.requests.map((request) => request.parsed.maxTokens!);
    expect(first).toBe(65_536);
    expect(second).toBeLessThan(1_048_576 - 1_000_000);
  });

  test('then offers a smaller pack', async () => {
    const session = await open([overflow(1_048_000, 65_536), { text: 'late' }]);
    expect((await ask(session)).outcome).toBe('overflow');
    expect(place.workspace.simulator.requests).toHaveLength(1);
    expect(ofType('notice').at(-1)).toMatchObject({
      action: { kind: 'open_settings', setting: 'baleen.packBudgetTokens' },
    });
  });
});

test.each([
  [402, 'Insufficient Balance', { kind: 'open_url', url: 'https://platform.deepseek.com/top_up' }],
  [401, 'Authentication Fails (governor)', { kind: 'set_key' }],
  [400, 'Content Exists Risk', { kind: 'new_session' }],
] as const)('api-9.21, api-9.24: %i %s is not sent again, and has a button', async (status, message, action) => {
  const session = await open([refusal(message, status), { text: 'late' }]);
  expect((await ask(session)).outcome).toBe('api_refused');
  expect(place.workspace.simulator.requests).toHaveLength(1);
  expect(ofType('notice').at(-1)).toMatchObject({ level: 'error', action });
});

test('API-10: a wait that is too long asks instead of waiting', async () => {
  const body = '{"error":{"message":"slow down"}}';
  const session = await open([{ fault: { kind: 'answer', status: 429, body, headers: { 'retry-after': '36000' } } }]);
  expect((await ask(session)).outcome).toBe('failed');
  expect(ofType('step_retry')).toEqual([]);
  expect(ofType('notice').at(-1)).toMatchObject({
    text: expect.stringContaining('a wait of 10 hours') as string,
    action: { kind: 'retry' },
  });
});
