/** How other clients lost the model's reasoning (deepseek-v4-api 2.3), where it takes a session to see it. */
import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findHost, serveModel } from '../../../src/core/model/catalogue.js';
import { noReasoning } from '../../../src/core/model/types.js';
import { makeChange } from '../../../src/core/review/changes.js';
import { reviewChanges } from '../../../src/core/review/review.js';
import { resumeSession, startSession, type Session } from '../../../src/core/session/session.js';
import { runTurn } from '../../../src/core/session/turns.js';
import { assertMessagesGrow } from '../../support/simulator/growth.js';
import { profileOf } from '../../support/simulator/profiles.js';
import { startSimulator, type RecordedRequest } from '../../support/simulator/simulator.js';
import { makeSmallRepository } from '../../support/smallRepository.js';
import { openSimulatedWorkspace, type SimulatedWorkspace } from '../../support/workspace.js';

const signal = new AbortController().signal;
let folder: string;
let workspace: SimulatedWorkspace;

beforeEach(async () => {
  folder = await makeSmallRepository({ 'a.txt': 'one\n' });
});

afterEach(async () => {
  await workspace.close();
  rmSync(folder, { recursive: true, force: true });
});

let calls = 0;
const call = (name: string, args: unknown) => ({ id: `call_${++calls}`, name, arguments: JSON.stringify(args) });
const start = (workflow: 'chat' | 'review' = 'chat') =>
  startSession(workspace.parts, workspace.settings, workflow, () => undefined, signal);
const say = (session: Session, text: string) => runTurn(session, text, { kind: 'chat', request: text }, signal);

function toldReasoning({ parsed, refusal }: RecordedRequest): string[] {
  expect(refusal).toBeUndefined();
  return parsed.messages.flatMap((message) => (message.role === 'assistant' ? [message.reasoning] : []));
}

const thought = 'Byte for byte:\t "quoted" \\ 想 🙂\n  and a last line \n';

describe.each(['openai', 'anthropic'] as const)('on the %s wire', (wire) => {
  test('2.3-2, 2.3-13: what a session has stored is sent as it was, by another process and twice', async () => {
    workspace = await openSimulatedWorkspace(
      folder,
      [
        { reasoning: thought, calls: [call('read_file', { path: 'a.txt' })] },
        { text: 'Two.' },
        { text: 'Three.' },
        { text: 'Four.' },
      ],
      { wire },
    );
    const session = await start();
    await say(session, 'one');
    for (const text of ['two', 'three'])
      await say(await resumeSession(workspace.parts, workspace.settings, session.id, () => undefined, signal), text);
    const { requests } = workspace.simulator;
    expect(requests.map(toldReasoning)).toEqual([
      [],
      [thought],
      [thought, noReasoning],
      [thought, noReasoning, noReasoning],
    ]);
    assertMessagesGrow(requests);
  });

  test('2.3-7: an interrupted turn leaves no answer without reasoning behind', async () => {
    const controller = new AbortController();
    workspace = await openSimulatedWorkspace(
      folder,
      (_request, number) => {
        if (number === 1)
          return { calls: [call('read_file', { path: 'a.txt' }), call('read_file', { path: 'b.txt' })] };
        if (number === 2) return { reasoning: 'Half', text: 'half', fault: { kind: 'silence', afterEvents: 2 } };
        return { reasoning: 'Whole.', text: 'Whole.' };
      },
      { wire },
    );
    const session = await start();
    const turn = runTurn(session, 'one', { kind: 'chat', request: 'one' }, controller.signal);
    await expect.poll(() => workspace.simulator.requests.length, { timeout: 60_000 }).toBe(2);
    controller.abort();
    expect((await turn).outcome).toBe('cancelled');
    await say(session, 'two');
    await say(session, 'three');
    const { requests } = workspace.simulator;
    expect(toldReasoning(requests.at(-1)!)).toEqual([noReasoning, 'Whole.']);
    expect(JSON.stringify(requests.at(-1)!.parsed)).not.toContain('half');
    assertMessagesGrow(requests);
  });

  test('2.3-8: review in the background speaks as chat does', async () => {
    const report = () => ({ calls: [call('report_findings', { findings: [] })] });
    workspace = await openSimulatedWorkspace(folder, [report(), { ...report(), reasoning: thought }, report()], {
      wire,
    });
    const session = await start('review');
    for (const after of ['two\n', 'three\n', 'four\n']) {
      const made = makeChange('a.txt', 'one\n', after);
      if (made.kind !== 'review') throw new Error(made.why);
      await reviewChanges({ session, changes: [made.change], title: 'Review a.txt' }, signal);
    }
    expect(toldReasoning(workspace.simulator.requests.at(-1)!)).toEqual([noReasoning, thought]);
    assertMessagesGrow(workspace.simulator.requests);
  });

  test('api-9.11: with thinking switched off and on, and another model, every answer keeps what it had', async () => {
    workspace = await openSimulatedWorkspace(
      folder,
      [
        { reasoning: thought, text: 'One.' },
        { text: 'Two.' },
        { reasoning: 'Pro.', text: 'Three.' },
        { text: 'Four.' },
      ],
      { wire },
    );
    const session = await start();
    await say(session, 'one');
    session.settings = { ...session.settings, thinking: 'off' };
    await say(session, 'two');
    session.settings = { ...session.settings, thinking: 'high', model: serveModel(findHost('deepseek')!, 'v4-pro')! };
    await say(session, 'three');
    await say(session, 'four');
    const { requests } = workspace.simulator;
    expect(requests.map(({ parsed }) => [parsed.model, parsed.thinking])).toEqual([
      ['deepseek-flash', true],
      ['deepseek-flash', false],
      ['deepseek-v4-pro', true],
      ['deepseek-v4-pro', true],
    ]);
    expect(toldReasoning(requests.at(-1)!)).toEqual([thought, noReasoning, 'Pro.']);
  });
});

test('2.3-10: a session that moves to another host says its reasoning under that host’s names', async () => {
  workspace = await openSimulatedWorkspace(folder, [{ reasoning: thought, text: 'One.' }, { text: 'Back.' }]);
  const { settings } = workspace;
  const session = await start();
  await say(session, 'one');
  for (const name of ['openrouter', 'vllm', 'tensorrt', 'azure']) {
    const host = findHost(name)!;
    const other = await startSimulator({ script: [{ text: 'Elsewhere.' }], profile: profileOf(name) });
    const apiKey = host.needsKey ? other.key : '';
    const baseUrl = other.baseUrls.openai;
    session.settings = { ...settings, host, model: serveModel(host, 'v4-flash')!, baseUrl, apiKey };
    expect((await say(session, name)).outcome).toBe('done');
    expect(toldReasoning(other.requests[0]!)[0]).toBe(thought);
    await other.close();
  }
  session.settings = settings;
  await say(session, 'back');
  const [first, back] = workspace.simulator.requests;
  expect(toldReasoning(back!)).toEqual([thought, noReasoning, noReasoning, noReasoning, noReasoning]);
  assertMessagesGrow([first!, back!]);
});
