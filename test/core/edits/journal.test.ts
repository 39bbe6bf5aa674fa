import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseFiles, type Checkpoint, type Journal } from '../../../src/core/edits/checkpoint.js';
import { createJournal } from '../../../src/core/edits/journal.js';
import { singleRoot } from '../../../src/core/repository/roots.js';
import { createClock } from '../../../src/node/clock.js';
import { createNodeFiles } from '../../../src/node/files.js';
import { noDocuments } from '../../../src/node/nodeHost.js';
import { owner } from '../../../src/node/owner.js';
import { filesBelow } from '../../support/filesBelow.js';
import { restoreAll } from '../../support/restoreAll.js';

const files = createNodeFiles();
let base: string;
let root: string;
let stateFolder: string;
let warnings: string[];
let journal: Journal;

const open = (): Journal =>
  createJournal({
    files,
    roots: singleRoot(root),
    stateFolder,
    clock: createClock(),
    randomHex: (digits) => createHash('sha256').update(String(Math.random())).digest('hex').slice(0, digits),
    owner,
    documents: noDocuments,
    log: { info: () => undefined, warn: (text) => warnings.push(text), error: (text) => warnings.push(text) },
  });
const { at, read, put } = filesBelow(() => root);

/** Everything below the root: what a restore may not change unless it is asked to. */
function snapshot(folder = root, prefix = ''): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const stat = lstatSync(path);
    const key = prefix + name;
    if (stat.isSymbolicLink()) found[key] = `-> ${readlinkSync(path)}`;
    else if (stat.isDirectory()) {
      found[`${key}/`] = 'folder';
      Object.assign(found, snapshot(path, `${key}/`));
    } else
      found[key] =
        `${(stat.mode & 0o777).toString(8)} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
  }
  return found;
}

async function change(checkpoint: Checkpoint, path: string, text: string | undefined): Promise<void> {
  await checkpoint.before(path);
  if (text === undefined) rmSync(at(path));
  else put(path, text);
  await checkpoint.after(path);
}

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'baleen-journal-')));
  root = join(base, 'ws');
  stateFolder = join(base, 'state');
  mkdirSync(root);
  warnings = [];
  journal = open();
});
afterEach(() => {
  rmSync(base, { recursive: true, force: true });
});

describe('a checkpoint', () => {
  it('keeps the old bytes before anything changes, readable by nobody else', async () => {
    put('a', 'old');
    const checkpoint = await journal.begin({ session: 's', title: 't' });
    expect(existsSync(join(stateFolder, 'journal'))).toBe(false);
    await checkpoint.before('a');
    const hash = createHash('sha256').update('old').digest('hex');
    const blob = join(stateFolder, 'journal/blobs', hash.slice(0, 2), hash);
    expect(readFileSync(blob, 'utf8')).toBe('old');
    expect(statSync(blob).mode & 0o777).toBe(0o600);
    expect(statSync(join(stateFolder, 'journal')).mode & 0o777).toBe(0o700);
    put('a', 'new');
    await checkpoint.before('a');
    await checkpoint.after('a');
    expect(checkpoint.paths).toEqual(['a']);
    expect((await open().list())[0]).toMatchObject({
      id: checkpoint.id,
      session: 's',
      title: 't',
      paths: ['a'],
      restored: false,
    });
  });

  it('without changes is not listed; commands are', async () => {
    await (await journal.begin({ session: 's', title: 'nothing' })).close();
    const second = await journal.begin({ session: 's', title: 'command' });
    await second.changedByCommand([]);
    expect(await journal.list()).toEqual([]);
    await second.changedByCommand(['z', 'b']);
    expect(await journal.list()).toMatchObject([{ title: 'command', paths: [], changedByCommands: ['b', 'z'] }]);
  });

  it('takes a file by one of its names only: under the other its old bytes are gone', async () => {
    put('a', 'old');
    linkSync(at('a'), at('b'));
    put('c', 'other');
    linkSync(at('c'), at('d'));
    const checkpoint = await journal.begin({ session: 's', title: 't' });
    await change(checkpoint, 'a', 'new');
    await expect(checkpoint.before('b')).rejects.toThrow('it is the same file as a, which this turn has changed');
    await change(checkpoint, 'a', 'newer');
    await change(checkpoint, 'd', 'changed');
    await checkpoint.close();
    await restoreAll(journal, checkpoint.id);
    expect(['a', 'b', 'c', 'd'].map(read)).toEqual(['old', 'old', 'other', 'other']);
    expect(statSync(at('a')).ino).toBe(statSync(at('b')).ino);
  });

  it('is refused where the path leads out or through a link', async () => {
    writeFileSync(join(base, 'outside'), 'x');
    symlinkSync(join(base, 'outside'), at('link'));
    const checkpoint = await journal.begin({ session: 's', title: 't' });
    for (const path of ['../outside', 'link', '.git/config'])
      await expect(checkpoint.before(path)).rejects.toThrow(/Refused/);
  });

  it('fails when the journal cannot be written (EDT-22)', async () => {
    put('a', 'old');
    writeFileSync(stateFolder, 'a file where the folder should be');
    const checkpoint = await journal.begin({ session: 's', title: 't' });
    await expect(checkpoint.before('a')).rejects.toThrow();
  });
});

describe('restoring', () => {
  it('is told by what it takes back, however often it goes back and forth', async () => {
    put('a', 'old');
    const checkpoint = await journal.begin({ session: 's', title: 'Undo: the wrong thing' });
    await change(checkpoint, 'a', 'new');
    await checkpoint.close();
    let id = checkpoint.id;
    for (const way of ['Undo', 'Redo', 'Undo', 'Redo']) {
      ({ checkpoint: id } = await restoreAll(journal, id));
      expect((await journal.list())[0]?.title).toBe(`${way}: Undo: the wrong thing`);
    }
  });

  it('writes back, deletes what was created, removes its folders, and can itself be undone', async () => {
    put('a', 'old a');
    chmodSync(at('a'), 0o755);
    put('gone', 'was here');
    put('same', 'same');
    const start = snapshot();
    const checkpoint = await journal.begin({ session: 's', title: 'task' });
    await change(checkpoint, 'a', 'new a');
    chmodSync(at('a'), 0o644);
    await checkpoint.after('a');
    await change(checkpoint, 'new/deep/file', 'created');
    await change(checkpoint, 'gone', undefined);
    await checkpoint.before('same');
    const end = snapshot();

    const plan = await open().plan(checkpoint.id);
    expect(plan.files).toMatchObject([
      { path: 'a', action: 'write back', touched: false },
      { path: 'gone', action: 'write back', touched: false },
      { path: 'new/deep/file', action: 'delete', touched: false },
      { path: 'same', action: 'unchanged', touched: false },
    ]);
    const undo = await journal.restore(plan, chooseFiles(plan));
    expect(undo.paths).toEqual(['a', 'gone', 'new/deep/file']);
    expect(undo.left).toEqual([]);
    expect(snapshot()).toEqual(start);
    expect((await journal.list()).map(({ id, restored }) => ({ id, restored }))).toEqual([
      { id: undo.checkpoint, restored: false },
      { id: checkpoint.id, restored: true },
    ]);

    const redo = await restoreAll(journal, undo.checkpoint);
    expect(redo.left).toEqual([]);
    expect(snapshot()).toEqual(end);
    expect((await journal.list()).map(({ restored }) => restored)).toEqual([false, true, false]);
    await restoreAll(journal, redo.checkpoint);
    expect(snapshot()).toEqual(start);
  });

  it('leaves what the user touched, unless asked, and then keeps the touched text too', async () => {
    put('a', 'old');
    put('b', 'old');
    const checkpoint = await journal.begin({ session: 's', title: 't' });
    await change(checkpoint, 'a', 'agent');
    await change(checkpoint, 'b', 'agent');
    put('a', 'user');
    const plan = await journal.plan(checkpoint.id);
    expect(plan.files.map(({ path, touched }) => [path, touched])).toEqual([
      ['a', true],
      ['b', false],
    ]);
    const first = await journal.restore(plan, chooseFiles(plan));
    expect(first).toMatchObject({ paths: ['b'], left: ['a'] });
    expect(read('a')).toBe('user');
    const second = await restoreAll(journal, checkpoint.id, { touched: true });
    expect(second).toMatchObject({ paths: ['a'], left: [] });
    expect(read('a')).toBe('old');
    await restoreAll(journal, second.checkpoint);
    expect(read('a')).toBe('user');
  });

  it('does not take what was touched after the plan was shown', async () => {
    put('a', 'old');
    const checkpoint = await journal.begin({ session: 's', title: 't' });
    await change(checkpoint, 'a', 'agent');
    const plan = await journal.plan(checkpoint.id);
    put('a', 'typed since');
    const restored = journal.restore(plan, chooseFiles(plan, { touched: true }));
    await expect(restored).rejects.toThrow(/a has changed since the list was shown/);
    expect(read('a')).toBe('typed since');
  });

  it('changes nothing else: git, ignored and new files, links (EDT-13)', async () => {
    const git = (...args: string[]): string =>
      execFileSync('git', ['-C', root, '-c', 'user.name=T', '-c', 'user.email=t@example.invalid', ...args], {
        encoding: 'utf8',
      });
    put('tracked', 'one\n');
    put('edited', 'one\n');
    put('.gitignore', 'ignored/\n');
    git('init', '-q');
    git('add', '-A');
    git('commit', '-qm', 'one');
    put('tracked', 'stashed\n');
    git('stash', '-q');
    const checkpoint = await journal.begin({ session: 's', title: 't' });
    await change(checkpoint, 'edited', 'agent\n');
    await change(checkpoint, 'made/by/agent', 'x');
    put('ignored/file', 'kept');
    put('users-new-file', 'kept');
    put('made/by/user', 'kept');
    put('tracked', 'staged\n');
    git('add', 'tracked');
    put('later', 'commit\n');
    git('add', 'later');
    git('commit', '-qm', 'two', '--', 'later');
    symlinkSync('users-new-file', at('link'));
    const before = snapshot();
    await restoreAll(journal, checkpoint.id);
    const after = snapshot();
    const differing = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
      (key) => before[key] !== after[key],
    );
    expect(differing).toEqual(['edited', 'made/by/agent']);
    expect(read('edited')).toBe('one\n');
    expect(git('stash', 'list')).toContain('stash@{0}');
    expect(git('diff', '--cached', '--name-only').trim()).toBe('tracked');
  });

  it('never follows a link that stands there now', async () => {
    put('a', 'old');
    put('dir/b', 'old');
    writeFileSync(join(base, 'victim'), 'victim');
    mkdirSync(join(base, 'elsewhere'));
    writeFileSync(join(base, 'elsewhere/b'), 'victim');
    const checkpoint = await journal.begin({ session: 's', title: 't' });
    await change(checkpoint, 'a', 'agent');
    await change(checkpoint, 'dir/b', 'agent');
    rmSync(at('a'));
    symlinkSync(join(base, 'victim'), at('a'));
    rmSync(at('dir'), { recursive: true });
    symlinkSync(join(base, 'elsewhere'), at('dir'));
    const plan = await journal.plan(checkpoint.id);
    expect(plan.files.every(({ touched }) => touched)).toBe(true);
    expect(await journal.restore(plan, chooseFiles(plan, { touched: true }))).toMatchObject({
      paths: [],
      left: ['a', 'dir/b'],
    });
    expect(readFileSync(join(base, 'victim'), 'utf8')).toBe('victim');
    expect(readFileSync(join(base, 'elsewhere/b'), 'utf8')).toBe('victim');
  });

  it('after a crash between writing and recording asks before it takes the file', async () => {
    put('a', 'old');
    const checkpoint = await journal.begin({ session: 's', title: 't' });
    await checkpoint.before('a');
    put('a', 'new');
    const plan = await open().plan(checkpoint.id);
    expect(plan.files).toMatchObject([{ path: 'a', action: 'write back', touched: true }]);
    await journal.restore(plan, chooseFiles(plan, { touched: true }));
    expect(read('a')).toBe('old');
  });
});

describe('a checkpoint whose files are back already', () => {
  it('is undone all the same, so that the next undo takes the one before', async () => {
    put('a.txt', 'old\n');
    const checkpoint = await journal.begin({ session: 's', title: 't' });
    await checkpoint.before('a.txt');
    put('a.txt', 'new\n');
    await checkpoint.after('a.txt');
    put('a.txt', 'old\n');
    const { paths, left } = await restoreAll(journal, checkpoint.id);
    expect([paths, left]).toEqual([[], []]);
    expect((await journal.list()).find((one) => one.id === checkpoint.id)?.restored).toBe(true);
  });
});

describe('a damaged journal (EDT-15)', () => {
  it('loses only the damaged lines, says so, and takes new records', async () => {
    put('a', 'old');
    put('b', 'old');
    const first = await journal.begin({ session: 's', title: 'first' });
    await change(first, 'a', 'new');
    const second = await journal.begin({ session: 's', title: 'second' });
    await change(second, 'a', 'newer');
    await change(second, 'b', 'new');
    // Cut in the middle of the last record, as a crash may; another one goes on there.
    const cut = join(stateFolder, 'journal/checkpoints', `${first.id}.jsonl`);
    truncateSync(cut, statSync(cut).size - 20);
    await (await open().reopen(first.id)).close();
    const damaged = join(stateFolder, 'journal/checkpoints', `${second.id}.jsonl`);
    appendFileSync(damaged, 'garbage\n0123456789abcdef {"type":"begin"}\n\0\0\0\n');
    const size = statSync(damaged).size;
    const third = await open().begin({ session: 's', title: 'third' });
    await change(third, 'a', 'newest');
    await change(second, 'a', 'newer again');
    expect((await open().list()).map(({ title, paths }) => [title, paths])).toEqual([
      ['third', ['a']],
      ['second', ['a', 'b']],
      ['first', ['a']],
    ]);
    expect(new Set(warnings)).toEqual(new Set([expect.stringMatching(/^3 damaged lines .* nothing was deleted/)]));
    expect(statSync(damaged).size).toBeGreaterThan(size);
  });

  it('does not write back bytes that are not what was kept', async () => {
    put('a', 'old');
    const checkpoint = await journal.begin({ session: 's', title: 't' });
    await change(checkpoint, 'a', 'new');
    const hash = createHash('sha256').update('old').digest('hex');
    writeFileSync(join(stateFolder, 'journal/blobs', hash.slice(0, 2), hash), 'bad');
    expect(await restoreAll(journal, checkpoint.id)).toMatchObject({ paths: [], left: ['a'] });
    expect(read('a')).toBe('new');
  });

  it('names an unknown checkpoint', async () => {
    await expect(journal.plan('nothing')).rejects.toThrow(/no checkpoint nothing/);
  });
});
