/** Lists of generated repositories against git's own, in git and outside of it. */
import { execFileSync } from 'node:child_process';
import { cpSync, lstatSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listRepository } from '../../../src/core/repository/listing.js';
import { noSelection } from '../../../src/core/repository/selection.js';
import { createNodeFiles } from '../../../src/node/files.js';
import { createNodeGit } from '../../../src/node/git.js';
import { makeRandom, type Random } from '../../support/seededRandom.js';
import { silentLog } from '../pack/workspace.js';

const soak = process.env['BALEEN_SOAK'] === '1';
const ports = { files: createNodeFiles(), git: createNodeGit(), log: silentLog };
const withoutGit = { ...ports, git: createNodeGit('no-such-program') };

let base: string;
const kept = { ...process.env };

/** A home of its own: the user's excludes come from the place where git looks for them by itself. */
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'baleen-tricky-')));
  mkdirSync(join(base, 'xdg', 'git'), { recursive: true });
  process.env['XDG_CONFIG_HOME'] = join(base, 'xdg');
  process.env['HOME'] = base;
  delete process.env['GIT_CONFIG_GLOBAL'];
});
afterEach(() => {
  process.env = { ...kept };
  rmSync(base, { recursive: true, force: true });
});

function git(folder: string, ...args: string[]): string {
  const plain = ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'protocol.file.allow=always'];
  return execFileSync('git', [...plain, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, GIT_CONFIG_NOSYSTEM: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** git's list as `docs/decisions.md` has it: each name once, a nested repository by its folder, only what is there. */
function listByGit(folder: string, prefix = ''): string[] {
  const listed = git(folder, 'ls-files', '-co', '--exclude-standard', '-z').split('\0').filter(Boolean);
  return [...new Set(listed.map((name) => name.replace(/\/$/, '')))]
    .filter((name) => name.includes('\ufffd') || isThere(folder, name))
    .map((name) => prefix + name);
}

function isThere(folder: string, name: string): boolean {
  for (let end = name.indexOf('/'); end >= 0; end = name.indexOf('/', end + 1)) {
    if (lstatSync(join(folder, name.slice(0, end)), { throwIfNoEntry: false })?.isDirectory() !== true) return false;
  }
  return lstatSync(join(folder, name), { throwIfNoEntry: false }) !== undefined;
}

async function list(folder: string, used = ports): Promise<string[]> {
  const { files } = await listRepository(used, { root: folder, selection: noSelection });
  return files.map(({ path }) => path).sort();
}

const names = [
  ...['a', 'b', 'ab', 'A', 'a.log', 'b.log', 'keep.log', 'build', 'out', '.hidden', 'é', 'e\u0301', '漢字.txt'],
  ...['\u{1f600}', 'with "quote"', 'new\nline', '-dash', 'trailing ', ' lead', '[a]', 'a*b', 'back\\slash', '#hash'],
  ...['!bang', 'tab\tname', 'ORDER.LOG'],
];
const patterns = [
  ...[
    '*.log',
    '!keep.log',
    'build/',
    '/a',
    'a/',
    '!a/',
    'a/b',
    '**/out',
    'out/**',
    '!out/a',
    '*',
    '!*/',
    '!.gitignore',
  ],
  ...['é', 'e\u0301', '\\#hash', '\\!bang', 'trailing\\ ', 'trailing ', '[ab]', '[[]a]', '?', '*.LOG', 'a**', '/**/b'],
  ...['# comment', '', '  ', 'back\\\\slash', '!/a', 'ab/*', '!ab/a.log', '.*'],
];

const below = (random: Random, chance: number): boolean => random.below(100) < chance;

function makeRules(random: Random): string {
  const lines = Array.from({ length: 1 + random.below(4) }, () => random.choose(patterns));
  return lines.join(below(random, 15) ? '\r\n' : '\n') + (below(random, 80) ? '\n' : '');
}

function fill(random: Random, folder: string, depth: number): void {
  mkdirSync(folder, { recursive: true });
  if (below(random, depth === 0 ? 80 : 35)) writeFileSync(join(folder, '.gitignore'), makeRules(random));
  for (let count = 1 + random.below(5); count > 0; count--) {
    const path = join(folder, random.choose(names));
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) continue;
    if (depth < 3 && below(random, 40)) fill(random, path, depth + 1);
    else if (below(random, 12)) symlinkSync(random.choose(['a', '..', '.', 'nowhere', 'b/a']), path);
    else writeFileSync(path, 'x');
  }
}

/** Folders on disk, relative, outermost first. */
function foldersOf(root: string): string[] {
  const found = execFileSync('find', ['.', '-type', 'd', '-not', '-path', '*/.git*', '-print0'], {
    cwd: root,
    encoding: 'utf8',
  });
  return found
    .split('\0')
    .filter((name) => name !== '' && name !== '.')
    .map((name) => name.slice(2))
    .sort();
}

function makeFolder(random: Random, name: string): string {
  const root = join(base, name);
  fill(random, root, 0);
  if (below(random, 50)) writeFileSync(join(base, 'xdg', 'git', 'ignore'), makeRules(random));
  else rmSync(join(base, 'xdg', 'git', 'ignore'), { force: true });
  return root;
}

/** States that an index can be in and that a list must see through. */
function disturb(random: Random, root: string): void {
  git(root, 'add', '-A');
  git(root, 'commit', '-qm', 'one', '--allow-empty');
  const tracked = git(root, 'ls-files', '-z').split('\0').filter(Boolean);
  for (const path of tracked) {
    if (below(random, 8)) rmSync(join(root, path), { recursive: true, force: true });
    else if (below(random, 5)) git(root, 'update-index', '--skip-worktree', '--', path);
  }
  const added = join(root, `intended-${random.below(9)}`);
  writeFileSync(added, '');
  git(root, 'add', '-f', '-N', added);
  const blob = execFileSync('git', ['hash-object', '-w', '--stdin'], {
    cwd: root,
    input: 'x',
    encoding: 'utf8',
  }).trim();
  const stages = [1, 2, 3].map((stage) => `100644 ${blob} ${stage}\tunmerged\n`).join('');
  execFileSync('git', ['update-index', '--index-info'], { cwd: root, input: stages });
  if (below(random, 50)) writeFileSync(join(root, 'unmerged'), '<<<<<<<\n');
  const folder = foldersOf(root)[0];
  if (folder !== undefined && below(random, 30)) {
    rmSync(join(root, folder), { recursive: true });
    symlinkSync('/', join(root, folder));
  }
}

describe('generated repositories', () => {
  it('SEC-05 are listed as git lists them', async () => {
    const random = makeRandom(11);
    for (let number = 0; number < (soak ? 400 : 12); number++) {
      const root = makeFolder(random, `in-${number}`);
      git(root, 'init', '-q');
      if (below(random, 30)) git(root, 'config', 'core.ignorecase', 'true');
      if (below(random, 50)) writeFileSync(join(root, '.git', 'info', 'exclude'), makeRules(random));
      disturb(random, root);
      expect({ number, paths: await list(root) }).toEqual({ number, paths: listByGit(root).sort() });
      const inner = foldersOf(root).find((folder) => isThere(root, folder));
      if (inner !== undefined) {
        expect({ number, inner: await list(join(root, inner)) }).toEqual({
          number,
          inner: listByGit(join(root, inner)).sort(),
        });
      }
    }
  });

  it.each([
    ['with git at hand', ports],
    ['without git', withoutGit],
  ])('SEC-05 outside git give what git would list, %s', async (_name, used) => {
    const random = makeRandom(23);
    for (let number = 0; number < (soak ? 400 : 15); number++) {
      const root = makeFolder(random, `out-${number}`);
      const copy = join(base, `copy-${number}`);
      cpSync(root, copy, { recursive: true, verbatimSymlinks: true });
      git(copy, 'init', '-q');
      expect({ number, paths: await list(root, used) }).toEqual({ number, paths: listByGit(copy).sort() });
    }
  });

  it('outside git are entered where they are repositories, each by its own rules', async () => {
    const root = join(base, 'many');
    const write = (path: string, text: string): void => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    };
    write('.gitignore', '*.log\nsecond/\n');
    for (const name of ['first', 'second', 'third']) {
      write(`${name}/a.log`, '');
      write(`${name}/b.tmp`, '');
      git(join(root, name), 'init', '-q');
    }
    write('first/.git/info/exclude', '*.tmp\n');
    write('third/.gitignore', '*.tmp\n');
    const third = listByGit(join(root, 'third'), 'third/');
    expect(await list(root)).toEqual(['.gitignore', ...listByGit(join(root, 'first'), 'first/'), ...third].sort());
    // The same of a repository whose git is not installed.
    expect(await list(join(root, 'first'), withoutGit)).toEqual(listByGit(join(root, 'first')).sort());
  });
});

describe('the user’s own excludes', () => {
  it.each([true, false])('count outside git from the file that the settings name (a link: %s)', async (isLink) => {
    const root = join(base, 'plain');
    mkdirSync(root);
    for (const name of ['a.mine', 'b.txt', 'c.xdg']) writeFileSync(join(root, name), '');
    writeFileSync(join(base, 'real-excludes'), '*.mine\n');
    if (isLink) symlinkSync('real-excludes', join(base, 'excludes'));
    writeFileSync(join(base, 'xdg', 'git', 'ignore'), '*.xdg\n');
    expect(await list(root)).toEqual(['a.mine', 'b.txt']);
    const named = isLink ? 'excludes' : 'real-excludes';
    writeFileSync(join(base, '.gitconfig'), `[core]\n\texcludesFile = ~/${named}\n`);
    expect(await list(root)).toEqual(['b.txt', 'c.xdg']);
    // Nobody can ask git for its settings where it is not installed.
    expect(await list(root, withoutGit)).toEqual(['a.mine', 'b.txt']);
  });
});

it('lists a name that is no UTF-8 as unreadable, in git and outside', async () => {
  const root = join(base, 'bytes');
  mkdirSync(root);
  writeFileSync(Buffer.concat([Buffer.from(`${root}/a`), Buffer.from([0xff])]), 'x');
  const expected = [{ path: 'a\ufffd', withheld: 'unreadable' }];
  const see = async (): Promise<unknown> => {
    const { files } = await listRepository(ports, { root, selection: noSelection });
    return files.map(({ path, withheld }) => ({ path, withheld }));
  };
  expect(await see()).toEqual(expected);
  git(root, 'init', '-q');
  expect(await see()).toEqual(expected);
});
