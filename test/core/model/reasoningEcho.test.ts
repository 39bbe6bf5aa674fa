/** How other clients lost the model's reasoning (deepseek-v4-api 2.3), each as a test of ours, where a request shows it. */
import { afterEach, describe, expect, it } from 'vitest';
import { catalogueModels } from '../../../src/core/model/models.js';
import { findHost, serveModel } from '../../../src/core/model/catalogue.js';
import { noReasoning, type AssistantMessage, type Message } from '../../../src/core/model/types.js';
import { startSimulator, type Simulator, type Turn } from '../../support/simulator/simulator.js';
import { ask, clientOf, doneOf, requestTo, textOf, wires } from './support.js';

let simulator: Simulator;

afterEach(() => simulator.close());

const deepseek = findHost('deepseek')!;
const user = (text: string): Message => ({ role: 'user', text });
const rawChunks = (deltas: object[], finish: string): Turn => ({
  fault: {
    kind: 'raw',
    pieces: [
      ...deltas.map((delta) => `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`),
      `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: finish }] })}\n\ndata: [DONE]\n\n`,
    ],
  },
});

/** What the server finds of the model's reasoning in the last request. */
function toldReasoning(): string[] {
  const { parsed, refusal } = simulator.requests.at(-1)!;
  expect(refusal).toBeUndefined();
  return parsed.messages.flatMap((message) => (message.role === 'assistant' ? [message.reasoning] : []));
}

it('2.3-1: reasoning goes back though the server sent no ids at all', async () => {
  const call = { index: 0, id: 'c1', type: 'function', function: { name: 'edit_file', arguments: '{}' } };
  const first = rawChunks([{ reasoning_content: 'Why.' }, { tool_calls: [call] }], 'tool_calls');
  simulator = await startSimulator({ script: [first, { text: 'ok' }] });
  const { message } = doneOf(await ask(clientOf(), requestTo(simulator, 'openai')));
  const result: Message = { role: 'tool', call: 'c1', name: 'edit_file', text: 'done', failed: false };
  doneOf(await ask(clientOf(), requestTo(simulator, 'openai', { messages: [user('a'), message, result] })));
  expect(toldReasoning()).toEqual(['Why.']);
});

describe.each(wires)('on the %s wire', (wire) => {
  it.each(catalogueModels.flatMap(({ id, aliases }) => [id, ...aliases]))(
    '2.3-3: %s is asked to think, and told what it thought, under every name that it has',
    async (name) => {
      const said: Message = { role: 'assistant', reasoning: 'Hm.', text: 'b', calls: [] };
      const messages = [user('a'), said, user('c')];
      simulator = await startSimulator({ script: [{ text: 'ok' }] });
      const model = serveModel(deepseek, name)!;
      doneOf(await ask(clientOf(), requestTo(simulator, wire, { model, messages, thinking: 'max' })));
      expect(simulator.requests[0]!.parsed).toMatchObject({ thinking: true, effort: 'max', model: model.wireId });
      expect(toldReasoning()).toEqual(['Hm.']);
    },
  );

  it('2.3-4: answers without a tool call carry theirs too', async () => {
    simulator = await startSimulator({ script: [{ reasoning: 'Plain.', text: 'a' }, { text: 'b' }, { text: 'c' }] });
    const messages: Message[] = [user('1')];
    for (let turn = 2; turn <= 4; turn++) {
      messages.push(doneOf(await ask(clientOf(), requestTo(simulator, wire, { messages }))).message);
      messages.push(user(String(turn)));
    }
    expect(toldReasoning()).toEqual(['Plain.', noReasoning]);
  });

  it.each([
    ['nothing', '', noReasoning],
    ['blanks', ' \n', noReasoning],
    ['a text that counts as false elsewhere', '0', '0'],
  ])('2.3-5: reasoning that is %s', async (_, reasoning, kept) => {
    simulator = await startSimulator({ script: [{ reasoning, text: 'a' }, { text: 'b' }] });
    const { message } = doneOf(await ask(clientOf(), requestTo(simulator, wire)));
    expect(message.reasoning).toBe(kept);
    doneOf(await ask(clientOf(), requestTo(simulator, wire, { messages: [user('1'), message, user('2')] })));
    expect(toldReasoning()).toEqual([kept]);
  });

  it('2.3-9: reasoning stands in its own place and never in the answer’s', async () => {
    const message: AssistantMessage = { role: 'assistant', reasoning: 'SECRET THOUGHT', text: 'said', calls: [] };
    simulator = await startSimulator({ script: [{ text: 'ok' }] });
    doneOf(await ask(clientOf(), requestTo(simulator, wire, { messages: [user('1'), message, user('2')] })));
    const { parsed, text } = simulator.requests[0]!;
    expect(parsed.messages.at(-2)).toMatchObject({ reasoning: 'SECRET THOUGHT', text: 'said' });
    expect(text.split('SECRET THOUGHT')).toHaveLength(2);
  });

  it('2.3-14: a reply that acts without a thought is taken as it is, and the conversation goes on', async () => {
    const calls = [{ id: 'c1', name: 'edit_file', arguments: '{"path":"a"}' }];
    simulator = await startSimulator({ script: [{ calls }, { text: 'ok' }] });
    const { message } = doneOf(await ask(clientOf(), requestTo(simulator, wire)));
    expect(message.calls).toEqual(calls);
    const result: Message = { role: 'tool', call: 'c1', name: 'edit_file', text: 'done', failed: false };
    doneOf(await ask(clientOf(), requestTo(simulator, wire, { messages: [user('a'), message, result] })));
    expect(toldReasoning()).toEqual([noReasoning]);
  });
});

it('2.3-5: the empty text that opens every stream is not the beginning of a thought', async () => {
  const deltas = [{ role: 'assistant', content: null, reasoning_content: '' }, { content: 'a' }];
  simulator = await startSimulator({ script: [rawChunks(deltas, 'stop')] });
  const events = await ask(clientOf(), requestTo(simulator, 'openai'));
  expect(events.filter((event) => event.type === 'reasoning')).toEqual([]);
  expect(textOf(events, 'text')).toBe('a');
});
