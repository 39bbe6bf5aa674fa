/** RES-04: a model that never comes to an end is stopped, with a sentence and a button. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startSession } from '../../../src/core/session/session.js';
import type { SessionSettings } from '../../../src/core/session/sessionParts.js';
import { runTurn } from '../../../src/core/session/turns.js';
import type { AgentEvent } from '../../../src/protocol/events.js';
import { makeSmallRepository } from '../../support/smallRepository.js';
import { openSimulatedWorkspace, type SimulatedWorkspace } from '../../support/workspace.js';

let folder: string;
let workspace: SimulatedWorkspace;

beforeEach(async () => void (folder = await makeSmallRepository({ 'a.txt': 'one\n', 'b.txt': 'b\n', 'c.txt': 'c\n' })));
afterEach(async () => {
  await workspace.close();
  rmSync(folder, { recursive: true, force: true });
});

const read = (path: string, spaces = '') => ({ name: 'read_file', arguments: `{${spaces}"path":${spaces}"${path}"}` });
const edit = (from: string, to: string) => ({
  name: 'edit_file',
  arguments: JSON.stringify({ path: 'a.txt', hunks: [{ old_text: from, new_text: to }] }),
});

type Call = { name: string; arguments: string };

/** Long enough to cost something, and never the same. */
const think = (number: number): string =>
  Array.from({ length: 300 }, (_, line) => `${number}.${line}: thought`).join('\n');

/** Each request is answered with the next call of the circle, for ever. */
async function goRound(circle: (number: number) => Call, limits: Partial<SessionSettings['limits']> = {}) {
  workspace = await openSimulatedWorkspace(
    folder,
    (_request, number) => ({ reasoning: think(number), calls: [{ id: `c${number}`, ...circle(number - 1) }] }),
    { limits: { maxSteps: 30, ...limits } },
  );
  const events: AgentEvent[] = [];
  const { signal } = new AbortController();
  const session = await startSession(
    workspace.parts,
    workspace.settings,
    'chat',
    (event) => events.push(event),
    signal,
  );
  const { outcome } = await runTurn(session, 'one', { kind: 'chat', request: 'one' }, signal);
  const notice = events.findLast((event) => event.type === 'notice' && event.action !== undefined);
  const action = notice?.type === 'notice' ? notice.action!.label : undefined;
  const text = notice?.type === 'notice' ? notice.text : undefined;
  return { outcome, action, text, requests: workspace.simulator.requests };
}

const of =
  (...calls: Call[]) =>
  (number: number) =>
    calls[number % calls.length]!;

test.each<[string, (number: number) => Call, number]>([
  ['one call', of(read('a.txt')), 3],
  ['one call, written in another way each time', (number) => read('a.txt', ' '.repeat(number)), 3],
  ['two calls in turn', of(read('a.txt'), read('b.txt')), 5],
  ['three calls in turn', of(read('a.txt'), read('b.txt'), read('c.txt')), 7],
])('RES-04: %s for ever is warned of at the second time and stopped at the third', async (_, circle, most) => {
  const { outcome, action, text, requests } = await goRound(circle);
  expect([outcome, action, requests.length]).toEqual(['cap_reached', 'Continue', most]);
  expect(text).toMatch(/^Stopped: the model made the same call 3 times/);
  expect(requests.at(-1)!.text).toContain('This very call was made before and nothing has changed since');
});

test('RES-04: an edit and the one that takes it back, for ever', async () => {
  const { outcome, action, text, requests } = await goRound(of(edit('one', 'two'), edit('two', 'one')));
  expect([outcome, action, requests.length]).toEqual(['cap_reached', 'Continue', 5]);
  expect(text).toMatch(/^Stopped: the model made the same edit 3 times and took it back in between/);
  expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('two\n');
});

test('RES-04: calls that are never alike end at the step cap', async () => {
  const { outcome, action, requests } = await goRound((number) => read(`no${number}.txt`));
  expect([outcome, action, requests.length]).toEqual(['cap_reached', 'More steps…', 30]);
});

test('RES-04: and at the cap of money, before the request that could pass it', async () => {
  const { outcome, action, requests } = await goRound((number) => read(`no${number}.txt`), { maxTurnCost: 0.012 });
  expect([outcome, action]).toEqual(['cap_reached', 'Caps…']);
  expect(requests.length).toBeGreaterThan(0);
  expect(requests.length).toBeLessThan(30);
  const { lines } = await workspace.parts.ledger.read(0);
  expect(lines.reduce((sum, { cost }) => sum + (cost?.amount ?? 0), 0)).toBeLessThan(0.012);
});

test('an edit between two equal calls makes the second a new one', async () => {
  const { requests } = await goRound((number) =>
    number % 2 === 0 ? read('a.txt') : edit(number === 1 ? 'one' : `${number - 2}`, `${number}`),
  );
  expect(requests.length).toBe(30);
});

test('who reads on in a running command is not going round in a circle, as long as it prints', async () => {
  const command = 'n=0; while [ $n -lt 1000 ]; do n=$((n + 1)); echo $n; sleep 0.05; done';
  const start = { name: 'run_command', arguments: JSON.stringify({ command, background: true }) };
  workspace = await openSimulatedWorkspace(
    folder,
    (request, number) => {
      const id = /c-[0-9a-f]{8}/.exec(
        JSON.stringify(request.parsed.messages.filter(({ role }) => role === 'tool')),
      )?.[0];
      if (number === 7) return { text: 'It counts.' };
      const next = id === undefined ? start : readOn(id);
      return { calls: [{ id: `c${number}`, ...next }] };
    },
    { allowedCommands: [command] },
  );
  const { signal } = new AbortController();
  const session = await startSession(workspace.parts, workspace.settings, 'chat', () => undefined, signal);
  const { outcome } = await runTurn(session, 'count', { kind: 'chat', request: 'count' }, signal);
  expect(outcome).toBe('done');
  expect(workspace.simulator.requests).toHaveLength(7);
});

const readOn = (id: string) => ({ name: 'command_output', arguments: JSON.stringify({ id, wait_seconds: 30 }) });
