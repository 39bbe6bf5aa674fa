/** Sessions keep the snapshot they began with, whatever becomes of the newest one; what cannot go on says so. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { resumeSession, startSession, type Session } from '../../../src/core/session/session.js';
import { runTurn } from '../../../src/core/session/turns.js';
import type { AgentEvent, EventOf } from '../../../src/protocol/events.js';
import { assertMessagesGrow } from '../../support/simulator/growth.js';
import { makeSmallRepository } from '../../support/smallRepository.js';
import { openSimulatedWorkspace, type SimulatedWorkspace } from '../../support/workspace.js';

const signal = new AbortController().signal;
let folder: string;
let workspace: SimulatedWorkspace;
let events: AgentEvent[];

beforeEach(async () => {
  events = [];
  folder = await makeSmallRepository({ 'a.txt': 'old words of a\n', 'b.txt': 'old words of b\n' });
  const answers = Array.from({ length: 8 }, () => ({ text: 'Yes.' }));
  workspace = await openSimulatedWorkspace(folder, answers);
});

afterEach(async () => {
  await workspace.close();
  rmSync(folder, { recursive: true, force: true });
});

const emit = (event: AgentEvent): void => void events.push(event);
const start = (renew = false): Promise<Session> =>
  startSession(workspace.parts, workspace.settings, 'chat', emit, signal, { renew });
const ask = (session: Session) => runTurn(session, 'go', { kind: 'chat', request: 'go' }, signal);
const eventsOf = <T extends AgentEvent['type']>(type: T): EventOf<T>[] =>
  events.filter((event): event is EventOf<T> => event.type === type);

test('an older session goes on beside a new one, each over its own bytes, also when it is opened again', async () => {
  const old = await start();
  await ask(old);
  writeFileSync(join(folder, 'a.txt'), 'changed\n');
  const young = await start(true);
  expect(eventsOf('cache_break')).toMatchObject([{ reason: 'you asked for a new snapshot' }]);
  expect(eventsOf('cache_break')[0]?.price?.amount).toBeGreaterThan(0);
  await ask(young);
  await ask(old);
  const again = await resumeSession(workspace.parts, workspace.settings, old.id, emit, signal);
  writeFileSync(join(folder, 'b.txt'), 'changed too\n');
  await ask(again);
  const { requests } = workspace.simulator;
  assertMessagesGrow([requests[0]!, requests[2]!, requests[3]!]);
  expect(requests[2]!.text).toContain('old words of a');
  expect(requests[2]!.text).toContain('kind=\\"changed\\" path=\\"a.txt\\"');
  expect(requests[1]!.text).not.toContain('old words of a');
  expect(requests[3]!.text).toContain('kind=\\"changed\\" path=\\"b.txt\\"');
});

test('a new snapshot is proposed once, with both prices, and made only when it is asked for', async () => {
  const session = await start();
  for (let n = 0; n < 9; n++) writeFileSync(join(folder, `n${n}.txt`), `some word ${n}\n`.repeat(400));
  await ask(session);
  await ask(session);
  const [proposal, ...more] = eventsOf('resnapshot_proposed');
  expect(more).toEqual([]);
  expect(proposal?.logTokens).toBeGreaterThan(4_000);
  expect(proposal?.renewCost?.amount).toBeGreaterThan(0);
  expect(proposal?.carryCost?.amount).toBeGreaterThan(0);
  expect(eventsOf('cache_break')).toEqual([]);
  await start();
  expect(eventsOf('resnapshot_proposed')).toHaveLength(2);
  expect(eventsOf('pack_ready').at(-1)?.reused).toBe(true);
});

test('a file that becomes secret ends the running session before anything leaves', async () => {
  writeFileSync(join(folder, '.npmrc'), 'registry=https://r.acme.io\n');
  const session = await start();
  await ask(session);
  writeFileSync(join(folder, '.npmrc'), '//r.acme.io/:_authToken=very-own-token\n');
  await expect(ask(session)).rejects.toMatchObject({ action: { kind: 'new_session' }, message: /\.npmrc/ });
  expect(workspace.simulator.requests).toHaveLength(1);
  expect((await ask(await start())).outcome).toBe('done');
  const last = workspace.simulator.requests.at(-1)?.text ?? '';
  expect(last).not.toContain('registry=');
  expect(last).not.toContain('very-own-token');
});
