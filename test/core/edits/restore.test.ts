/** All or nothing, whatever state the repository is in, and whatever the user has done since. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseFiles, type Checkpoint, type Journal } from '../../../src/core/edits/checkpoint.js';
import { createNodeFiles } from '../../../src/node/files.js';
import { filesBelow } from '../../support/filesBelow.js';
import { openTestJournal } from '../../support/kills/openTestJournal.js';
import { restoreAll } from '../../support/restoreAll.js';

let base: string;
let root: string;
let journal: Journal;
const { at, read, put } = filesBelow(() => root);

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'baleen-restore-')));
  root = join(base, 'ws');
  mkdirSync(root);
  journal = openTestJournal(root, join(base, 'state'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

async function change(checkpoint: Checkpoint, path: string, text: string | undefined): Promise<void> {
  await checkpoint.before(path, text === undefined ? 'missing' : Buffer.from(text));
  if (text === undefined) rmSync(at(path));
  else put(path, text);
  await checkpoint.after(path);
}

async function turn(changes: Record<string, string | undefined>): Promise<string> {
  const checkpoint = await journal.begin({ session: 's', title: 'turn' });
  for (const [path, text] of Object.entries(changes)) await change(checkpoint, path, text);
  await checkpoint.close();
  return checkpoint.id;
}

/** Everything, `.git` too. */
function treeOf(folder: string, prefix = ''): Record<string, string> {
  const tree: Record<string, string> = {};
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    const stat = lstatSync(path);
    const mode = (stat.mode & 0o7777).toString(8);
    if (stat.isSymbolicLink()) tree[prefix + name] = `-> ${readlinkSync(path)}`;
    else if (stat.isDirectory()) {
      tree[`${prefix}${name}/`] = `folder ${mode}`;
      Object.assign(tree, treeOf(path, `${prefix}${name}/`));
    } else tree[prefix + name] = `${mode} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
  }
  return tree;
}

function git(cwd: string, ...args: string[]): void {
  const who = ['-c', 'user.name=T', '-c', 'user.email=t@example.invalid', '-c', 'protocol.file.allow=always'];
  execFileSync('git', ['-C', cwd, ...who, ...args], { stdio: 'pipe' });
}

function commitAll(): void {
  git(root, 'init', '-q');
  git(root, 'add', '-A');
  git(root, 'commit', '-qm', 'one');
}

describe('a restore', () => {
  it('changes nothing where one of its files cannot be written, and says which', async () => {
    for (const name of ['a', 'b', 'c']) put(`${name}/file`, 'old');
    const id = await turn({ 'a/file': 'new', 'b/file': 'new', 'c/file': 'new', 'made/file': 'new' });
    const plan = await journal.plan(id);
    const choices = plan.files.map(({ path }) => ({ path, how: 'bring back' as const }));
    rmSync(at('c'), { recursive: true });
    put('c', 'a file where the folder was');
    const before = treeOf(root);
    await expect(journal.restore(plan, choices)).rejects.toThrow();
    expect(treeOf(root)).toEqual(before);
    expect((await journal.list()).map(({ title }) => title)).toEqual(['turn']);
    const stuck = (await journal.plan(id)).files.find(({ path }) => path === 'c/file');
    expect(stuck?.touched).toBe(true);
    expect(stuck?.trouble).toBeDefined();
  });

  it('expresses a move, a deletion and a creation, there and back again', async () => {
    put('from/x.txt', 'moved\n');
    chmodSync(at('from/x.txt'), 0o750);
    put('gone.txt', 'gone\n');
    const start = treeOf(root);
    const checkpoint = await journal.begin({ session: 's', title: 'turn' });
    await checkpoint.before('from/x.txt', 'missing');
    await checkpoint.before('to/deep/y.txt', Buffer.from('moved\n'));
    mkdirSync(at('to/deep'), { recursive: true });
    renameSync(at('from/x.txt'), at('to/deep/y.txt'));
    await checkpoint.after('from/x.txt');
    await checkpoint.after('to/deep/y.txt');
    await change(checkpoint, 'gone.txt', undefined);
    await change(checkpoint, 'made/new.txt', 'made\n');
    await checkpoint.close();
    const end = treeOf(root);
    const undo = await restoreAll(journal, checkpoint.id);
    expect(treeOf(root)).toEqual(start);
    const redo = await restoreAll(journal, undo.checkpoint);
    expect(treeOf(root)).toEqual(end);
    await restoreAll(journal, redo.checkpoint);
    expect(treeOf(root)).toEqual(start);
  });

  it('T15: makes folders again that went with their files, with their modes, and takes away its own', async () => {
    for (const name of ['kept/a', 'kept/deep/b', 'kept/deep/er/c']) put(name, name);
    chmodSync(at('kept/deep'), 0o2750);
    chmodSync(at('kept/deep/er'), 0o555);
    mkdirSync(at('users-empty'), { mode: 0o711 });
    const start = treeOf(root);
    const gone = { 'kept/deep/b': undefined, 'kept/deep/er/c': undefined };
    const id = await turn({ ...gone, 'made/by/agent': 'x', 'kept/new/file': 'x' });
    // As a command of the turn would, after delete_file.
    for (const folder of ['kept/deep/er', 'kept/deep']) rmdirSync(at(folder));
    const end = treeOf(root);
    const undo = await restoreAll(journal, id);
    expect(treeOf(root)).toEqual(start);
    await restoreAll(journal, undo.checkpoint);
    // What is left of the folders that the command took away is empty.
    const { ['kept/deep/']: _deep, ['kept/deep/er/']: _er, ...rest } = treeOf(root);
    expect(rest).toEqual(end);
  });

  it('leaves no folder behind where nothing was changed in the end', async () => {
    put('gone/deep/a', 'old');
    put('b', 'old');
    const id = await turn({ 'gone/deep/a': undefined, b: 'new' });
    rmdirSync(at('gone/deep'));
    rmdirSync(at('gone'));
    const before = treeOf(root);
    const plan = await journal.plan(id);
    const whole = createNodeFiles();
    const stage: typeof whole.stage = async (path, ...rest) => {
      const staged = await whole.stage(path, ...rest);
      return path === at('b') ? { ...staged, commit: () => Promise.reject(new Error('the disk is full')) } : staged;
    };
    const failing = openTestJournal(root, join(base, 'state'), { files: { ...whole, stage } });
    await expect(failing.restore(plan, chooseFiles(plan))).rejects.toThrow(/Nothing was changed.*the disk is full/);
    expect(treeOf(root)).toEqual(before);
    await restoreAll(journal, id);
    expect(treeOf(root)).toMatchObject({ 'gone/deep/a': expect.any(String) as string });
  });

  it.each([5, 30, 60, 75, 86])('that is stopped at %i per cent leaves every file as it was', async (stopAt) => {
    const names = Array.from({ length: 40 }, (_, index) => `folder${index % 3}/file${index}`);
    for (const name of names.slice(0, 30)) put(name, `old ${name}`);
    const id = await turn(Object.fromEntries(names.map((name) => [name, `new ${name}`])));
    const before = treeOf(root);
    const plan = await journal.plan(id);
    const controller = new AbortController();
    const onProgress = (percent: number): void => void (percent >= stopAt && controller.abort());
    const { signal } = controller;
    await expect(journal.restore(plan, chooseFiles(plan), { signal, onProgress })).rejects.toThrow(
      /^Stopped: all files/,
    );
    expect(treeOf(root)).toEqual(before);
    expect((await journal.list()).map(({ title }) => title)).toEqual(['turn']);
    const told: number[] = [];
    await journal.restore(plan, chooseFiles(plan), { onProgress: (percent) => told.push(percent) });
    expect(told).toEqual([...new Set(told)].sort((a, b) => a - b));
    expect(told.at(-1)).toBeGreaterThan(90);
    expect(read(names[0]!)).toBe(`old ${names[0]}`);
  });

  it('asks for what the user wrote the moment after it was brought back', async () => {
    put('a/file', 'old');
    put('b/file', 'old');
    const id = await turn({ 'a/file': 'new', 'b/file': 'new' });
    const whole = createNodeFiles();
    const syncFolder: typeof whole.syncFolder = async (folder, inside) => {
      await whole.syncFolder(folder, inside);
      if (folder === at('a')) put('a/file', 'typed at once');
    };
    const watched = openTestJournal(root, join(base, 'state'), { files: { ...whole, syncFolder } });
    const { checkpoint } = await restoreAll(watched, id);
    const { files } = await journal.plan(checkpoint);
    expect(files.map(({ path, touched }) => [path, touched])).toEqual([
      ['a/file', true],
      ['b/file', false],
    ]);
  });

  it('changes nothing where the old bytes of one file are damaged, and brings back the others', async () => {
    for (const name of ['a', 'b', 'c']) put(name, `old ${name}`);
    const id = await turn({ a: 'new', b: 'new', c: 'new' });
    const plan = await journal.plan(id);
    const sha256 = createHash('sha256').update('old b').digest('hex');
    writeFileSync(join(base, 'state/journal/blobs', sha256.slice(0, 2), sha256), 'old x');
    const before = treeOf(root);
    await expect(journal.restore(plan, chooseFiles(plan))).rejects.toThrow(/^Nothing was changed.*\bb\b.*damaged/);
    expect(treeOf(root)).toEqual(before);
    expect((await restoreAll(journal, id)).left).toEqual(['b']);
    expect([read('a'), read('b'), read('c')]).toEqual(['old a', 'new', 'old c']);
  });

  it('takes only the agent’s change out of a file that the user changed elsewhere, byte by byte', async () => {
    const lines = Array.from({ length: 20 }, (_, index) => `line ${index}${index % 2 === 0 ? '\r\n' : '\n'}`);
    const text = (change: Record<number, string>): string => lines.map((line, at) => change[at] ?? line).join('');
    put('apart', text({}));
    put('meeting', text({}));
    const id = await turn({ apart: text({ 3: 'agent \xff\n' }), meeting: text({ 3: 'agent\n' }) });
    put('apart', text({ 3: 'agent \xff\n', 15: 'user\r' }));
    put('meeting', text({ 3: 'agent and user\n' }));
    const plan = await journal.plan(id);
    expect(plan.files.map(({ path, touched, canTakeOut }) => [path, touched, canTakeOut])).toEqual([
      ['apart', true, true],
      ['meeting', true, false],
    ]);
    const { checkpoint } = await journal.restore(plan, [{ path: 'apart', how: 'take out' }]);
    expect(read('apart')).toBe(text({ 15: 'user\r' }));
    expect(read('meeting')).toBe(text({ 3: 'agent and user\n' }));
    await restoreAll(journal, checkpoint);
    expect(read('apart')).toBe(text({ 3: 'agent \xff\n', 15: 'user\r' }));
    await expect(journal.restore(await journal.plan(id), [{ path: 'meeting', how: 'take out' }])).rejects.toThrow(
      /Nothing was changed/,
    );
  });

  it('asks for a file that the user changed between two edits of the turn', async () => {
    put('a', 'old');
    const checkpoint = await journal.begin({ session: 's', title: 'turn' });
    await change(checkpoint, 'a', 'agent');
    put('a', 'agent, user');
    await change(checkpoint, 'a', 'agent, user, agent');
    await checkpoint.close();
    expect((await journal.plan(checkpoint.id)).files).toMatchObject([{ path: 'a', touched: true, canTakeOut: false }]);
    expect((await restoreAll(journal, checkpoint.id)).left).toEqual(['a']);
    expect(read('a')).toBe('agent, user, agent');
  });

  it('EDT-07: keeps mode, owner and the second name of a file', async () => {
    put('owned', 'old');
    chmodSync(at('owned'), 0o640);
    if (process.getuid?.() === 0) chownSync(at('owned'), 65534, 65534);
    put('linked', 'old');
    linkSync(at('linked'), at('other-name'));
    const before = lstatSync(at('owned'));
    const id = await turn({ owned: 'new', linked: 'new' });
    await restoreAll(journal, id);
    const { mode, uid, gid } = lstatSync(at('owned'));
    expect({ mode, uid, gid }).toEqual({ mode: before.mode, uid: before.uid, gid: before.gid });
    expect([read('linked'), read('other-name')]).toEqual(['old', 'old']);
    expect(lstatSync(at('linked')).ino).toBe(lstatSync(at('other-name')).ino);
  });

  it('EDT-21: a name of other case, and a path of more than 260 characters', async () => {
    const long = `${'folder of forty characters, more or less/'.repeat(7)}file.ts`;
    put('A.ts', 'upper');
    put(long, 'old');
    const start = treeOf(root);
    const id = await turn({ 'A.ts': undefined, 'a.ts': 'upper', [long]: 'new' });
    await restoreAll(journal, id);
    expect(treeOf(root)).toEqual(start);
  });
});

/** Ten states of a repository; what is done after the turn is the user's. */
const states: Record<string, (where: string) => void> = {
  'ignored files': () => {
    put('.gitignore', 'ignored/\n');
    put('ignored/file', 'kept');
  },
  'new files of the user, beside those of the agent': () => put('made/by-user', 'kept'),
  'a staged index': () => {
    put('tracked', 'staged\n');
    git(root, 'add', 'tracked');
    put('tracked', 'and more\n');
  },
  'a stash': () => {
    put('tracked', 'stashed\n');
    git(root, 'stash', '-q', '--', 'tracked');
  },
  'later commits': () => {
    put('later', 'commit\n');
    git(root, 'add', 'later');
    git(root, 'commit', '-qm', 'two', '--', 'later');
  },
  'a submodule': (where) => {
    const other = join(where, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'file'), 'text');
    git(other, 'init', '-q');
    git(other, 'add', '-A');
    git(other, 'commit', '-qm', 'one');
    git(root, 'submodule', '--quiet', 'add', other, 'sub');
    put('sub/file', 'changed inside');
  },
  'symbolic links': (where) => {
    symlinkSync('tracked', at('link'));
    symlinkSync(where, at('outside'));
    symlinkSync('nowhere', at('dangling'));
  },
  'EDT-14: a nested repository without a commit, and attributes that change what git would write': () => {
    put('nested/file', 'kept');
    git(at('nested'), 'init', '-q');
    put('.gitattributes', '* text eol=crlf ident filter=evil working-tree-encoding=UTF-16\n');
    git(root, 'config', 'filter.evil.clean', 'touch pwned; cat');
    git(root, 'config', 'filter.evil.smudge', 'touch pwned; cat');
    git(root, 'config', 'filter.evil.required', 'true');
  },
  'changes of mode': () => chmodSync(at('tracked'), 0o755),
  'empty folders': () => mkdirSync(at('empty/deep'), { recursive: true }),
};

describe('EDT-13, T15: a restore touches only what the agent touched', () => {
  it.each(Object.keys(states))('in a repository with %s', async (name) => {
    put('tracked', 'one\n');
    put('edited', 'one\r\n$Id$\n');
    put('gone', 'one\n');
    commitAll();
    const id = await turn({ edited: 'agent\n', 'made/by-agent': 'x', gone: undefined });
    states[name]!(base);
    const before = treeOf(root);
    await restoreAll(journal, id);
    const after = treeOf(root);
    const differing = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
      (path) => before[path] !== after[path],
    );
    const isEmptied = before['made/by-user'] === undefined;
    expect(differing.sort()).toEqual(['edited', 'gone', ...(isEmptied ? ['made/'] : []), 'made/by-agent'].sort());
    expect([read('edited'), read('gone')]).toEqual(['one\r\n$Id$\n', 'one\n']);
  });
});

describe('EDT-08: read-only for a normal user', () => {
  it('leaves a read-only file and a file of a read-only folder as they are, and says so', async () => {
    put('readonly', 'old');
    put('folder/file', 'old');
    const id = await turn({ readonly: 'new', 'folder/file': 'new' });
    execFileSync('chown', ['-R', '65534:65534', base]);
    chmodSync(at('readonly'), 0o444);
    chmodSync(at('folder'), 0o555);
    const before = treeOf(root);
    const outfile = join(base, 'program.mjs');
    const program = `
      import { openTestJournal } from './test/support/kills/openTestJournal.js';
      import { createNodeFiles } from './src/node/files.js';
      const [root, state, id] = process.argv.slice(2);
      process.chdir('/'); process.setgid(65534); process.setuid(65534);
      const files = createNodeFiles();
      const told = [];
      const tell = async (work) => told.push(await work().then(() => 'done', (error) => error.message));
      await tell(() => files.replace(root + '/readonly', Buffer.from('x'), undefined, root));
      await tell(() => files.replace(root + '/folder/file', Buffer.from('x'), undefined, root));
      await tell(() => files.remove(root + '/folder/file', root));
      const journal = openTestJournal(root, state);
      const plan = await journal.plan(id);
      await tell(() => journal.restore(plan, plan.files.map(({ path }) => ({ path, how: 'bring back' }))));
      await tell(() => journal.restore(plan, [{ path: 'folder/file', how: 'bring back' }]));
      console.log(JSON.stringify({ uid: process.getuid(), told, stuck: plan.files.map((file) => [file.path, file.trouble !== undefined]) }));
    `;
    const resolveDir = resolve(import.meta.dirname, '../../..');
    const stdin = { contents: program, resolveDir, loader: 'ts' as const };
    await build({ stdin, bundle: true, platform: 'node', format: 'esm', outfile, logLevel: 'error' });
    const { stdout, stderr } = spawnSync(process.execPath, [outfile, root, join(base, 'state'), id], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const { uid, told, stuck } = JSON.parse(stdout) as { uid: number; told: string[]; stuck: unknown };
    expect(uid).toBe(65534);
    expect(told).toEqual([
      expect.stringMatching(/read-only; it was left alone/),
      expect.stringMatching(/EACCES/),
      expect.stringMatching(/EACCES/),
      expect.stringMatching(/read-only/),
      expect.stringMatching(/^Nothing was changed.*EACCES/),
    ]);
    expect(stuck).toEqual([
      ['folder/file', false],
      ['readonly', true],
    ]);
    expect(treeOf(root)).toEqual(before);
  });
});
