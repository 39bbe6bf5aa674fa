import { afterEach, expect, it } from 'vitest';
import { runTurn, type TurnResult } from '../../src/core/session/turns.js';
import { openTestSession, type TestSession, type TestSessionOptions } from '../core/review/testSession.js';

let open: TestSession;
afterEach(() => open.dispose());

const manifest = JSON.stringify({ scripts: { test: 'node test.mjs' } });
const files = {
  'package.json': manifest,
  'test.mjs': "import { newName } from './src/a.mjs';\nif (newName() !== 'newName') throw new Error('wrong');\n",
  'src/a.mjs': "export function oldName() {\n  return 'oldName';\n}\nexport const oldNames = 1;\n",
  'src/b.mjs': "import { oldName } from './a.mjs';\r\noldName(); oldName();\r\n",
  'src/oldName.md': 'about oldName, old_oldName and oldName\n',
};

async function run(task: string, options: Partial<TestSessionOptions> = {}): Promise<TurnResult> {
  const settings = { allowedCommands: ['npm test'], ...options.settings };
  open = await openTestSession({ files, workflow: 'run', ...options, settings });
  return runTurn(open.session, task, { kind: 'run', request: task }, new AbortController().signal);
}

function toolCalls(): string[] {
  return open.eventsOf('tool_call_end').map((event) => `${event.call} ${event.status}`);
}

it.each(['openai', 'anthropic'] as const)('renames and tests with the real tools, over the %s wire', async (wire) => {
  open = await openTestSession({ files, workflow: 'run', settings: { wire, allowedCommands: ['npm test'] } });
  open.session.settings = { ...open.session.settings, baseUrl: open.simulator.baseUrls[wire] };
  const task = 'rename oldName to newName everywhere and run the tests';
  const result = await runTurn(open.session, task, { kind: 'run', request: task }, new AbortController().signal);
  expect(result).toMatchObject({ outcome: 'done', changed: ['src/a.mjs', 'src/b.mjs', 'src/oldName.md'] });
  expect(open.read('src/a.mjs')).toBe(
    "export function newName() {\n  return 'newName';\n}\nexport const oldNames = 1;\n",
  );
  expect(open.read('src/b.mjs')).toBe("import { newName } from './a.mjs';\r\nnewName(); newName();\r\n");
  expect(open.read('src/oldName.md')).toBe('about newName, old_oldName and newName\n');
  expect(open.simulator.requests).toHaveLength(3);
  expect(open.simulator.requests.every((request) => request.refusal === undefined)).toBe(true);
  expect(result.text).toContain('`newName` in 3 files');
  expect(result.text).toContain('`npm test`: exit code 0');
  expect(result.text).toMatch(/Rehearsal/);
});

it('goes on after a protected file was refused, and still runs the tests', async () => {
  const withProtected = { ...files, '.vscode/settings.json': '{ "oldName": 1 }\n' };
  const result = await run('rename oldName to newName everywhere and run the tests', { files: withProtected });
  expect(result.outcome).toBe('refused');
  expect(result.text).toContain('in 3 files');
  expect(result.text).toMatch(/- \.vscode\/settings\.json: Not done/);
  expect(result.text).toContain('`npm test`: exit code 0');
  expect(toolCalls().at(-1)).toMatch(/ done$/);
  expect(open.read('.vscode/settings.json')).toContain('oldName');
});

it('reports a command that may not run, and a red one', async () => {
  const refused = await run('rename oldName to newName everywhere and run `node other.mjs`');
  expect(refused.outcome).toBe('refused');
  expect(refused.text).toContain('`node other.mjs`: Not done');
  await open.dispose();
  const red = await run('rename oldName to otherName everywhere and run the tests');
  expect(red.text).toContain('`npm test`: exit code 1');
});

it('finds, explains and runs', async () => {
  expect((await run('find oldNames')).text).toContain('src/a.mjs:4');
  await open.dispose();
  expect((await run('explain src/a.mjs')).text).toContain('`oldName` (src/a.mjs:1)');
  await open.dispose();
  const ran = await run('run npm test and report');
  expect(ran.text).toMatch(/exit code 1 after/);
  await open.dispose();
  expect((await run('rename oldName to newName', { settings: { approve: 'plan' } })).text).toContain(
    'Not changed: 3 files',
  );
});
