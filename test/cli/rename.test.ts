/** The first promise of the product: a rename over a whole repository, exact to the byte, and undone to the byte. */
import { rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRehearsal } from '../../src/rehearsal/rehearse.js';
import { assertMessagesGrow } from '../support/simulator/growth.js';
import { simulatedKey, startSimulator } from '../support/simulator/simulator.js';
import { hashTree, listGitFiles, renameByScript } from '../support/renameReference.js';
import { makeRenameRepository, type RenameRepository } from '../support/renameRepository.js';
import { makeStateHome, runCli } from './cli.js';

let repository: RenameRepository;
let expected: RenameRepository;
let stateHome: string;

beforeEach(async () => {
  repository = await makeRenameRepository();
  expected = await makeRenameRepository();
  stateHome = makeStateHome();
  renameByScript(expected.folder, expected.from, expected.to, expected.protectedFiles);
});

afterEach(() => {
  for (const folder of [repository.folder, expected.folder, stateHome])
    rmSync(folder, { recursive: true, force: true });
});

function task(): string[] {
  const { from, to } = repository;
  return [
    'run',
    `rename ${from} to ${to} everywhere and run the tests`,
    '--approve',
    'auto-edit',
    '--allow',
    'npm test',
    '--json',
  ];
}

async function expectRenameAndUndo(args: string[], env: Record<string, string> = {}): Promise<void> {
  const { folder: cwd } = repository;
  const before = hashTree(cwd);
  expect(listGitFiles(cwd).length).toBeGreaterThanOrEqual(200);

  const run = await runCli(args, { cwd, stateHome, env });
  expect(run.stderr).toBe('');
  expect(hashTree(cwd)).toBe(hashTree(expected.folder));
  const commands = run.ofType('tool_call_end').flatMap((end) => (end.details?.kind === 'command' ? [end.details] : []));
  expect(commands.map(({ command, exitCode }) => [command, exitCode])).toEqual([['npm test', 0]]);
  const end = run.ofType('turn_end')[0]!;
  expect(run.events().at(-1)).toEqual(end);
  expect(end.outcome).toBe('refused');
  expect(run.exitCode).toBe(5);
  const refused = run.ofType('tool_call_end').filter((one) => one.status === 'refused');
  expect(refused.length).toBeGreaterThan(0);
  for (const path of repository.protectedFiles) expect(run.stdout).toContain(path);

  const undo = await runCli(['undo', '--json'], { cwd, stateHome });
  expect(undo.exitCode).toBe(0);
  expect(JSON.parse(undo.stdout)).toMatchObject({ left: [], changedByCommands: end.changedByCommands });
  expect(hashTree(cwd)).toBe(before);

  const redo = await runCli(['undo', '--redo', '--json'], { cwd, stateHome });
  expect(redo.exitCode).toBe(0);
  expect(hashTree(cwd)).toBe(hashTree(expected.folder));
}

test('rehearsed, in process', async () => {
  await expectRenameAndUndo([...task(), '--rehearse']);
});

test.each(['openai', 'anthropic'] as const)('against the simulator, on the %s wire', async (wire) => {
  const rehearse = createRehearsal();
  const simulator = await startSimulator({ script: (request) => rehearse(request.parsed) });
  try {
    const env = { DEEPSEEK_API_KEY: simulatedKey };
    await expectRenameAndUndo([...task(), '--wire', wire, '--base-url', simulator.baseUrls[wire]], env);
    expect(simulator.requests.length).toBeGreaterThan(1);
    expect(simulator.requests.every((request) => request.refusal === undefined)).toBe(true);
    assertMessagesGrow(simulator.requests);
  } finally {
    await simulator.close();
  }
});
