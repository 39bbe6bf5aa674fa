/** What the user says while a turn runs goes in behind the results of a step, never between them, and loses nothing. */
import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startSession } from '../../../src/core/session/session.js';
import { beginTurn } from '../../../src/core/session/turns.js';
import type { AgentEvent } from '../../../src/protocol/events.js';
import { assertMessagesGrow } from '../../support/simulator/growth.js';
import type { SimulatorOptions } from '../../support/simulator/simulator.js';
import { makeSmallRepository } from '../../support/smallRepository.js';
import { openSimulatedWorkspace, type SimulatedWorkspace } from '../../support/workspace.js';

const { signal } = new AbortController();
let folder: string;
let workspace: SimulatedWorkspace;

beforeEach(async () => void (folder = await makeSmallRepository()));
afterEach(async () => {
  await workspace.close();
  rmSync(folder, { recursive: true, force: true });
});

const list = (id: string) => ({ id, name: 'list_files', arguments: `{"path":"${id}"}` });

describe.each(['openai', 'anthropic'] as const)('on the %s wire', (wire) => {
  async function run(script: SimulatorOptions['script'], said: string[]) {
    workspace = await openSimulatedWorkspace(folder, script, { wire });
    const events: AgentEvent[] = [];
    const session = await startSession(workspace.parts, workspace.settings, 'chat', (e) => events.push(e), signal);
    const turn = await beginTurn(session, 'one');
    const { outcome } = await turn.send({ kind: 'chat', request: 'one', steer: () => said.splice(0) }, signal);
    await turn.end(outcome);
    const { requests } = workspace.simulator;
    expect(requests.map(({ refusal }) => refusal)).toEqual(requests.map(() => undefined));
    assertMessagesGrow(requests);
    return { requests, outcome, events };
  }

  test('said while calls run: behind all of their results, before the next request', async () => {
    const said: string[] = [];
    const { requests, events } = await run((_request, number) => {
      if (number > 1) return { text: 'Done.' };
      said.push('Rather the other way.', 'And shorter.');
      return { reasoning: 'Two calls.', calls: [list('a'), list('b')] };
    }, said);
    expect(requests).toHaveLength(2);
    const told = requests[1]!.parsed.messages.slice(-5).map((message) => {
      if (message.role !== 'user') return message.role;
      return /<baleen-request>\n(.*)\n/.exec('text' in message ? message.text : '')?.[1];
    });
    // The encoder of the Anthropic wire may put neighbours of one role into one message.
    if (wire === 'openai') expect(told).toEqual(['assistant', 'tool', 'tool', 'Rather the other way.', 'And shorter.']);
    expect(requests[1]!.text.indexOf('Rather the other way.')).toBeLessThan(requests[1]!.text.indexOf('And shorter.'));
    expect(events.flatMap((event) => (event.type === 'steered' ? [event.text] : []))).toEqual([
      'Rather the other way.',
      'And shorter.',
    ]);
  });

  test('said while the last answer comes: the turn goes on with it', async () => {
    const said: string[] = [];
    const { requests, outcome } = await run((_request, number) => {
      if (number === 1) said.push('One thing more.');
      return { text: `Answer ${number}.` };
    }, said);
    expect(outcome).toBe('done');
    expect(requests).toHaveLength(2);
    expect(requests[1]!.text).toContain('One thing more.');
  });
});
