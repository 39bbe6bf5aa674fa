/** The simulator itself: what it refuses, and that the growth check sees a changed byte. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assertMessagesGrow, cutElements, cutMembers } from '../../support/simulator/growth.js';
import { startSimulator } from '../../support/simulator/simulator.js';
import type { Simulator } from '../../support/simulator/simulator.js';

let simulator: Simulator;

beforeEach(async () => {
  simulator = await startSimulator({ script: () => ({ text: 'ok' }), tokenCount: (text) => text.length });
});

afterEach(() => simulator.close());

type Json = Record<string, unknown>;

async function post(path: string, body: unknown, key = simulator.key): Promise<{ status: number; text: string }> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(simulator.origin + path, { method: 'POST', headers, body: text });
  return { status: response.status, text: await response.text() };
}

const tools = [{ type: 'function', function: { name: 't', description: '', parameters: {} } }];
const call = { id: 'c1', type: 'function', function: { name: 't', arguments: '{}' } };
const user = { role: 'user', content: 'hi' };
const assistant = { role: 'assistant', content: '', reasoning_content: 'R', tool_calls: [call] };
const result = { role: 'tool', tool_call_id: 'c1', content: 'done' };

function chat(messages: unknown[], more: Json = {}): Json {
  return { model: 'deepseek-flash', stream: true, tools, messages, max_tokens: 100, ...more };
}

const pairing = /must be followed by tool messages responding to each 'tool_call_id'/;
const echo = /The `reasoning_content` in the thinking mode must be passed back to the API\./;

describe('Chat Completions', () => {
  it('answers what is right', async () => {
    for (const body of [chat([{ role: 'system', content: 's' }, user]), chat([user, assistant, result, user, user])]) {
      const { status, text } = await post('/chat/completions', body);
      expect(status).toBe(200);
      expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
    }
  });

  const plain = { role: 'assistant', content: 'x' };
  const refused: [string, () => Json, RegExp][] = [
    [
      'no reasoning on a turn with calls',
      () => chat([user, { ...assistant, reasoning_content: undefined }, result]),
      echo,
    ],
    ['blank reasoning', () => chat([user, { ...assistant, reasoning_content: ' ' }, result]), echo],
    ['no reasoning on a turn without calls', () => chat([user, plain, user]), echo],
    ['a missing result', () => chat([user, assistant, user]), pairing],
    ['a result for another call', () => chat([user, assistant, { ...result, tool_call_id: 'c2' }]), pairing],
    ['a result too late', () => chat([user, assistant, user, result]), pairing],
    ['a result without call', () => chat([user, result]), /must be a response to a preceding message/],
    [
      'a forced tool',
      () => chat([user], { tool_choice: 'required' }),
      /Thinking mode does not support this tool_choice/,
    ],
    [
      'a named tool',
      () => chat([user], { tool_choice: { type: 'function', function: { name: 't' } } }),
      /does not support/,
    ],
    [
      'null content',
      () => chat([user, { role: 'assistant', content: null, reasoning_content: 'R' }]),
      /content or tool_calls must be set/,
    ],
    ['a result that is no string', () => chat([user, assistant, { ...result, content: { a: 1 } }]), /must be a string/],
    [
      'a system message later',
      () => chat([user, { role: 'system', content: 's' }]),
      /system message must be the first/,
    ],
    ['an unknown model', () => chat([user], { model: 'deepseek-chat' }), /Model Not Exist/],
    ['129 tools', () => chat([user], { tools: Array.from({ length: 129 }, () => tools[0]) }), /maximum length 128/],
    ['max_tokens 0', () => chat([user], { max_tokens: 0 }), /valid range of max_tokens is \[1, 393216\]/],
    ['max_tokens 393217', () => chat([user], { max_tokens: 393_217 }), /valid range/],
    [
      'an overflow',
      () => chat([{ role: 'user', content: 'x'.repeat(700_000) }], { max_tokens: 393_216 }),
      /maximum context length is 1048576 tokens\. However, you requested \d+ tokens \(\d+ in the messages, 393216 in the completion\)/,
    ],
  ];
  it.each(refused)('refuses %s', async (_, body, message) => {
    const { status, text } = await post('/chat/completions', body());
    expect(status).toBe(400);
    expect((JSON.parse(text) as { error: { message: string } }).error.message).toMatch(message);
  });

  it('does not ask for reasoning without tools or without thinking', async () => {
    expect((await post('/chat/completions', chat([user, plain, user], { tools: undefined }))).status).toBe(200);
    expect(
      (await post('/chat/completions', chat([user, plain, user], { thinking: { type: 'disabled' } }))).status,
    ).toBe(200);
  });

  it('refuses a wrong key in plain text, and a body that is no JSON', async () => {
    expect(await post('/chat/completions', chat([user]), 'sk-wrong')).toEqual({
      status: 401,
      text: 'Authentication Fails (governor)',
    });
    expect((await post('/chat/completions', '{"model":')).status).toBe(400);
    expect(simulator.requests).toEqual([]);
  });
});

describe('Messages', () => {
  const think = { type: 'thinking', thinking: 'R', signature: '' };
  const use = { type: 'tool_use', id: 'c1', name: 't', input: {} };
  const found = { type: 'tool_result', tool_use_id: 'c1', content: 'done' };
  const body = (messages: unknown[]): Json => ({
    model: 'deepseek-v4-pro',
    system: 's',
    stream: true,
    max_tokens: 100,
    messages,
    tools: [{ name: 't', description: '', input_schema: {} }],
  });

  it('answers what is right', async () => {
    const messages = [user, { role: 'assistant', content: [think, use] }, { role: 'user', content: [found] }, user];
    const { status, text } = await post('/anthropic/v1/messages', body(messages));
    expect(status).toBe(200);
    expect(text).toContain('event: message_stop');
  });

  it.each([
    [
      'no thinking',
      [user, { role: 'assistant', content: [use] }, { role: 'user', content: [found] }],
      /content\[\]\.thinking/,
    ],
    [
      'a missing result',
      [user, { role: 'assistant', content: [think, use] }, user],
      /without `tool_result` blocks immediately after: c1/,
    ],
    [
      'input as text',
      [user, { role: 'assistant', content: [think, { ...use, input: '{}' }] }, { role: 'user', content: [found] }],
      /must be an object/,
    ],
  ] as const)('refuses %s', async (_, messages, message) => {
    const { status, text } = await post('/anthropic/v1/messages', body([...messages]));
    expect(status).toBe(400);
    expect(text).toMatch(message);
  });
});

describe('the growth check', () => {
  const bodyOf = (messages: unknown[], more: Json = {}): { text: string } => ({
    text: JSON.stringify({ model: 'm', messages, tools, ...more }),
  });
  const tricky = { role: 'user', content: 'a "quote\\" } ] , { [ \\\\' };

  it('cuts what JSON.stringify wrote', () => {
    const members = cutMembers(bodyOf([tricky, 1, null, [[]], {}, '']).text);
    expect([...members.keys()]).toEqual(['model', 'messages', 'tools']);
    expect(cutElements(members.get('messages') ?? '')).toEqual([
      JSON.stringify(tricky),
      '1',
      'null',
      '[[]]',
      '{}',
      '""',
    ]);
    expect(cutElements('[]')).toEqual([]);
  });

  it('accepts what only grows', () => {
    expect(() => assertMessagesGrow([bodyOf([tricky]), bodyOf([tricky, user]), bodyOf([tricky, user])])).not.toThrow();
  });

  it.each([
    ['a changed byte', bodyOf([{ ...tricky, content: 'b' }, user])],
    ['another order of keys', bodyOf([{ content: tricky.content, role: 'user' }, user])],
    ['a lost message', bodyOf([])],
    ['other tools', bodyOf([tricky], { tools: [] })],
    ['a system text that was not there', bodyOf([tricky], { system: 's' })],
    ['the same text otherwise escaped', { text: bodyOf([tricky]).text.replace('quote', '\\u0071uote') }],
  ])('sees %s', (_, later) => {
    expect(() => assertMessagesGrow([bodyOf([tricky]), later])).toThrow();
  });
});
