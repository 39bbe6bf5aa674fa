/** Rules that a turn itself writes hold for its next request. */
import { rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { startSession } from '../../../src/core/session/session.js';
import { runTurn } from '../../../src/core/session/turns.js';
import { makeSmallRepository } from '../../support/smallRepository.js';
import { openSimulatedWorkspace, type SimulatedWorkspace } from '../../support/workspace.js';

const signal = new AbortController().signal;
let workspace: SimulatedWorkspace;
let folder: string;
afterEach(async () => {
  await workspace.close();
  rmSync(folder, { recursive: true, force: true });
});

const command = 'echo private/ > .baleenignore';

test.each([
  ['write_file', { path: '.baleenignore', content: 'private/\n' }],
  ['run_command', { command }],
])('a turn that excludes what its pack shows by %s sends nothing more', async (name, args) => {
  folder = await makeSmallRepository({ 'a.txt': 'a\n', 'private/notes.txt': 'canary\n' });
  utimesSync(join(folder, 'private/notes.txt'), 1_700_000_000, 1_700_000_000);
  const calls = [{ id: 'c1', name, arguments: JSON.stringify(args) }];
  workspace = await openSimulatedWorkspace(folder, [{ calls }, { text: 'Yes.' }], {
    allowedCommands: [command],
    approver: { ask: async () => 'approved' },
  });
  const session = await startSession(workspace.parts, workspace.settings, 'chat', () => undefined, signal);
  const { outcome } = await runTurn(session, 'go', { kind: 'chat', request: 'go' }, signal).catch(() => ({
    outcome: 'failed',
  }));
  expect(outcome).toBe('failed');
  expect(workspace.simulator.requests).toHaveLength(1);
});
