/** Both wires give the same session log for the same conversation: which one was taken shows nowhere but in its head. */
import { expect, test } from 'vitest';
import type { WireName } from '../../../src/protocol/events.js';
import { startSession } from '../../../src/core/session/session.js';
import { readSession } from '../../../src/core/session/store.js';
import { runTurn } from '../../../src/core/session/turns.js';
import type { Turn } from '../../support/simulator/simulator.js';
import { prepareWorkspace } from '../../support/prepareWorkspace.js';

const signal = new AbortController().signal;
const place = prepareWorkspace();

const call = (id: string, name: string, args: unknown) => ({
  id,
  name,
  arguments: typeof args === 'string' ? args : JSON.stringify(args),
});
const readme = call('a', 'read_file', { path: 'README.md' });
/** Changes nothing in the end, so that both wires begin with the same folder. */
const there = call('b', 'edit_file', { path: 'README.md', hunks: [{ old_text: 'Small', new_text: 'Large' }] });
const back = call('c', 'edit_file', { path: 'README.md', hunks: [{ old_text: 'Large', new_text: 'Small' }] });
const dsml = '<｜DSML｜tool_calls><｜DSML｜invoke name="read_file"></｜DSML｜invoke></｜DSML｜tool_calls>';
const busy: Turn = { fault: { kind: 'answer', status: 503, body: '{"error":{"message":"busy"}}' } };
const refused: Turn = { fault: { kind: 'answer', status: 402, body: '{"error":{"message":"Insufficient Balance"}}' } };

/** A list of turns is sent; each with what the model says to it. */
const scripts: Record<string, Turn[][]> = {
  'text and reasoning': [[{ reasoning: 'Hm. 先想\n', text: 'One.\n\n🙂' }], [{ reasoning: 'R', text: 'Two.' }]],
  'empty reasoning': [[{ text: 'One.' }], [{ reasoning: ' \n', text: 'Two.' }], [{ reasoning: 'r', text: 'Three.' }]],
  'two calls in one reply, edits, and an end': [
    [
      { reasoning: 'Look.', text: 'I look.', calls: [readme, there] },
      { reasoning: 'Back.', calls: [back] },
      { text: 'Done.' },
    ],
  ],
  'calls that fail': [
    [
      { calls: [call('x', 'no_such_tool', {})] },
      { calls: [call('y', 'read_file', '{"path":"RE')] },
      { calls: [call('z', 'read_file', '{"path":"../outside", "z":1, "a":{"b":2.50}}')] },
      { text: 'I give up.' },
    ],
  ],
  'no arguments at all': [[{ calls: [call('n', 'list_files', '')] }, { text: 'Listed.' }]],
  'the length limit': [
    [{ reasoning: 'r', text: 'half', stopReason: 'length' }],
    [{ calls: [there], stopReason: 'length' }],
    [{ text: 'ok' }],
  ],
  'tool calls as text': [[{ text: `See: ${dsml}` }, { text: dsml, calls: [readme] }, { text: 'Now in words.' }]],
  'reasoning only': [[{ reasoning: 'The answer is 42.' }, { text: '42.' }]],
  'the same call again': [
    [{ calls: [readme] }, { calls: [{ ...readme, id: 'a2' }] }, { calls: [{ ...readme, id: 'a3' }] }],
  ],
  'faults before the answer': [[busy, { ...busy, fault: { kind: 'reset' } }, { text: 'At last.' }], [refused]],
};

/** What may differ: ids, times, the provider's own word for the end, the detail of the usage, and where it was sent. */
const volatile = new Set([
  'at',
  'id',
  'session',
  'checkpoint',
  'durationMs',
  'wire',
  'usage',
  'cost',
  'contextTokens',
  'driftTokens',
  'latencyMs',
  'rawFinish',
  'requestId',
  'responseId',
  'fingerprint',
  'firstTokenMs',
  'chain',
]);

async function logOf(wire: WireName, turns: Turn[][]): Promise<unknown[]> {
  const workspace = await place.open(turns.flat(), { wire, network: { retries: { baseMs: 1 } } });
  const session = await startSession(workspace.parts, workspace.settings, 'chat', () => undefined, signal);
  for (const [index] of turns.entries()) {
    const text = `Message ${index}.`;
    await runTurn(session, text, { kind: 'chat', request: text }, signal);
  }
  const records = await readSession(workspace.parts.host.files, workspace.parts.stateFolder, session.id);
  expect(workspace.simulator.requests.flatMap((request) => request.refusal ?? [])).toEqual([]);
  expect(workspace.simulator.requests).toHaveLength(turns.flat().length);
  const text = JSON.stringify(records, (key, value: unknown) => (volatile.has(key) ? '' : value));
  return JSON.parse(text.replaceAll(place.folder, 'FOLDER')) as unknown[];
}

test.each(Object.keys(scripts))('both wires log the same: %s', async (name) => {
  const openai = await logOf('openai', scripts[name]!);
  expect(openai.length).toBeGreaterThan(5);
  expect(await logOf('anthropic', scripts[name]!)).toEqual(openai);
});
