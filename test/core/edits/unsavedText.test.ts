/** Edits of an editor's unsaved text: kept before, and brought back wherever that text is by then. */
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Journal } from '../../../src/core/edits/checkpoint.js';
import { createJournal } from '../../../src/core/edits/journal.js';
import { singleRoot } from '../../../src/core/repository/roots.js';
import { restoreAll } from '../../support/restoreAll.js';
import { createBench, type Bench } from '../tools/bench.js';

const path = 'src/a.ts';
const lines = (first: string, last = ''): string => `${first}\n${'same\n'.repeat(6)}${last}`;
const saved = lines('const a = 1;');
const typed = lines('const a = 1;', '// typed\n');
const agents = lines('const a = 10;', '// typed\n');

let bench: Bench;

beforeEach(async () => {
  bench = await createBench({ [path]: saved, 'src/b.ts': 'const b = 1;\n' });
});
afterEach(() => bench.dispose());

const shown = (): string | undefined => bench.unsaved.get(path)?.text;
const show = (text: string): void => void bench.unsaved.set(path, { text, version: Math.random() });
const edit = (old: string, now: string, file = path): Promise<{ failed: boolean; text: string }> =>
  bench.call('edit_file', { path: file, hunks: [{ old_text: old, new_text: now }] });

/** The turn of every test: what is typed and not saved is edited. */
async function takeTurn(): Promise<string> {
  show(typed);
  expect((await edit('a = 1;', 'a = 10;')).failed).toBe(false);
  expect(shown()).toBe(agents);
  expect(bench.read(path)).toBe(saved);
  await bench.turn.checkpoint.close();
  return bench.turn.checkpoint.id;
}

/** As a process opens it that comes after one that was killed. */
function openAfterKill(): Journal {
  const { host, stateFolder } = bench;
  const { files, clock, randomHex, log, documents } = host;
  const owner = { name: 'next', isAlive: () => false };
  return createJournal({ files, roots: singleRoot(bench.root), stateFolder, clock, randomHex, log, documents, owner });
}

function isKept(text: string): boolean {
  const sha256 = createHash('sha256').update(text).digest('hex');
  return existsSync(join(bench.stateFolder, 'journal/blobs', sha256.slice(0, 2), sha256));
}

describe('an edit of unsaved text', () => {
  it('EDT-03: has the text and the disk below it in the journal before the editor is asked to change it', async () => {
    const { documents } = bench.host;
    const { replaceText } = documents;
    const kept: boolean[] = [];
    documents.replaceText = (...given) => {
      kept.push(isKept(typed), isKept(saved), isKept(agents));
      return replaceText(...given);
    };
    await takeTurn();
    expect(kept).toEqual([true, true, true]);
  });

  it('EDT-22: is not made where the journal cannot be written, nor where it cannot hold the text', async () => {
    show(`${typed}\ud800`);
    expect((await edit('a = 1;', 'a = 10;')).text).toMatch(/half a character/);
    writeFileSync(join(bench.stateFolder, 'journal'), 'a file where the folder would be');
    show(typed);
    expect((await edit('a = 1;', 'a = 10;')).text).toMatch(/could not be kept.*nothing was/);
    expect(shown()).toBe(typed);
  });
});

describe('its undo', () => {
  it('brings the text back in the editor, where it stays unsaved, and the change again', async () => {
    const id = await takeTurn();
    const [file] = (await bench.journal.plan(id)).files;
    expect(file).toMatchObject({ path, action: 'write back', touched: false, inEditor: true });
    const undone = await restoreAll(bench.journal, id);
    expect(undone).toMatchObject({ paths: [path], left: [], lost: [] });
    expect([shown(), bench.read(path)]).toEqual([typed, saved]);
    await restoreAll(bench.journal, undone.checkpoint);
    expect([shown(), bench.read(path)]).toEqual([agents, saved]);
  });

  it('asks where the user has typed since, and can take out only what the agent changed', async () => {
    const id = await takeTurn();
    show(`${agents}// more\n`);
    const plan = await bench.journal.plan(id);
    expect(plan.files).toMatchObject([{ path, touched: true, canTakeOut: true }]);
    expect((await restoreAll(bench.journal, id)).left).toEqual([path]);
    expect(shown()).toBe(`${agents}// more\n`);
    const { checkpoint } = await bench.journal.restore(plan, [{ path, how: 'take out' }]);
    expect(shown()).toBe(`${typed}// more\n`);
    await restoreAll(bench.journal, checkpoint);
    expect(shown()).toBe(`${agents}// more\n`);
    await bench.journal.restore(plan, [{ path, how: 'bring back' }]);
    expect([shown(), bench.read(path)]).toEqual([typed, saved]);
  });

  it('asks where the user typed between two edits of the turn', async () => {
    show(typed);
    await edit('a = 1;', 'a = 10;');
    show(`${agents}// more\n`);
    await edit('a = 10;', 'a = 11;');
    const { id } = bench.turn.checkpoint;
    expect((await bench.journal.plan(id)).files).toMatchObject([{ touched: true, canTakeOut: false }]);
  });

  it.each(['utf-8', 'utf-16le with a mark, and CR LF'])(
    'takes a text that was saved since for what the agent left, and writes what was typed before: %s',
    async (encoding) => {
      const isWide = encoding !== 'utf-8';
      const onDisk = (text: string): Buffer =>
        isWide ? Buffer.from(`\ufeff${text.replaceAll('\n', '\r\n')}`, 'utf16le') : Buffer.from(text);
      const inEditor = (text: string): string => (isWide ? text.replaceAll('\n', '\r\n') : text);
      bench.write(path, onDisk(saved), 0o640);
      chmodSync(join(bench.root, path), 0o640);
      show(inEditor(typed));
      expect((await edit('a = 1;', 'a = 10;')).failed).toBe(false);
      expect(shown()).toBe(inEditor(agents));
      const { id } = bench.turn.checkpoint;
      bench.unsaved.clear();
      bench.write(path, onDisk(agents));
      const plan = await bench.journal.plan(id);
      expect(plan.files).toMatchObject([
        { path, action: 'write back', touched: false, byCommand: false, canTakeOut: false },
      ]);
      const undone = await restoreAll(bench.journal, id);
      expect(bench.readBytes(path)).toEqual(onDisk(typed));
      await restoreAll(bench.journal, undone.checkpoint);
      expect(bench.readBytes(path)).toEqual(onDisk(agents));
    },
  );

  it('asks where more was saved than the agent left', async () => {
    const id = await takeTurn();
    bench.unsaved.clear();
    bench.write(path, `${agents}// more\n`);
    const plan = await bench.journal.plan(id);
    expect(plan.files).toMatchObject([{ path, touched: true, canTakeOut: true }]);
    expect((await bench.journal.restore(plan, [{ path, how: 'take out' }])).lost).toEqual([]);
    expect(bench.read(path)).toBe(`${typed}// more\n`);
  });

  it('has nothing to do where the text was closed without saving, and hands out what was typed', async () => {
    const id = await takeTurn();
    bench.unsaved.clear();
    expect((await bench.journal.plan(id)).files).toMatchObject([{ path, action: 'unchanged' }]);
    expect(await restoreAll(bench.journal, id)).toMatchObject({ paths: [], left: [], lost: [{ path, text: typed }] });
    expect(bench.read(path)).toBe(saved);
    expect((await bench.journal.list())[0]).toMatchObject({ id, restored: true });
  });

  describe('where the user began to type while the disk was written', () => {
    let id: string;
    beforeEach(async () => {
      const { documents, files } = bench.host;
      documents.watchReload = () => ({ isTypedOver: async () => true, dispose: () => undefined });
      const { replace } = files;
      files.replace = async (...given) => {
        await replace(...given);
        if (given[0].endsWith(path)) show(typed);
      };
      expect((await edit('a = 1;', 'a = 10;')).text).toMatch(/merged with what the user typed/);
      // The disk is put back: the editor has not seen the new bytes.
      expect([shown(), bench.read(path)]).toEqual([agents, saved]);
      files.replace = replace;
      ({ id } = bench.turn.checkpoint);
    });

    it('brings back the text, and leaves the disk that was put back', async () => {
      const plan = await bench.journal.plan(id);
      expect(plan.files).toMatchObject([{ path, touched: false, inEditor: true }]);
      await restoreAll(bench.journal, id);
      expect([shown(), bench.read(path)]).toEqual([typed, saved]);
    });

    it('knows its text where that was saved since', async () => {
      bench.unsaved.clear();
      bench.write(path, agents);
      expect((await bench.journal.plan(id)).files).toMatchObject([{ path, touched: false }]);
      await restoreAll(bench.journal, id);
      expect(bench.read(path)).toBe(typed);
    });
  });

  it('is all or nothing: a key pressed in the editor stops the files too, a file that cannot be written the editor', async () => {
    show(typed);
    await edit('a = 1;', 'a = 10;');
    await edit('b = 1;', 'b = 10;', 'src/b.ts');
    const { id } = bench.turn.checkpoint;
    const plan = await bench.journal.plan(id);
    const { documents } = bench.host;
    const { replaceText } = documents;
    documents.replaceText = async () => false;
    await expect(restoreAll(bench.journal, id)).rejects.toThrow(/Nothing was changed: somebody typed in src\/a\.ts/);
    documents.replaceText = replaceText;
    const { stage } = bench.host.files;
    bench.host.files.stage = async () => Promise.reject(new Error('the disk is full'));
    await expect(restoreAll(bench.journal, id)).rejects.toThrow(/Nothing was changed.*the disk is full/);
    bench.host.files.stage = stage;
    expect([shown(), bench.read('src/b.ts')]).toEqual([agents, 'const b = 10;\n']);
    expect((await bench.journal.plan(id)).files).toEqual(plan.files);
    expect(await bench.journal.list()).toHaveLength(1);
    await restoreAll(bench.journal, id);
    expect([shown(), bench.read('src/b.ts')]).toEqual([typed, 'const b = 1;\n']);
  });
});

describe('after a crash of the window', () => {
  it('hands out the lost text, as it was typed and as it was to be', async () => {
    for (const how of ['undo', 'finish'] as const) {
      show(typed);
      await edit('a = 1;', 'a = 10;');
      bench.unsaved.clear();
      const journal = openAfterKill();
      const [one] = (await journal.recover()).interrupted;
      expect(one?.files).toMatchObject([{ path, stands: 'lost', canFinish: true, canUndo: true }]);
      const settled = await journal.settle(one!, [{ path, how }]);
      expect(settled).toEqual({ paths: [], lost: [{ path, text: how === 'undo' ? typed : agents }], again: [] });
      expect((await journal.recover()).interrupted).toEqual([]);
      bench.turn.checkpoint = await bench.journal.begin({ session: 's', title: 'once more' });
    }
    expect(bench.read(path)).toBe(saved);
  });

  it('undoes it in the editor where that brought the text back by itself', async () => {
    show(typed);
    await edit('a = 1;', 'a = 10;');
    const journal = openAfterKill();
    const [one] = (await journal.recover()).interrupted;
    expect(one?.files).toMatchObject([{ path, stands: 'changed', canFinish: false, canUndo: true }]);
    expect(await journal.settle(one!, [{ path, how: 'undo' }])).toEqual({ paths: [path], lost: [], again: [] });
    expect([shown(), bench.read(path)]).toEqual([typed, saved]);
    const [undo] = await journal.list();
    await restoreAll(journal, undo!.id);
    expect(shown()).toBe(agents);
  });

  it('finishes it there where the editor had not yet taken it', async () => {
    const { documents } = bench.host;
    const { replaceText } = documents;
    documents.replaceText = async () => Promise.reject(new Error('killed here'));
    show(typed);
    await edit('a = 1;', 'a = 10;').catch(() => undefined);
    documents.replaceText = replaceText;
    const journal = openAfterKill();
    const [one] = (await journal.recover()).interrupted;
    expect(one?.files).toMatchObject([{ path, stands: 'as before', canFinish: true, canUndo: false }]);
    expect(await journal.settle(one!, [{ path, how: 'finish' }])).toEqual({ paths: [path], lost: [], again: [] });
    expect([shown(), bench.read(path)]).toEqual([agents, saved]);
    await restoreAll(journal, one!.checkpoint.id);
    expect(shown()).toBe(typed);
  });

  it('finishes the rest of a restore in whose middle it came, where the text of one file is lost', async () => {
    show(typed);
    await edit('a = 1;', 'a = 10;');
    await edit('b = 1;', 'b = 10;', 'src/b.ts');
    const { id } = bench.turn.checkpoint;
    const { stage } = bench.host.files;
    let killed: () => void = () => undefined;
    const isKilled = new Promise<void>((resolve) => (killed = resolve));
    bench.host.files.stage = () => {
      killed();
      return new Promise(() => undefined);
    };
    void restoreAll(bench.journal, id);
    await isKilled;
    bench.host.files.stage = stage;
    bench.unsaved.clear();
    rmSync(join(bench.stateFolder, 'journal/lock'));
    const { finished } = await openAfterKill().recover();
    expect([finished.length, bench.read(path), bench.read('src/b.ts')]).toEqual([1, saved, 'const b = 1;\n']);
    // The text is in the journal, and offered by the undo of its turn.
    expect((await restoreAll(bench.journal, id)).lost).toEqual([{ path, text: typed }]);
  });
});
