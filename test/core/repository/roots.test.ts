import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { protectedBy } from '../../../src/core/repository/protectedFiles.js';
import { nameRoots } from '../../../src/core/repository/rootNames.js';
import {
  absoluteOf,
  belongsFurtherIn,
  describeRoots,
  keyOf,
  pathIn,
  rootOf,
  rootsOf,
  singleRoot,
  spellingsOf,
  type Roots,
} from '../../../src/core/repository/roots.js';
import { workspaceStateFolder } from '../../../src/node/stateFolder.js';

const two: Roots = [
  { name: 'api', folder: '/w/api' },
  { name: 'web', folder: '/w/web' },
];
const nested: Roots = [
  { name: 'all', folder: '/w' },
  { name: 'inner', folder: '/w/packages/inner' },
];

describe('workspace paths', () => {
  it('of one folder are the paths inside it, as they always were', () => {
    const one = singleRoot('/w');
    expect(absoluteOf(one, 'src/a.ts')).toBe('/w/src/a.ts');
    expect(pathIn(one, '/w/src/a.ts')).toBe('src/a.ts');
    expect(pathIn(one, '/w-evil/a')).toBeUndefined();
    expect(rootOf(one, 'any/path')).toBe(one[0]);
    expect(describeRoots(one)).toEqual({ root: '/w' });
    expect(workspaceStateFolder('/state', one)).toBe(
      join('/state', createHash('sha256').update('["/w"]').digest('hex').slice(0, 16)),
    );
  });

  it('of several begin with the name of a root, and back', () => {
    expect(absoluteOf(two, 'web/src/a.ts')).toBe('/w/web/src/a.ts');
    expect(absoluteOf(two, 'web')).toBe('/w/web');
    expect(pathIn(two, '/w/web/src/a.ts')).toBe('web/src/a.ts');
    expect(pathIn(two, '/w/webs/a.ts')).toBeUndefined();
    expect(() => absoluteOf(two, 'src/a.ts')).toThrow(/none of the open folders/);
  });

  it('name a file of a root inside another by the inner one alone', () => {
    expect(pathIn(nested, '/w/packages/inner/a.ts')).toBe('inner/a.ts');
    expect(pathIn(nested, '/w/packages/innermost/a.ts')).toBe('all/packages/innermost/a.ts');
    const isOthers = belongsFurtherIn(nested, nested[0]);
    expect(['packages/inner', 'packages/inner/a.ts', 'packages/innermost/a.ts'].map(isOthers)).toEqual([
      true,
      true,
      false,
    ]);
    expect(belongsFurtherIn(nested, nested[1]!)('a.ts')).toBe(false);
  });

  it('PTH-10 have every spelling that a rule about names must see, also under another name or from inside', () => {
    const roots: Roots = [
      { name: 'all', folder: '/w' },
      { name: 'ci', folder: '/w/.github/workflows' },
    ];
    const own = ['workflows/x.yml', '.github/workflows/x.yml'];
    expect(spellingsOf(roots, 'ci/x.yml')).toEqual(['ci/x.yml', 'w/.github/workflows/x.yml', ...own]);
    expect(spellingsOf(singleRoot('/w'), 'x.yml')).toEqual(['x.yml']);
  });

  it.each([
    ['/w/.vscode', 'settings.json'],
    ['/w/.VSCode', 'tasks.json'],
    ['/w/.github', 'workflows/ci.yml'],
    ['/w/.github/workflows', 'ci.yml'],
    ['/w/.github/actions/setup', 'run.sh'],
    ['/w/.git', 'config'],
    ['/w/.git/hooks', 'pre-commit'],
    ['/w/.husky', 'pre-push'],
    ['/w/.baleen', 'rules.md'],
    ['/home/u/.config/mise', 'config.toml'],
    ['/w/.claude/commands', 'x.md'],
  ])('PRF-04: a root that is a protected folder itself hides nothing of it: %s, %s', (folder, path) => {
    const isProtected = (roots: Roots, workspacePath: string): boolean =>
      spellingsOf(roots, workspacePath).some((spelling) => protectedBy(spelling) !== undefined);
    expect(isProtected(singleRoot(folder), path)).toBe(true);
    expect(
      isProtected(
        [
          { name: 'a', folder: '/a' },
          { name: 'named', folder },
        ],
        `named/${path}`,
      ),
    ).toBe(true);
  });

  it.each([
    '/w',
    '/w/gradle',
    '/w/venv',
    '/home/u/.claude/worktrees/fix',
    '/home/u/.vim/plugged/x',
    '/w/.github.io',
    '/home/u/.config/nvim',
    '/home/u/.cache/app',
    '/',
  ])('a root that may be any project is ordinary: %s', (folder) => {
    expect(spellingsOf(singleRoot(folder), 'a/b.ts')).toEqual(['a/b.ts']);
  });

  it('a report tells its folders, and the order of the folders makes no other workspace', () => {
    expect(rootsOf(describeRoots(two))).toEqual(two);
    expect(rootsOf(describeRoots(singleRoot('/w')))).toEqual(singleRoot('/w'));
    expect(keyOf([two[1]!, two[0]])).toBe(keyOf(two));
    expect(keyOf([{ name: 'service', folder: '/w/api' }, two[1]!])).not.toBe(keyOf(two));
  });
});

describe('names of roots', () => {
  const named = (...folders: [string, string][]): string[] =>
    nameRoots(folders.map(([name, folder]) => ({ name, folder })) as [Roots[0], ...Roots[0][]]).map(({ name }) => name);

  it('one folder has none', () => {
    expect(named(['api', '/w/api'])).toEqual(['']);
  });

  it('equal ones get a number by their path, whatever the order, and never one that is taken', () => {
    expect(named(['app', '/w/a/app'], ['app', '/w/b/app'])).toEqual(['app', 'app-2']);
    expect(named(['app', '/w/b/app'], ['app', '/w/a/app'])).toEqual(['app-2', 'app']);
    expect(named(['App', '/w/a/App'], ['app', '/w/b/app'], ['app-2', '/w/c/app-2'])).toEqual([
      'App',
      'app-2',
      'app-2-2',
    ]);
  });

  const odd: [string, string][] = [
    ['🐳 service', '- service'],
    ['a/b\\c:d', 'a-b-c-d'],
    ['../up', '..-up'],
    ['ends in dots. . ', 'ends in dots'],
    ['new\nline', 'new-line'],
    ['größe 日本', 'größe 日本'],
    ['', 'x'],
    ['...', 'x'],
    ['..', 'x'],
    ['.git', 'x'],
  ];
  it.each(odd)('%j stands as %j', (name, clean) => {
    expect(named([name, '/w/x'], ['other', '/w/other'])[0]).toBe(clean);
  });

  it('a folder of which nothing can be a name still has one', () => {
    expect(named(['.git', '/w/.git'], ['', '/'])).toEqual(['folder-2', 'folder']);
  });
});
