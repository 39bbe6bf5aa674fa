/** A workspace of two folders, one a git repository and one not: pack, change log, edits, commands, review and undo. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Approver } from '../../../src/core/agent/approval.js';
import { parsePack } from '../../../src/core/pack/frames.js';
import { nameRoots } from '../../../src/core/repository/rootNames.js';
import type { Roots } from '../../../src/core/repository/roots.js';
import { collectChanges } from '../../../src/core/review/collectChanges.js';
import { startSession, type Session } from '../../../src/core/session/session.js';
import { runTurn } from '../../../src/core/session/turns.js';
import { noSelection } from '../../../src/core/repository/selection.js';
import type { AgentEvent, ApprovalRequest } from '../../../src/protocol/events.js';
import { assertMessagesGrow } from '../../support/simulator/growth.js';
import type { Turn } from '../../support/simulator/simulator.js';
import { commitAll, makeSmallRepository } from '../../support/smallRepository.js';
import { openSimulatedWorkspace, type SimulatedWorkspace } from '../../support/workspace.js';
import { restoreAll } from '../../support/restoreAll.js';

const signal = new AbortController().signal;
let api: string;
let web: string;
let roots: Roots;
let workspace: SimulatedWorkspace;
let events: AgentEvent[];

beforeEach(async () => {
  api = await makeSmallRepository({
    'src/call.ts': 'export const call = 1;\n',
    'package.json': '{"scripts":{"test":"x"}}',
  });
  web = realpathSync(mkdtempSync(join(tmpdir(), 'baleen-web-')));
  mkdirSync(join(web, 'src'));
  writeFileSync(join(web, 'src/page.ts'), 'export const page = "page";\n');
  writeFileSync(join(web, 'Makefile'), 'all:\n');
  roots = nameRoots([
    { name: 'api', folder: api },
    { name: 'web', folder: web },
  ]);
  events = [];
});

afterEach(async () => {
  await workspace.close();
  for (const folder of [api, web]) rmSync(folder, { recursive: true, force: true });
});

async function open(script: Turn[], approver?: Approver): Promise<Session> {
  const options = { allowedCommands: ['pwd -P'], ...(approver === undefined ? {} : { approver }) };
  workspace = await openSimulatedWorkspace(roots, script, options);
  return startSession(workspace.parts, workspace.settings, 'chat', (event) => events.push(event), signal);
}

const call = (id: string, name: string, args: unknown) => ({ id, name, arguments: JSON.stringify(args) });
const send = (session: Session, text: string) => runTurn(session, text, { kind: 'chat', request: text }, signal);
const results = (request: number): string[] =>
  workspace.simulator.requests[request]!.parsed.messages.flatMap((message) =>
    message.role === 'tool' ? [message.text] : [],
  );
const lastText = (request: number): string => {
  const last = workspace.simulator.requests[request]!.parsed.messages.at(-1);
  return last?.role === 'user' ? last.text : '';
};

test('the pack holds both under their names, and says so', async () => {
  const session = await open([{ text: 'Hello.' }]);
  const { files } = await workspace.parts.packer.report();
  const { report } = session.pack;
  const paths = ['api/package.json', 'api/src/call.ts', 'web/Makefile', 'web/src/page.ts'];
  expect(files.map((file) => file.path)).toEqual(paths);
  expect([...parsePack(Buffer.from(await workspace.parts.packer.packText()).toString('utf8')).keys()]).toEqual(paths);
  expect(report).toMatchObject({ root: api, roots: [...roots] });
  expect(events[0]).toMatchObject({ type: 'start', root: api, roots: [...roots] });
  await send(session, 'hello');
  expect(lastText(0)).toContain(
    [
      'workspace folders: api, web; paths begin with one of these names',
      'commands run in api unless cwd names another folder',
      'api: git branch: main; commands found: npm test',
      'web: git: not a git repository; commands found: make',
    ].join('\n'),
  );
});

test('an edit lands in its root alone, the log tells it, and one undo takes both back', async () => {
  const edits = [
    call('c1', 'edit_file', { path: 'web/src/page.ts', hunks: [{ old_text: '"page"', new_text: '"leaf"' }] }),
    call('c2', 'write_file', { path: 'api/src/deep/new.ts', content: 'export const fresh = 1;\n' }),
    call('c3', 'read_file', { path: 'src/page.ts' }),
  ];
  const session = await open([{ calls: edits }, { text: 'Done.' }, { text: 'Seen.' }]);
  const result = await send(session, 'change');
  expect(result).toMatchObject({ outcome: 'done', changed: ['api/src/deep/new.ts', 'web/src/page.ts'] });
  expect(readFileSync(join(web, 'src/page.ts'), 'utf8')).toBe('export const page = "leaf";\n');
  expect(readFileSync(join(api, 'src/deep/new.ts'), 'utf8')).toBe('export const fresh = 1;\n');
  expect(results(1)[2]).toMatch(/begin with the name of a workspace folder, which are: api, web/);

  writeFileSync(join(api, 'src/call.ts'), 'export const call = 2;\n');
  await send(session, 'look');
  expect(lastText(2)).toMatch(/<baleen-change[^>]*path="api\/src\/call\.ts"/);
  assertMessagesGrow(workspace.simulator.requests);

  const { journal } = workspace.parts;
  const restored = await restoreAll(journal, result.checkpoint!);
  expect(restored).toMatchObject({ paths: ['api/src/deep/new.ts', 'web/src/page.ts'], left: [] });
  expect(readFileSync(join(web, 'src/page.ts'), 'utf8')).toBe('export const page = "page";\n');
  expect(() => readFileSync(join(api, 'src/deep/new.ts'))).toThrow();
  expect(() => readFileSync(join(api, 'src/deep'))).toThrow(/ENOENT/);
});

test('commands run in the first root unless they name another, and what they write has its root’s name', async () => {
  const asked: string[] = [];
  const ask: Approver['ask'] = async ({ subject }) => {
    asked.push(subject.kind === 'command' ? `${subject.command} in ${subject.cwd}` : subject.kind);
    return 'approved';
  };
  const calls = [
    call('c1', 'run_command', { command: 'pwd -P' }),
    call('c2', 'run_command', { command: 'pwd -P', cwd: 'web/src' }),
    call('c3', 'run_command', { command: 'echo x > made.txt', cwd: 'web' }),
  ];
  const session = await open([{ calls }, { text: 'Done.' }], { ask });
  const result = await send(session, 'run');
  // Allowed by its text alone, a command may run in the first root and nowhere else.
  expect(asked).toEqual(['pwd -P in web/src', 'echo x > made.txt in web']);
  const [first, second, third] = results(1);
  expect(first).toMatch(new RegExp(`^exit code 0 .*\\nfolder: api\\n${api}\\n`));
  expect(second).toMatch(new RegExp(`\\nfolder: web/src\\n${join(web, 'src')}\\n`));
  expect(third).toMatch(/\nfolder: web\nchanged 1 file: web\/made\.txt\n/);
  expect(result.changedByCommands).toEqual(['web/made.txt']);
});

test('search, list and the other order of the folders know the same files and the same state', async () => {
  const session = await open([
    {
      calls: [
        call('c1', 'search_files', { pattern: 'export' }),
        call('c2', 'list_files', { path: 'web' }),
        call('c3', 'list_files', { glob: '*.ts' }),
      ],
    },
    { text: 'Done.' },
  ]);
  await send(session, 'find');
  const [hits, inWeb, typescript] = results(1);
  expect(hits).toContain('api/src/call.ts:1: export const call = 1;');
  expect(hits).toContain('web/src/page.ts:1: export const page');
  expect(inWeb).toMatch(/^2 files\nweb\/Makefile\t\d+\nweb\/src\/page\.ts/);
  expect(typescript).toMatch(/^2 files\napi\/src\/call\.ts\t\d+\nweb\/src\/page\.ts/);

  const { stateFolder } = workspace.parts;
  const sha256 = session.pack.report.sha256;
  await workspace.close();
  roots = [roots[1]!, roots[0]];
  const again = await open([]);
  expect(basename(workspace.parts.stateFolder)).toBe(basename(stateFolder));
  expect(again.pack.report.sha256).toBe(sha256);
});

test('a review since HEAD sees the roots that git knows, one of a file any root', async () => {
  await open([]);
  const { host } = workspace.parts;
  writeFileSync(join(api, 'src/call.ts'), 'export const call = 2;\n');
  const collect = async (source: Parameters<typeof collectChanges>[2]) =>
    (await collectChanges(host, { roots, selection: noSelection }, source, signal)).changes.map(
      ({ kind, path }) => `${kind} ${path}`,
    );
  expect(await collect({ kind: 'head' })).toEqual(['changed api/src/call.ts']);
  expect(await collect({ kind: 'files', paths: ['web/src/page.ts'] })).toEqual(['created web/src/page.ts']);
  await expect(collect({ kind: 'files', paths: ['src/page.ts'] })).rejects.toThrow(/not a file/);
  commitAll(web, 'Begin');
  writeFileSync(join(web, 'src/page.ts'), 'export const page = "leaf";\n');
  expect(await collect({ kind: 'head' })).toEqual(['changed api/src/call.ts', 'changed web/src/page.ts']);
  // A root inside a repository: its part of the tree stands under its own name alone.
  const inner: Roots = nameRoots([roots[0], { name: 'src', folder: join(api, 'src') }]);
  const { changes } = await collectChanges(host, { roots: inner, selection: noSelection }, { kind: 'head' }, signal);
  expect(changes.map(({ path }) => path)).toEqual(['src/call.ts']);
});

test('PTH-10 a protected file asks in every root, also where a root’s own name would hide it', async () => {
  mkdirSync(join(web, '.github/workflows'), { recursive: true });
  writeFileSync(join(web, '.github/workflows/ci.yml'), 'on: push\n');
  roots = nameRoots([roots[0], { name: 'web', folder: web }, { name: 'ci', folder: join(web, '.github/workflows') }]);
  const hunks = [{ old_text: 'push', new_text: 'pull_request' }];
  const session = await open([
    {
      calls: [
        call('c1', 'edit_file', { path: 'ci/ci.yml', hunks }),
        call('c2', 'edit_file', { path: 'web/.github/workflows/ci.yml', hunks }),
        call('c3', 'write_file', { path: 'web/.vscode/tasks.json', content: '{}\n' }),
      ],
    },
    { text: 'Done.' },
  ]);
  expect(await send(session, 'change')).toMatchObject({ outcome: 'refused', changed: [] });
  expect(readFileSync(join(web, '.github/workflows/ci.yml'), 'utf8')).toBe('on: push\n');
});

test.each([
  ['.vscode', 'tasks.json', 'config'],
  ['.github', 'workflows/ci.yml', 'FUNDING.yml'],
])('PRF-04: a root %s is no place where %s could be written without a question', async (name, path, ordinary) => {
  const folder = join(api, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'README.md'), 'text\n');
  const write = (id: string, to: string) => call(id, 'write_file', { path: to, content: 'x\n' });
  const asked: ApprovalRequest[] = [];
  const ask = async (request: ApprovalRequest) => {
    asked.push(request);
    return 'rejected' as const;
  };
  const options = { approve: 'auto-edit' as const, approver: { ask } };
  workspace = await openSimulatedWorkspace(
    folder,
    [{ calls: [write('w1', path), write('w2', ordinary), write('w3', `./${path}`)] }, { text: 'Done.' }],
    options,
  );
  const session = await startSession(workspace.parts, workspace.settings, 'chat', () => undefined, signal);
  await send(session, 'go');
  const isWhole = name === '.vscode';
  expect(asked.map(({ subject }) => subject)).toMatchObject(
    [path, ...(isWhole ? [ordinary] : []), path].map((one) => ({
      path: one,
      protectedBy: expect.any(String) as string,
    })),
  );
  expect(existsSync(join(folder, path))).toBe(false);
  expect(existsSync(join(folder, ordinary))).toBe(!isWhole);
});

test('SEC-10: a root .aws is no place where credentials would be read', async () => {
  const folder = join(api, '.aws');
  mkdirSync(folder);
  writeFileSync(join(folder, 'credentials'), 'canary\n');
  writeFileSync(join(folder, 'notes.md'), 'text\n');
  workspace = await openSimulatedWorkspace(
    folder,
    [{ calls: [call('r1', 'read_file', { path: 'credentials' })] }, { text: 'Done.' }],
    {},
  );
  const session = await startSession(workspace.parts, workspace.settings, 'chat', () => undefined, signal);
  await send(session, 'go');
  expect(workspace.simulator.requests.map(({ body }) => body).join()).not.toContain('canary');
  const { files } = await workspace.parts.packer.report();
  expect(files.map(({ path }) => path)).toEqual(['notes.md']);
});
