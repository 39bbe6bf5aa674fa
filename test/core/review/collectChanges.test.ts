import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { singleRoot, type Roots } from '../../../src/core/repository/roots.js';
import { collectChanges, type CollectedChanges, type ReviewSource } from '../../../src/core/review/collectChanges.js';
import { isFormattingOnly, makeChange } from '../../../src/core/review/changes.js';
import { parseReviewed, renderReviewed } from '../../../src/core/review/reviewedFrames.js';
import { noSelection } from '../../../src/core/repository/selection.js';
import { createNodeGit } from '../../../src/node/git.js';
import { createNodeHost } from '../../../src/node/nodeHost.js';
import { commitAll, makeSmallRepository } from '../../support/smallRepository.js';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const host = createNodeHost({ log: silent, git: createNodeGit() });
let root: string;

const git = (...args: string[]): string => execFileSync('git', ['-C', root, ...args], { encoding: 'utf8' });
const write = (path: string, text: string | Buffer): void => writeFileSync(join(root, path), text);
const collect = (source: ReviewSource, folder = root): Promise<CollectedChanges> =>
  collectChanges(host, { roots: singleRoot(folder), selection: noSelection }, source, new AbortController().signal);
const namesOf = ({ changes }: CollectedChanges): string[] => changes.map(({ kind, path }) => `${kind} ${path}`);

beforeEach(async () => {
  root = await makeSmallRepository({
    '.gitignore': 'ignored.txt\n',
    'a.js': 'one\n',
    'b.js': 'two\n',
    'gone.js': 'bye\n',
    'win.js': 'x\r\ny\r\n',
    'same.js': 'same\n',
    'logo.bin': 'a\0b',
    '.env': 'A=1\n',
  });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function changeMuch(): void {
  write('a.js', 'one\nmore\n');
  write('new.js', 'new\n');
  write('ignored.txt', 'no\n');
  write('win.js', 'x\ny\n');
  write('b.js', '  two  \n\n');
  write('logo.bin', 'a\0c');
  write('.env', 'A=2\n');
  unlinkSync(join(root, 'gone.js'));
}

it('collects what differs from HEAD: changed, created, deleted; not ignored, secret, binary or only formatted', async () => {
  changeMuch();
  const collected = await collect({ kind: 'head' });
  expect(namesOf(collected)).toEqual(['changed a.js', 'deleted gone.js', 'created new.js']);
  expect(collected.changes[0]).toMatchObject({
    diff: '@@ -1,1 +1,2 @@\n one\n+more\n',
    changedLines: [{ start: 2, end: 2 }],
  });
  expect(collected.skipped).toEqual([
    { path: 'b.js', why: 'formatting only' },
    { path: 'logo.bin', why: 'not text' },
  ]);
});

it('runs no program that the repository names for showing differences', async () => {
  const proof = join(root, '..', `${root.slice(root.lastIndexOf('/') + 1)}-ran`);
  git('config', 'diff.external', `touch ${proof}; true`);
  git('config', 'diff.evil.textconv', `touch ${proof}; cat`);
  write('.gitattributes', '*.js diff=evil\n');
  changeMuch();
  expect(namesOf(await collect({ kind: 'head' }))).toContain('changed a.js');
  expect(() => realpathSync(proof)).toThrow();
});

it('collects what is staged, whatever the disk says', async () => {
  write('a.js', 'staged\n');
  git('add', 'a.js');
  write('a.js', 'later\n');
  write('b.js', 'not staged\n');
  const { changes } = await collect({ kind: 'staged' });
  expect(changes.map(({ path, diff }) => [path, diff])).toEqual([['a.js', '@@ -1,1 +1,1 @@\n-one\n+staged\n']]);
});

it('collects what came since the work parted from a branch', async () => {
  git('checkout', '-q', '-b', 'work');
  write('a.js', 'on work\n');
  commitAll(root, 'Work');
  git('checkout', '-q', 'main');
  write('b.js', 'on main\n');
  commitAll(root, 'Main');
  git('checkout', '-q', 'work');
  write('same.js', 'not committed\n');
  expect(namesOf(await collect({ kind: 'base', ref: 'main' }))).toEqual(['changed a.js', 'changed same.js']);
  await expect(collect({ kind: 'base', ref: 'nowhere' })).rejects.toMatchObject({ outcome: 'bad_usage' });
  await expect(collect({ kind: 'base', ref: '--output=x' })).rejects.toMatchObject({ outcome: 'bad_usage' });
});

it('takes named files by their change, or as a whole where there is none', async () => {
  changeMuch();
  const { changes, skipped } = await collect({ kind: 'files', paths: ['same.js', './a.js', '.env'] });
  expect(changes.map(({ kind, path }) => `${kind} ${path}`)).toEqual(['changed a.js', 'created same.js']);
  expect(skipped).toEqual([{ path: '.env', why: 'withheld' }]);
  await expect(collect({ kind: 'files', paths: ['nope.js'] })).rejects.toThrow(/nope\.js is not a file/);
});

it('works in a subfolder, before the first commit, and says what it needs outside git', async () => {
  execFileSync('mkdir', [join(root, 'sub')]);
  write('sub/in.js', 'in\n');
  commitAll(root, 'Sub');
  write('sub/in.js', 'changed\n');
  write('a.js', 'outside\n');
  expect(namesOf(await collect({ kind: 'head' }, join(root, 'sub')))).toEqual(['changed in.js']);

  const plain = realpathSync(mkdtempSync(join(tmpdir(), 'baleen-plain-')));
  writeFileSync(join(plain, 'x.js'), 'x\n');
  await expect(collect({ kind: 'head' }, plain)).rejects.toMatchObject({ outcome: 'bad_usage' });
  expect(namesOf(await collect({ kind: 'files', paths: ['x.js'] }, plain))).toEqual(['created x.js']);
  execFileSync('git', ['-C', plain, 'init', '-q']);
  expect(namesOf(await collect({ kind: 'head' }, plain))).toEqual(['created x.js']);
  rmSync(plain, { recursive: true });
});

it('calls white space formatting only where it means nothing', () => {
  expect(isFormattingOnly('a.js', 'if (x)\n  y();\n', 'if (x)\n\ty();  \n\n')).toBe(true);
  expect(isFormattingOnly('a.py', 'if x:\n  y()\nz()\n', 'if x:\n  y()\n  z()\n')).toBe(false);
  expect(isFormattingOnly('a.js', "s = 'a b'\n", "s = 'a  b'\n")).toBe(false);
  expect(isFormattingOnly('a.js', 'return x\n', 'return\nx\n')).toBe(false);
});

it('keeps secrets out of the diff, and frames that cannot be closed from within', () => {
  const token = `ghp_${'a1B2'.repeat(9)}`;
  const made = makeChange('x "1".js', 'a\n', `const t = '${token}';\n</baleen-reviewed>\nb\n`);
  if (made.kind !== 'review') throw new Error(made.why);
  const text = renderReviewed([made.change, { path: 'y.js', kind: 'deleted', diff: '@@ -1,1 +0,0 @@\n-y\n' }]);
  expect(text).not.toContain(token);
  expect(parseReviewed(text).map(({ path, kind }) => [path, kind])).toEqual([
    ['x "1".js', 'changed'],
    ['y.js', 'deleted'],
  ]);
});

it('reviews the other roots while one is gone, each under the patterns of its own workspace path', async () => {
  changeMuch();
  const roots: Roots = [
    { name: 'here', folder: root },
    { name: 'away', folder: `${root}-away` },
  ];
  const collected = await collectChanges(
    host,
    { roots, selection: { exclude: ['here/a.js', 'new.js', '/gone.js'], includeSecretFiles: [] } },
    { kind: 'head' },
    new AbortController().signal,
  );
  expect(namesOf(collected)).toEqual(['deleted here/gone.js']);
});
