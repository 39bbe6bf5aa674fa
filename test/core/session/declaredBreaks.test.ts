/** What leaves the cache lane says so before it is sent, with its price and the byte at which the request parts. */
import { rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findHost, serveModel } from '../../../src/core/model/catalogue.js';
import { startSession, type Session } from '../../../src/core/session/session.js';
import type { SessionSettings } from '../../../src/core/session/sessionParts.js';
import { runTurn } from '../../../src/core/session/turns.js';
import type { EventOf } from '../../../src/protocol/events.js';
import { profileOf } from '../../support/simulator/profiles.js';
import { startSimulator } from '../../support/simulator/simulator.js';
import { makeSmallRepository } from '../../support/smallRepository.js';
import { openSimulatedWorkspace, type SimulatedWorkspace } from '../../support/workspace.js';

const signal = new AbortController().signal;
let folder: string;
let workspace: SimulatedWorkspace;
let breaks: EventOf<'cache_break'>[];

beforeEach(async () => {
  folder = await makeSmallRepository();
  breaks = [];
});

afterEach(async () => {
  await workspace.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(options: Partial<SessionSettings>): Promise<Session> {
  workspace = await openSimulatedWorkspace(folder, () => ({ text: 'ok' }), options);
  const session = await startSession(
    workspace.parts,
    workspace.settings,
    'chat',
    (event) => void (event.type === 'cache_break' && breaks.push(event)),
    signal,
  );
  await say(session, 'one');
  expect(breaks).toEqual([]);
  return session;
}

const say = (session: Session, text: string) => runTurn(session, text, { kind: 'chat', request: text }, signal);
const deepseek = findHost('deepseek')!;
const pro = serveModel(deepseek, 'v4-pro')!;

test.each([
  ['the effort', { thinking: 'max' }, /thinking high became .*thinking max/],
  ['thinking', { thinking: 'off' }, /thinking off/],
  ['the model', { model: pro }, /v4-flash.* became .*v4-pro/],
  ['the user id', { userId: 'somebody-else' }, /./],
] as [string, Partial<SessionSettings>, RegExp][])(
  'api-9.16: a change of %s is declared, with its price',
  async (what, change, reason) => {
    const session = await open({});
    session.settings = { ...session.settings, ...change };
    await say(session, 'two');
    expect(breaks).toHaveLength(1);
    const [told] = breaks;
    expect(told!.reason).toMatch(reason);
    expect(told!.price?.amount).toBeGreaterThan(0);
    const [before, after] = workspace.simulator.requests.map(({ body }) => Buffer.from(body));
    const at = told!.firstDifferingByte!;
    expect(at).toBeGreaterThan(0);
    expect(at).toBeLessThan(after!.length);
    expect(after!.subarray(0, 20).equals(before!.subarray(0, 20))).toBe(what !== 'the model');
    await say(session, 'three');
    expect(breaks).toHaveLength(1);
  },
);

test('api-9.16: at another host, where nothing is paid, the byte is that of its own switch', async () => {
  const host = findHost('vllm')!;
  const server = await startSimulator({ script: () => ({ text: 'ok' }), profile: profileOf('vllm') });
  const model = serveModel(host, 'v4-flash')!;
  const session = await open({ host, model, baseUrl: server.origin, apiKey: '' });
  session.settings = { ...session.settings, thinking: 'off' };
  await say(session, 'two');
  expect(breaks).toHaveLength(1);
  expect(breaks[0]!.price?.amount).toBe(0);
  const { body } = server.requests[1]!;
  const around = Buffer.from(body).subarray(breaks[0]!.firstDifferingByte! - 40, breaks[0]!.firstDifferingByte! + 10);
  expect(around.toString()).toContain('"chat_template_kwargs":{"thinking":');
  await server.close();
});

test.each([
  ['how edits are approved', { approve: 'plan' }],
  ['an effort that V4-Pro does not write into the prompt', { thinking: 'low' }],
] as [string, Partial<SessionSettings>][])('api-9.16: a change of %s is none', async (_, change) => {
  const session = await open({ model: pro });
  session.settings = { ...session.settings, ...change };
  await say(session, 'two');
  expect(breaks).toEqual([]);
});
