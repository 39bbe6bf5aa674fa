/** delete_file and move_file: journaled first, only what was looked at, never over another file, and back by undo. */
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDestination, openForDeparture } from '../../../src/core/edits/departure.js';
import type { Files } from '../../../src/core/host.js';
import type { Prepared } from '../../../src/core/tools/tool.js';
import { createNodeFiles } from '../../../src/node/files.js';
import { createBench, type Bench } from './bench.js';
import { restoreAll } from '../../support/restoreAll.js';

const text = 'export const a = 1;\nexport const b = 2;\n';
const image = Buffer.from([0x89, 0x50, 0, 1, 2, 255]);
let bench: Bench;
beforeEach(async () => {
  bench = await createBench({
    'src/a.ts': text,
    'run.sh': '#!/bin/sh\necho old\n',
    'image.png': image,
    '.env': 'TOKEN=super-secret-value\n',
    '.gitignore': 'local/\n',
    '.baleenignore': 'private/\n',
    'private/notes.txt': 'the canary\n',
    'local/settings.txt': 'the canary\n',
    'AGENTS.md': 'Be kind.\n',
  });
});
afterEach(() => bench.dispose());

function ready(prepared: Prepared): Extract<Prepared, { kind: 'ready' }> {
  if (prepared.kind !== 'ready') throw new Error(prepared.result.text);
  return prepared;
}
const undo = async () => restoreAll(bench.journal, bench.turn.checkpoint.id);
const entries = async () => {
  const { packer } = bench.turn;
  const { entries: all } = await packer.entries((await packer.report()).sha256, {
    number: 0,
    chain: (await packer.report()).sha256,
  });
  return all.map(({ kind, path, from, session, call }) => ({ kind, path, from, session, call }));
};

describe('delete_file', () => {
  it('shows what goes, takes it away, tells the change log, and undo brings it back with its mode', async () => {
    chmodSync(join(bench.root, 'run.sh'), 0o755);
    const prepared = ready(await bench.prepare('delete_file', { path: 'run.sh' }));
    expect(prepared.subject).toMatchObject({ kind: 'edit', path: 'run.sh', deleted: true });
    expect(JSON.stringify(prepared.subject)).toContain('-echo old');
    expect(bench.exists('run.sh')).toBe(true);
    const result = await prepared.run();
    expect(result).toMatchObject({ failed: false, text: 'Deleted run.sh: 2 lines.' });
    expect(result.details).toMatchObject({ kind: 'edit', path: 'run.sh', added: 0, removed: 2, deleted: true });
    expect(bench.exists('run.sh')).toBe(false);
    expect([...bench.turn.changed]).toEqual(['run.sh']);
    expect(await entries()).toEqual([{ kind: 'deleted', path: 'run.sh', session: 'session', call: 'call' }]);
    expect((await undo()).paths).toEqual(['run.sh']);
    expect(bench.read('run.sh')).toBe('#!/bin/sh\necho old\n');
    expect(statSync(join(bench.root, 'run.sh')).mode & 0o777).toBe(0o755);
  });

  it('deletes what is no text, to the byte back', async () => {
    expect(await bench.call('delete_file', { path: 'image.png' })).toMatchObject({
      text: 'Deleted image.png: 6 bytes.',
    });
    await undo();
    expect(readFileSync(join(bench.root, 'image.png')).equals(image)).toBe(true);
  });

  it('takes away one of two hard links and leaves the bytes', async () => {
    const outside = join(bench.root, '../outside.txt');
    writeFileSync(outside, 'kept\n');
    linkSync(outside, join(bench.root, 'inside.txt'));
    const before = lstatSync(outside);
    await bench.call('delete_file', { path: 'inside.txt' });
    expect(bench.exists('inside.txt')).toBe(false);
    await undo();
    expect(bench.read('inside.txt')).toBe('kept\n');
    expect(readFileSync(outside, 'utf8')).toBe('kept\n');
    expect([lstatSync(outside).ino, lstatSync(outside).mtimeMs]).toEqual([before.ino, before.mtimeMs]);
  });

  it('leaves what has changed since it was looked at, on disk or in the editor', async () => {
    const prepared = ready(await bench.prepare('delete_file', { path: 'src/a.ts' }));
    bench.write('src/a.ts', 'typed by the user\n');
    expect((await prepared.run()).text).toMatch(/has changed since it was looked at; nothing was done/);
    const again = ready(await bench.prepare('delete_file', { path: 'src/a.ts' }));
    bench.unsaved.set('src/a.ts', { text: 'typing', version: 2 });
    expect((await again.run()).failed).toBe(true);
    expect(bench.read('src/a.ts')).toBe('typed by the user\n');
    expect(await bench.call('delete_file', { path: 'src/a.ts' })).toMatchObject({
      failed: true,
      text: 'Refused: src/a.ts has unsaved changes in the editor; ask the user to save or discard them first.',
    });
    expect([...bench.turn.changed]).toEqual([]);
  });

  it('deletes nothing when the old bytes cannot be kept', async () => {
    rmSync(join(bench.stateFolder, 'journal'), { recursive: true, force: true });
    writeFileSync(join(bench.stateFolder, 'journal'), 'in the way');
    expect((await bench.call('delete_file', { path: 'src/a.ts' })).text).toMatch(
      /could not be kept .* nothing was done/,
    );
    expect(bench.read('src/a.ts')).toBe(text);
  });

  it.each([
    ['a folder', 'src', /is a folder/],
    ['a missing file', 'src/none.ts', /does not exist/],
    ['a link', 'link', /symbolic link/],
    ['a secret file', '.env', /holds secrets/],
    ['an excluded file', 'private/notes.txt', /excluded by the user/],
    ['a read-only file', 'fixed.txt', /read-only/],
    ['a file too large to keep', 'huge.bin', /above \d+ no old bytes are kept/],
  ])('refuses %s', async (_, path, why) => {
    symlinkSync('src/a.ts', join(bench.root, 'link'));
    bench.write('fixed.txt', 'x', 0o444);
    bench.write('huge.bin', '');
    truncateSync(join(bench.root, 'huge.bin'), 1024 ** 4);
    const names = readdirSync(bench.root, { recursive: true });
    const result = await bench.call('delete_file', { path });
    expect(result).toMatchObject({ failed: true, text: expect.stringMatching(why) as string });
    expect(result.text).not.toMatch(/canary|super-secret/);
    expect(readdirSync(bench.root, { recursive: true })).toEqual(names);
  });
});

describe('move_file', () => {
  it('keeps bytes, mode and times, makes folders, tells a rename, and undo takes all of it back', async () => {
    chmodSync(join(bench.root, 'run.sh'), 0o751);
    const before = statSync(join(bench.root, 'run.sh'));
    const prepared = ready(await bench.prepare('move_file', { path: 'run.sh', to: 'bin/deep/go.sh' }));
    expect(prepared.subject).toEqual({ kind: 'edit', path: 'run.sh', diff: '', movedTo: 'bin/deep/go.sh' });
    const result = await prepared.run();
    expect(result).toMatchObject({ failed: false, text: 'Moved run.sh to bin/deep/go.sh.' });
    expect(result.details).toMatchObject({ kind: 'edit', path: 'bin/deep/go.sh', movedFrom: 'run.sh' });
    expect(bench.exists('run.sh')).toBe(false);
    const after = statSync(join(bench.root, 'bin/deep/go.sh'));
    expect([after.mode, after.ino, after.mtimeMs]).toEqual([before.mode, before.ino, before.mtimeMs]);
    expect(bench.read('bin/deep/go.sh')).toBe('#!/bin/sh\necho old\n');
    expect([...bench.turn.changed]).toEqual(['run.sh', 'bin/deep/go.sh']);
    expect(await entries()).toEqual([
      { kind: 'renamed', path: 'bin/deep/go.sh', from: 'run.sh', session: 'session', call: 'call' },
    ]);
    expect((await undo()).paths).toEqual(['bin/deep/go.sh', 'run.sh']);
    expect(bench.exists('bin')).toBe(false);
    expect(bench.read('run.sh')).toBe('#!/bin/sh\necho old\n');
    expect(statSync(join(bench.root, 'run.sh')).mode & 0o777).toBe(0o751);
  });

  it('moves what is no text', async () => {
    await bench.call('move_file', { path: 'image.png', to: 'media/image.png' });
    expect(readFileSync(join(bench.root, 'media/image.png')).equals(image)).toBe(true);
  });

  it('never moves over another file, also not one that appears meanwhile, or a second name of its own bytes', async () => {
    const over = { path: 'src/a.ts', to: 'run.sh' };
    expect((await bench.call('move_file', over)).text).toBe(
      'run.sh exists already, and no file is moved over another.',
    );
    const prepared = ready(await bench.prepare('move_file', { path: 'src/a.ts', to: 'src/new.ts' }));
    bench.write('src/new.ts', 'theirs');
    await expect(prepared.run()).rejects.toThrow(/exists already; nothing was moved/);
    linkSync(join(bench.root, 'src/a.ts'), join(bench.root, 'src/A.ts'));
    expect((await bench.call('move_file', { path: 'src/a.ts', to: 'src/A.ts' })).text).toMatch(/exists already/);
    expect([bench.read('src/a.ts'), bench.read('src/new.ts'), bench.read('src/A.ts')]).toEqual([text, 'theirs', text]);
  });

  it('leaves what has changed since it was looked at', async () => {
    const prepared = ready(await bench.prepare('move_file', { path: 'src/a.ts', to: 'b.ts' }));
    bench.write('src/a.ts', 'typed by the user\n');
    expect((await prepared.run()).failed).toBe(true);
    bench.unsaved.set('b.ts', { text: 'a file of this name is being written', version: 1 });
    expect((await bench.call('move_file', { path: 'src/a.ts', to: 'b.ts' })).text).toMatch(
      /^Refused: b\.ts has unsaved/,
    );
    expect(bench.read('src/a.ts')).toBe('typed by the user\n');
    expect(bench.exists('b.ts')).toBe(false);
  });

  it.each([
    ['itself', 'src/a.ts', './src//a.ts', /is where the file is already/],
    ['a folder', 'src/a.ts', 'src', /is a folder/],
    ['a path through a file', 'src/a.ts', 'run.sh/a.ts', /not a folder/],
    ['a secret file', '.env', 'plain.txt', /holds secrets/],
    ['an excluded file', 'private/notes.txt', 'plain.txt', /withheld/],
    ['a file that git ignores', 'local/settings.txt', 'plain.txt', /left out by the ignore rules/],
    ['into what is excluded', 'src/a.ts', 'private/a.ts', /excluded by the user/],
    ['out of the workspace', 'src/a.ts', '../a.ts', /`\.\.` is not allowed/],
    ['from outside', '../outside.txt', 'a.txt', /`\.\.` is not allowed/],
    ['through a link', 'src/a.ts', 'out/a.ts', /link out of the workspace/],
    ['into .git', 'src/a.ts', '.git/hooks/pre-commit', /belongs to git/],
    ['a reserved name', 'src/a.ts', 'src/con.ts', /reserved on Windows/],
  ])('refuses %s', async (_, path, to, why) => {
    mkdirSync(join(bench.root, '../outside'));
    symlinkSync('../outside', join(bench.root, 'out'));
    const names = readdirSync(join(bench.root, '..'), { recursive: true }).filter(
      (name) => !String(name).startsWith('state'),
    );
    expect((await bench.call('move_file', { path, to })).text).toMatch(why);
    expect(
      readdirSync(join(bench.root, '..'), { recursive: true }).filter((name) => !String(name).startsWith('state')),
    ).toEqual(names);
  });

  it('does not follow a folder that became a link meanwhile, at either end', async () => {
    const outside = join(bench.root, '../outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'a.ts'), text);
    bench.write('there/x.txt', 'x');
    const from = ready(await bench.prepare('move_file', { path: 'src/a.ts', to: 'b.ts' }));
    const to = ready(await bench.prepare('move_file', { path: 'run.sh', to: 'there/run.sh' }));
    for (const name of ['src', 'there']) {
      rmSync(join(bench.root, name), { recursive: true });
      symlinkSync(outside, join(bench.root, name));
    }
    for (const prepared of [from, to]) expect((await prepared.run()).text).toMatch(/link out of the workspace/);
    expect(readdirSync(outside)).toEqual(['a.ts']);
    expect(bench.exists('run.sh')).toBe(true);
  });

  it('PRF-09 says who wrote it where agents would take it for orders', async () => {
    for (const args of [
      { path: 'AGENTS.md', to: 'old.md' },
      { path: 'src/a.ts', to: 'docs/CLAUDE.md' },
    ]) {
      const { subject } = ready(await bench.prepare('move_file', args));
      expect(subject).toMatchObject({
        protectedBy: expect.stringMatching(/agents take their orders/) as string,
        warnings: [
          expect.stringMatching(/for your orders\. The model wrote this change, working on "test"\.$/) as string,
        ],
      });
    }
  });

  it('changes only the case of a name on a disk that does not tell case', async () => {
    const real = createNodeFiles();
    const fold = (path: string): string => path.replace(/A\.TS$/, 'a.ts');
    const files: Files = { ...real, lstat: (path) => real.lstat(fold(path)) };
    const { context } = bench;
    const folding = { ...context, host: { ...context.host, files } };
    const opened = await openForDeparture(folding, 'src/a.ts');
    if (!opened.ok) throw new Error(opened.sentence);
    const other = { ok: true, place: { relative: 'src/A.TS' } };
    expect(await openDestination(folding, opened.place, 'src/A.TS')).toMatchObject(other);
    // Two files of the same bytes under names that differ in case are two files.
    linkSync(join(bench.root, 'src/a.ts'), join(bench.root, 'src/A.TS'));
    expect(await openDestination(context, opened.place, 'src/A.TS')).toMatchObject({ ok: false });
  });
});
