/** `baleen undo` after a crash, file by file, and after the user's own edits. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { singleRoot } from '../../src/core/repository/roots.js';
import { stateBaseFolder, workspaceStateFolder } from '../../src/node/stateFolder.js';
import { openTestJournal } from '../support/kills/openTestJournal.js';
import { changesOfTurn, layOut } from '../support/kills/turns.js';
import { makeStateHome, runCli, type CliRun } from './cli.js';
import { interruptCli } from './interruptCli.js';

const support = resolve(import.meta.dirname, '../support/kills');
let cwd: string;
let stateHome: string;
const stateFolder = (): string =>
  workspaceStateFolder(stateBaseFolder({ XDG_STATE_HOME: stateHome }, process.platform), singleRoot(cwd));
const read = (path: string): string => readFileSync(join(cwd, path), 'utf8');
const temps = (): string[] =>
  readdirSync(cwd, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tmp'));
const undo = (...args: string[]): Promise<CliRun> => runCli(['undo', ...args], { cwd, stateHome });

beforeEach(() => {
  cwd = realpathSync(mkdtempSync(join(tmpdir(), 'baleen-undo-')));
  stateHome = makeStateHome();
});
afterEach(() => {
  for (const folder of [cwd, stateHome]) rmSync(folder, { recursive: true, force: true });
});

/** A turn over twenty files, killed right before the fourth takes its new bytes. */
async function crash(): Promise<void> {
  layOut(cwd);
  const outfile = join(stateHome, 'victim.mjs');
  const entryPoints = [join(support, 'victim.ts')];
  await build({ entryPoints, bundle: true, platform: 'node', format: 'esm', outfile, logLevel: 'error' });
  const args = ['--import', join(support, 'killAt.mjs'), outfile, 'turn', cwd, stateFolder()];
  const { signal } = spawnSync(process.execPath, args, { env: { ...process.env, KILL_RENAME: 'file3.txt' } });
  expect(signal).toBe('SIGKILL');
  expect(temps()).toHaveLength(1);
}

describe('EDT-01: after a crash in mid-turn', () => {
  test('the next run says so, and undo takes back all that was changed', async () => {
    await crash();
    const run = await runCli(['run', 'say hello', '--rehearse'], { cwd, stateHome });
    expect(run.stderr).toMatch(/“turn” was interrupted after it had begun to change 4 files, 1 of them not to the end/);
    expect((await undo('--list')).stdout).toMatch(/, interrupted {2}turn/);
    const [id] = (JSON.parse((await undo('--list', '--json')).stdout) as { id: string }[]).map((one) => one.id);
    expect((await undo('--to', id!)).exitCode).toBe(0);
    for (const { path } of changesOfTurn(4)) expect(read(path)).toMatch(/^old /);
    expect(temps()).toEqual([]);
    const again = await runCli(['run', 'say hello', '--rehearse'], { cwd, stateHome });
    expect(again.stderr).not.toContain('interrupted');
  });

  test('undo --finish does what was left to do, of the files that are named', async () => {
    await crash();
    writeFileSync(join(cwd, 'folder3/file3.txt'), 'typed since\n');
    const asked = await undo('--finish');
    expect(asked.exitCode).toBe(5);
    expect(asked.stderr).toMatch(/neither as they were nor as they were to be: folder3\/file3\.txt/);
    expect(read('folder3/file3.txt')).toBe('typed since\n');
    const finished = await undo('--finish', '--overwrite', 'folder3/file3.txt');
    expect(finished.stderr).toContain('1 file finished.');
    expect(finished.exitCode).toBe(0);
    const [, , , third, fourth] = changesOfTurn(5);
    expect([read(third!.path), read(fourth!.path)]).toEqual([third!.text, expect.stringMatching(/^old 4/)]);
  });
});

describe('of hundreds of files', () => {
  const old = (index: number): string | undefined => (index % 15 === 0 ? undefined : `old ${index}\n`.repeat(index));
  const agents = (index: number): string | undefined => (index % 12 === 1 ? undefined : `new ${index}\n`);
  const pathOf = (index: number): string => join(cwd, `folder${index % 7}`, `file${index}`);
  const put = (path: string, text: string | undefined): void => {
    if (text === undefined) return rmSync(path, { force: true });
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };
  const files = Array.from({ length: 240 }, (_, index) => index);
  const texts = (): (string | undefined)[] =>
    files.map((index) => (existsSync(pathOf(index)) ? readFileSync(pathOf(index), 'utf8') : undefined));
  /** Of the line that shows how far it is. */
  const lineAt = (percent: number): string =>
    `undo   ${'█'.repeat(Math.round(percent * 0.24)).padEnd(24, '░')} ${percent}/100`;

  test('Ctrl-C leaves every file as it was, wherever it comes, and the next undo brings all of them back', async () => {
    const checkpoint = await openTestJournal(cwd, stateFolder()).begin({ session: 's', title: 'a large turn' });
    for (const index of files) {
      put(pathOf(index), old(index));
      const text = agents(index);
      await checkpoint.before(relative(cwd, pathOf(index)), text === undefined ? 'missing' : Buffer.from(text));
      put(pathOf(index), text);
      await checkpoint.after(relative(cwd, pathOf(index)));
    }
    await checkpoint.close();
    const before = readdirSync(cwd, { recursive: true, encoding: 'utf8' }).sort();
    // Looked at once, written beside all of them, and with most of them in their places.
    for (const percent of [1, 60, 95]) {
      const where = { cwd, stateHome, release: join(stateHome, `released-${percent}`) };
      const run = await interruptCli(['undo'], lineAt(percent), where);
      expect(run.stderr).toMatch(/Stopped: all files stand as they did before\. Begin again whenever you want to\.\n$/);
      expect([run.exitCode, run.stdout]).toEqual([130, '']);
      expect(texts()).toEqual(files.map(agents));
      expect(readdirSync(cwd, { recursive: true, encoding: 'utf8' }).sort()).toEqual(before);
      const journal = openTestJournal(cwd, stateFolder());
      expect(await journal.recover()).toEqual({ finished: [], interrupted: [] });
      expect((await journal.list()).map(({ title, restored }) => [title, restored])).toEqual([['a large turn', false]]);
    }
    const whole = await undo();
    expect([whole.exitCode, whole.stderr]).toEqual([0, expect.stringMatching(/^240 files brought back/m)]);
    expect(texts()).toEqual(files.map(old));
    expect((await undo('--redo')).exitCode).toBe(0);
    expect(texts()).toEqual(files.map(agents));
  });
});

test('redo takes back an undo that stands, and says so where none does', async () => {
  const stands = (text: string): void => expect(read('a')).toBe(text);
  writeFileSync(join(cwd, 'a'), 'old');
  const checkpoint = await openTestJournal(cwd, stateFolder()).begin({ session: 's', title: 'Undo: a turn called so' });
  await checkpoint.before('a', Buffer.from('new'));
  writeFileSync(join(cwd, 'a'), 'new');
  await checkpoint.after('a');
  await checkpoint.close();
  const expectNothing = async (): Promise<void> => {
    const { exitCode, stderr } = await undo('--redo');
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/^There is nothing to redo in this folder: /)]);
  };
  await expectNothing();
  stands('new');
  for (const _round of [1, 2]) {
    expect((await undo()).exitCode).toBe(0);
    stands('old');
    expect((await undo('--redo')).exitCode).toBe(0);
    stands('new');
    await expectNothing();
    stands('new');
  }
});

describe('after the user’s own edits', () => {
  test('undo lists, leaves what was touched, takes only the agent’s change out if asked, and refuses what it does not know', async () => {
    const text = (third: string, last: string): string => `1\n2\n${third}\n4\n5\n6\n${last}\n`;
    mkdirSync(join(cwd, 'src'));
    writeFileSync(join(cwd, 'src/a'), text('3', '7'));
    writeFileSync(join(cwd, 'b'), 'old');
    const checkpoint = await openTestJournal(cwd, stateFolder()).begin({ session: 's', title: 'a turn' });
    for (const [path, bytes] of [
      ['src/a', text('agent', '7')],
      ['b', 'new'],
    ] as const) {
      await checkpoint.before(path, Buffer.from(bytes));
      writeFileSync(join(cwd, path), bytes);
      await checkpoint.after(path);
    }
    await checkpoint.close();
    writeFileSync(join(cwd, 'src/a'), text('agent', 'user'));
    const first = await undo('b');
    expect(first.exitCode).toBe(0);
    expect(read('b')).toBe('old');
    const second = await undo();
    expect(second.exitCode).toBe(5);
    expect(second.stderr).toMatch(/write back src\/a {2}\(you changed it since\)/);
    expect(second.stderr).toMatch(/Left alone, because you changed them since: src\/a\. --overwrite .* --take-out/);
    expect((await undo('src/unknown')).exitCode).toBe(2);
    expect((await undo('--take-out')).exitCode).toBe(0);
    expect(read('src/a')).toBe(text('3', 'user'));
    expect((await undo('--finish')).stderr).toContain('nothing to finish');
  });
});
