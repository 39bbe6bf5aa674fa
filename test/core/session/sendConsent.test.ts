/** Where the data goes: told and agreed to once for each workspace and origin, before a byte leaves, in every workflow. */
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SendConsent } from '../../../src/core/session/agreements.js';
import { runRefactor } from '../../../src/core/refactor/refactor.js';
import { makeChange, type ChangeToReview } from '../../../src/core/review/changes.js';
import { reviewChanges } from '../../../src/core/review/review.js';
import { startSession, type Session } from '../../../src/core/session/session.js';
import { runTurn, type TurnResult } from '../../../src/core/session/turns.js';
import type { SendQuestion } from '../../../src/protocol/destination.js';
import type { AgentEvent, Workflow } from '../../../src/protocol/events.js';
import { makeSmallRepository } from '../../support/smallRepository.js';
import { openSimulatedWorkspace, type SimulatedWorkspace } from '../../support/workspace.js';

const signal = new AbortController().signal;
const service = 'https://api.deepseek.com';
const other = 'https://llm.example:8443';
const no = { agreed: false, sentence: 'Nothing was sent, as you said.' } as const;

let folder: string;
let workspace: SimulatedWorkspace;
let asked: SendQuestion[];
let answer: Awaited<ReturnType<SendConsent['ask']>>;
let events: AgentEvent[];

const consent: SendConsent = {
  ask: async (question) => {
    asked.push(question);
    return answer;
  },
};

beforeEach(async () => {
  folder = await makeSmallRepository();
  asked = [];
  events = [];
  answer = { agreed: true };
});

afterEach(async () => {
  await workspace.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(options: Parameters<typeof openSimulatedWorkspace>[2] = {}): Promise<void> {
  const script = (): { text: string } => ({ text: 'Yes.' });
  workspace = await openSimulatedWorkspace(folder, script, { consent, elsewhere: service, ...options });
}

const start = (workflow: Workflow = 'chat'): Promise<Session> =>
  startSession(workspace.parts, workspace.settings, workflow, (event) => events.push(event), signal);
const ask = (session: Session): Promise<TurnResult> => runTurn(session, 'go', { kind: 'chat', request: 'go' }, signal);
const notices = (): string[] => events.flatMap((event) => (event.type === 'notice' ? [event.text] : []));

test('asks once, with files, tokens, origin and law, and never again for this workspace', async () => {
  await open();
  const session = await start();
  expect((await ask(session)).outcome).toBe('done');
  const { counts, report } = session.pack;
  expect(asked).toEqual([
    {
      ...{ origin: service, host: 'DeepSeek', operator: 'service', jurisdiction: 'China' },
      ...{ files: counts.full, tokens: report.tokens, price: asked[0]!.price },
    },
  ]);
  expect(asked[0]!.price?.amount).toBeGreaterThan(0);
  expect(notices().join()).toContain(`You agreed that this workspace may be sent to ${service}`);
  await ask(session);
  await ask(await start());
  await reviewChanges({ session: await start('review'), changes: [change()], title: 'Review' }, signal);
  expect(asked).toHaveLength(1);
  expect(workspace.simulator.requests.length).toBeGreaterThanOrEqual(4);
});

test('keeps the agreement where only the user reads it, and not in the workspace', async () => {
  await open();
  await ask(await start());
  const path = join(workspace.parts.stateFolder, 'agreements.json');
  expect(readFileSync(path, 'utf8')).toMatch(
    /^\{"agreed":\[\{"origin":"https:\/\/api\.deepseek\.com","at":"[^"]+"\}\]\}\n$/,
  );
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder).sort()).toEqual(['.git', '.gitignore', 'README.md', 'src']);
});

test.each(['chat', 'review', 'refactor'] as const)(
  'a no in %s sends nothing, and asks again next time',
  async (kind) => {
    await open();
    answer = no;
    const session = await start(kind);
    const run = {
      chat: () => ask(session),
      review: () => reviewChanges({ session, changes: [change()], title: 'Review' }, signal),
      refactor: () => runRefactor({ session, rule: 'x', verify: [], choose: async () => [] }, signal),
    }[kind];
    expect((await run()).outcome).toBe('refused');
    expect(workspace.simulator.requests).toHaveLength(0);
    expect(notices()).toContain(no.sentence);
    await run();
    expect(asked).toHaveLength(2);
  },
);

test('the first message after a no is like a first message', async () => {
  await open();
  answer = no;
  const session = await start();
  await ask(session);
  answer = { agreed: true };
  await ask(session);
  expect(workspace.simulator.requests).toHaveLength(1);
  const sent = workspace.simulator.requests[0]!.text;
  expect(sent).toContain('name=\\"surroundings\\"');
  expect(sent.split('<baleen-request>')).toHaveLength(2);
});

test('where nobody can be asked nothing is sent', async () => {
  workspace = await openSimulatedWorkspace(folder, [], { elsewhere: service });
  expect((await ask(await start())).outcome).toBe('refused');
  expect(workspace.simulator.requests).toHaveLength(0);
  expect(notices().join()).toContain('nobody can be asked');
});

test('another origin is asked for, in a running session too, and named as unknown', async () => {
  await open();
  const session = await start();
  await ask(session);
  session.settings = { ...session.settings, baseUrl: other };
  answer = no;
  await ask(session);
  expect(asked.map(({ origin, host, jurisdiction }) => [origin, host, jurisdiction])).toEqual([
    [service, 'DeepSeek', 'China'],
    [other, undefined, undefined],
  ]);
  expect(workspace.simulator.requests).toHaveLength(1);
});

test('what was taken back, or cannot be read, is asked for again', async () => {
  await open();
  const session = await start();
  await ask(session);
  expect(await workspace.parts.agreements.forget()).toEqual([service]);
  await ask(session);
  writeFileSync(join(workspace.parts.stateFolder, 'agreements.json'), '{"agreed":["x"');
  await ask(session);
  expect(asked).toHaveLength(3);
});

test('nothing is asked on this machine or in a rehearsal', async () => {
  workspace = await openSimulatedWorkspace(folder, [{ text: 'Yes.' }], { consent });
  const session = await start();
  expect((await ask(session)).outcome).toBe('done');
  expect(asked).toEqual([]);
});

test('a stop while the question waits sends nothing', async () => {
  const controller = new AbortController();
  const waiting: SendConsent = {
    ask: (_question, given) =>
      new Promise((_resolve, reject) => {
        given.addEventListener('abort', () => reject(new DOMException('stopped', 'AbortError')));
        controller.abort();
      }),
  };
  await open({ consent: waiting });
  const session = await start();
  const turn = runTurn(session, 'go', { kind: 'chat', request: 'go' }, controller.signal);
  await expect(turn).rejects.toThrow('stopped');
  expect(workspace.simulator.requests).toHaveLength(0);
  expect(await workspace.parts.agreements.list()).toEqual([]);
});

test('a host outside of the organisation’s list is refused before anything is asked, and who says so is named', async () => {
  await open({ allowedHosts: [{ hosts: ['llm.example'], by: 'the setting baleen.allowedHosts' }] });
  const session = await start();
  expect((await ask(session)).outcome).toBe('refused');
  expect(asked).toEqual([]);
  expect(workspace.simulator.requests).toHaveLength(0);
  expect(notices().at(-1)).toMatch(/api\.deepseek\.com is not among the hosts that the setting baleen\.allowedHosts/);
  session.settings = { ...session.settings, allowedHosts: [{ hosts: ['*.deepseek.com'], by: 'x' }] };
  expect((await ask(session)).outcome).toBe('done');
});

function change(): ChangeToReview {
  const made = makeChange('src/greet.mjs', 'old\n', 'new\n');
  if (made.kind === 'skip') throw new Error(made.why);
  return made.change;
}
