/** What git tells of files that are kept from the model, over a real repository. */
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startSession } from '../../../src/core/session/session.js';
import { runTurn } from '../../../src/core/session/turns.js';
import { commitAll, makeSmallRepository } from '../../support/smallRepository.js';
import { openSimulatedWorkspace, type SimulatedWorkspace } from '../../support/workspace.js';

const signal = new AbortController().signal;
const canary = 'the plan nobody is to read';
let folder: string;
let workspace: SimulatedWorkspace | undefined;

beforeEach(async () => {
  folder = await makeSmallRepository({ '.baleenignore': 'conf/\n', 'a.txt': 'a\n' });
});
afterEach(async () => {
  await workspace?.close();
  rmSync(folder, { recursive: true, force: true });
});

const git = (...args: string[]): void => void execFileSync('git', args, { cwd: folder });

/** What became of each command, and everything that was sent. */
async function run(commands: readonly string[], before: () => void = () => undefined) {
  const calls = commands.map((command, at) => ({
    id: `c${at}`,
    name: 'run_command',
    arguments: JSON.stringify({ command }),
  }));
  const allowedCommands = ['git log', 'git diff', 'git status', 'git grep plan'];
  workspace = await openSimulatedWorkspace(folder, [{ calls }, { text: 'Done.' }], { allowedCommands });
  const session = await startSession(workspace.parts, workspace.settings, 'chat', () => undefined, signal);
  before();
  await runTurn(session, 'go', { kind: 'chat', request: 'go' }, signal);
  const { requests } = workspace.simulator;
  const results = requests.at(-1)!.parsed.messages.flatMap((one) => (one.role === 'tool' ? [one.text] : []));
  return {
    isRun: results.map((text) => text.startsWith('exit code 0')),
    sent: requests.map(({ body }) => body).join(),
  };
}

function addHidden(): void {
  execFileSync('mkdir', ['-p', join(folder, 'conf')]);
  writeFileSync(join(folder, 'conf/notes.txt'), `${canary}\n`);
}

test('SEC-10: stays with git where git tracks it, as far as a command is not limited to other files', async () => {
  addHidden();
  commitAll(folder, 'all');
  writeFileSync(join(folder, 'a.txt'), 'b\n');
  const lines = ['git log -p', 'git grep plan', 'git diff', 'git diff -- a.txt', 'git log --stat', 'git status'];
  const { isRun, sent } = await run(lines);
  expect(isRun).toEqual([false, false, false, true, true, true]);
  expect(sent).not.toContain(canary);
  expect(sent).toContain('conf/notes.txt, which is kept from the model');
});

test('is known from when git is told of it', async () => {
  addHidden();
  const { isRun } = await run(['git log -p']);
  expect(isRun).toEqual([true]);
  await workspace!.close();
  const later = await run(['git log -p'], () => git('add', '--force', '.'));
  expect(later.isRun).toEqual([false]);
});

test('a repository that hides nothing, or nothing that git tracks, is told of as before', async () => {
  writeFileSync(join(folder, '.gitignore'), 'conf\n');
  addHidden();
  commitAll(folder, 'all');
  const { isRun, sent } = await run(['git log -p', 'git diff']);
  expect(isRun).toEqual([true, true]);
  expect(sent).not.toContain(canary);
});
