/** What somebody else does while a restore, or what becomes of an interrupted turn, is decided and carried out. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseFiles, type Interrupted, type Journal } from '../../../src/core/edits/checkpoint.js';
import type { Files, StagedFile } from '../../../src/core/host.js';
import { createNodeFiles } from '../../../src/node/files.js';
import { filesBelow } from '../../support/filesBelow.js';
import { openTestJournal } from '../../support/kills/openTestJournal.js';
import { restoreAll } from '../../support/restoreAll.js';

let base: string;
let root: string;
const { at, read, put } = filesBelow(() => root);

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'baleen-moment-')));
  root = join(base, 'ws');
  mkdirSync(root);
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const open = (files: Partial<Files> = {}): Journal =>
  openTestJournal(root, join(base, 'state'), { files: { ...createNodeFiles(), ...files } });

/** By which nothing is left running: a later journal takes it for one of a process that is gone. */
const openAfterKill = (files: Partial<Files> = {}): Journal =>
  openTestJournal(root, join(base, 'state'), {
    files: { ...createNodeFiles(), ...files },
    owner: { name: 'next', isAlive: () => false },
  });

async function turn(changes: Record<string, string>, isClosed = true): Promise<string> {
  const checkpoint = await open().begin({ session: 's', title: 'turn' });
  for (const [path, text] of Object.entries(changes)) {
    await checkpoint.before(path, Buffer.from(text));
    put(path, text);
    await checkpoint.after(path);
  }
  if (isClosed) await checkpoint.close();
  return checkpoint.id;
}

/** The real files, in which `commit` of one path is another. */
function committing(path: string, commit: (staged: StagedFile) => Promise<void>): Partial<Files> {
  const { stage } = createNodeFiles();
  let isMet = false;
  return {
    async stage(target, ...rest) {
      const staged = await stage(target, ...rest);
      if (target !== at(path) || isMet) return staged;
      isMet = true;
      return { ...staged, commit: () => commit(staged) };
    },
  };
}

const full = (): Promise<never> => Promise.reject(new Error('the disk is full'));

/** Files take their places in any order: the last waits until the others stand. */
async function untilAll(paths: readonly string[], text: (path: string) => string): Promise<void> {
  while (!paths.every((path) => read(path) === text(path))) await new Promise((resolve) => setImmediate(resolve));
}

describe('a restore that fails after some files were brought back', () => {
  it('leaves what the user has made of one since, puts back the others, and keeps what the one held', async () => {
    for (const name of ['a', 'b', 'c', 'z']) put(name, `old ${name}`);
    const id = await turn({ a: 'new a', b: 'new b', c: 'new c', z: 'new z', made: 'made' });
    put('a', 'typed before');
    const files = committing('z', async () => {
      await untilAll(['a', 'b', 'c'], (path) => `old ${path}`);
      put('a', 'typed since');
      return full();
    });
    const restoring = restoreAll(open(files), id, { touched: true });
    await expect(restoring).rejects.toThrow(/^Nothing was changed.*the disk is full.*\ba\b.*changed meanwhile/);
    expect(['a', 'b', 'c', 'z', 'made'].map(read)).toEqual(['typed since', 'new b', 'new c', 'new z', 'made']);
    const [kept] = await open().list();
    await restoreAll(open(), kept!.id, { touched: true });
    expect(['a', 'b'].map(read)).toEqual(['typed before', 'new b']);
  });

  it('leaves what stands in the place of a file that it had taken away, and a link', async () => {
    put('z', 'old');
    put('link', 'old link');
    const id = await turn({ 'made/one': 'made', z: 'new', link: 'new' });
    // Files go last: the first to go is the one at which it fails.
    const { remove } = createNodeFiles();
    const files: Partial<Files> = {
      async remove(path, inside) {
        await remove(path, inside);
        if (path !== at('made/one')) return;
        put('made/one', 'mine');
        rmSync(at('link'));
        symlinkSync('z', at('link'));
        throw new Error('the disk is gone');
      },
    };
    await expect(restoreAll(open(files), id)).rejects.toThrow(/Nothing was changed.*changed meanwhile/);
    expect([read('made/one'), read('z'), read('link')]).toEqual(['mine', 'new', 'new']);
  });

  it('puts back the very file at which it failed, where its new bytes stood already', async () => {
    put('a', 'old a');
    put('b', 'old b');
    const id = await turn({ a: 'new a', b: 'new b' });
    const files = committing('a', async (staged) => {
      await staged.commit();
      return full();
    });
    await expect(restoreAll(open(files), id)).rejects.toThrow(/Nothing was changed/);
    expect([read('a'), read('b')]).toEqual(['new a', 'new b']);
    expect((await open().plan(id)).files.map(({ touched }) => touched)).toEqual([false, false]);
  });
});

describe('a restore', () => {
  it('sees what was written between its last look and the rename, also where size and time tell nothing', async () => {
    put('a', 'old a');
    put('b', 'old b');
    const id = await turn({ a: 'new a', b: 'new b' });
    const files = committing('a', async (staged) => {
      // To the nanosecond, as `cp -p` and archives do it.
      execFileSync('cp', ['-p', at('a'), join(base, 'times')]);
      writeFileSync(at('a'), 'mine!');
      execFileSync('touch', ['-r', join(base, 'times'), at('a')]);
      await staged.commit();
    });
    await expect(restoreAll(open(files), id)).rejects.toThrow(/Nothing was changed/);
    expect([read('a'), read('b')]).toEqual(['mine!', 'new b']);
  });

  it('asks again for a file that was changed before its list was shown, and once more since', async () => {
    put('a', 'old');
    const id = await turn({ a: 'new' });
    put('a', 'typed');
    const plan = await open().plan(id);
    put('a', 'typed, and more');
    await expect(open().restore(plan, chooseFiles(plan, { touched: true }))).rejects.toThrow(
      /^Nothing was changed: a has changed since the list was shown/,
    );
    expect(read('a')).toBe('typed, and more');
  });
});

describe('what becomes of an interrupted turn', () => {
  async function offered(journal: Journal): Promise<Interrupted> {
    const [one, ...more] = (await journal.recover()).interrupted;
    expect(more).toEqual([]);
    return one!;
  }

  /** Killed before its last change; the first stands. */
  async function interrupt(changes: Record<string, string>, last: string): Promise<void> {
    const checkpoint = await open().begin({ session: 's', title: 'turn' });
    for (const [path, text] of Object.entries(changes)) {
      await checkpoint.before(path, Buffer.from(text));
      if (path === last) break;
      put(path, text);
      await checkpoint.after(path);
    }
  }

  it('is not decided by an answer about what stood there before: such a file is left, and offered again', async () => {
    for (const name of ['a', 'b', 'c', 'd']) put(name, 'old');
    await interrupt({ a: 'new', b: 'new', c: 'new', d: 'new' }, 'd');
    const journal = openAfterKill();
    const one = await offered(journal);
    put('b', 'mine');
    put('c', 'old');
    put('d', 'mine, too');
    const undo = ['a', 'b', 'c'].map((path) => ({ path, how: 'undo' as const }));
    const settled = await journal.settle(one, [...undo, { path: 'd', how: 'finish' }]);
    expect(settled.paths).toEqual(['a']);
    expect(settled.again).toMatchObject([
      { path: 'b', stands: 'other', canUndo: true },
      { path: 'd', stands: 'other', canFinish: true },
    ]);
    expect(['a', 'b', 'c', 'd'].map(read)).toEqual(['old', 'mine', 'old', 'mine, too']);
    // At the next start too, and nothing else of it.
    const next = await offered(openAfterKill());
    expect(next.files).toEqual(settled.again);
    put('b', 'mine once more');
    const second = await journal.settle(next, [{ path: 'b', how: 'undo' }]);
    expect([second.paths, second.again.map(({ path }) => path), read('b')]).toEqual([[], ['b'], 'mine once more']);
    const last = await journal.settle({ ...next, files: second.again }, [{ path: 'b', how: 'undo' }]);
    expect([last.again, read('b'), read('d')]).toEqual([[], 'old', 'mine, too']);
    expect((await openAfterKill().recover()).interrupted).toEqual([]);
    const [newest] = await open().list();
    await restoreAll(open(), newest!.id);
    expect(read('b')).toBe('mine once more');
  });

  it('leaves a link that the user has put there, and ends with it', async () => {
    put('a', 'old');
    put('aim', 'aim');
    await interrupt({ a: 'new', never: 'x' }, 'never');
    const journal = openAfterKill();
    const one = await offered(journal);
    rmSync(at('a'));
    symlinkSync('aim', at('a'));
    const { again } = await journal.settle(one, [{ path: 'a', how: 'undo' }]);
    expect(again).toMatchObject([{ path: 'a', stands: 'other', canFinish: false, canUndo: false }]);
    expect([read('a'), read('aim')]).toEqual(['aim', 'aim']);
    await journal.settle({ ...one, files: again }, []);
    expect((await openAfterKill().recover()).interrupted).toEqual([]);
  });

  it('takes what the user writes the moment after a file was finished for his', async () => {
    put('a/file', 'old');
    put('b/file', 'old');
    const checkpoint = await open().begin({ session: 's', title: 'turn' });
    for (const path of ['a/file', 'b/file']) await checkpoint.before(path, Buffer.from('new'));
    put('b/file', 'new');
    const { syncFolder } = createNodeFiles();
    const journal = openAfterKill({
      async syncFolder(folder, inside) {
        await syncFolder(folder, inside);
        if (folder === at('a')) put('a/file', 'typed at once');
      },
    });
    const one = await offered(journal);
    await journal.settle(one, [
      { path: 'a/file', how: 'finish' },
      { path: 'b/file', how: 'undo' },
    ]);
    expect([read('a/file'), read('b/file')]).toEqual(['typed at once', 'old']);
    expect((await open().plan(checkpoint.id)).files[0]).toMatchObject({ path: 'a/file', touched: true });
  });
});
