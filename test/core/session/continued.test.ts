/** A turn whose process ended in the middle goes on as the same turn: one checkpoint, one undo, no call twice. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { resumeSession, startSession } from '../../../src/core/session/session.js';
import { beginTurn, continueTurn } from '../../../src/core/session/turns.js';
import type { AgentEvent } from '../../../src/protocol/events.js';
import { assertMessagesGrow } from '../../support/simulator/growth.js';
import { makeSmallRepository } from '../../support/smallRepository.js';
import { openSimulatedWorkspace, type SimulatedWorkspace } from '../../support/workspace.js';
import { restoreAll } from '../../support/restoreAll.js';

const signal = new AbortController().signal;
/** A busy machine is no failure. */
const patience = { timeout: 60_000 };
let folder: string;
let workspace: SimulatedWorkspace;

beforeEach(async () => {
  folder = await makeSmallRepository({ 'a.txt': 'one\n', 'b.txt': 'two\n' });
});

afterEach(async () => {
  await workspace.close();
  rmSync(folder, { recursive: true, force: true });
});

const edit = (id: string, path: string, from: string, to: string) => ({
  id,
  name: 'edit_file',
  arguments: JSON.stringify({ path, hunks: [{ old_text: from, new_text: to }] }),
});

test('after a stop between two calls, the second runs once and one undo takes back both', async () => {
  const calls = [edit('c1', 'a.txt', 'one', 'ONE'), edit('c2', 'b.txt', 'two', 'TWO')];
  const stopped = new Error('the process ends here');
  let isFirst = true;
  workspace = await openSimulatedWorkspace(folder, [{ calls }, { text: 'Done.' }], {
    approve: 'ask',
    approver: {
      ask: async (request) => {
        const isSecond = request.subject.kind === 'edit' && request.subject.path === 'b.txt';
        if (isSecond && isFirst) {
          isFirst = false;
          throw stopped;
        }
        return 'approved';
      },
    },
  });
  const before = await startSession(workspace.parts, workspace.settings, 'chat', () => undefined, signal);
  // Nothing of the first process comes after the question: what it would still write is held back for ever.
  const open = await beginTurn(before, 'shout');
  const append = before.conversation.append.bind(before.conversation);
  before.conversation.append = (message) =>
    message.role === 'tool' && message.call === 'c2' ? new Promise(() => undefined) : append(message);
  void open.send({ kind: 'chat', request: 'shout' }, signal);
  await expect.poll(() => readFileSync(join(folder, 'a.txt'), 'utf8'), patience).toBe('ONE\n');
  await expect.poll(() => before.conversation.openCalls().map((call) => call.id), patience).toEqual(['c2']);
  // Who asks next is the second process.
  await expect.poll(() => isFirst, patience).toBe(false);

  const events: AgentEvent[] = [];
  const emit = (event: AgentEvent): void => void events.push(event);
  const after = await resumeSession(workspace.parts, workspace.settings, before.id, emit, signal);
  const turn = await continueTurn(after);
  expect(turn.checkpoint.id).toBe(open.checkpoint.id);
  const { outcome } = await turn.resume(signal);
  const result = await turn.end(outcome);
  expect(result).toMatchObject({ outcome: 'done', changed: ['a.txt', 'b.txt'], checkpoint: open.checkpoint.id });
  expect(events.some((event) => event.type === 'turn_start')).toBe(false);
  assertMessagesGrow(workspace.simulator.requests);

  const { journal } = workspace.parts;
  await restoreAll(journal, open.checkpoint.id);
  expect([readFileSync(join(folder, 'a.txt'), 'utf8'), readFileSync(join(folder, 'b.txt'), 'utf8')]).toEqual([
    'one\n',
    'two\n',
  ]);
});
