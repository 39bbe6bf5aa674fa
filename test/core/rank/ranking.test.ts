import { describe, expect, it } from 'vitest';
import { readHistory, type FileHistory } from '../../../src/core/rank/history.js';
import { singleRoot } from '../../../src/core/repository/roots.js';
import { rankFiles } from '../../../src/core/rank/ranking.js';
import { readSymbols } from '../../../src/core/rank/symbols.js';
import { comparePaths } from '../../../src/core/repository/paths.js';
import { createNodeGit } from '../../../src/node/git.js';
import { createWorkspace } from '../pack/workspace.js';

type Texts = Record<string, string>;

function rank(texts: Texts, history: Record<string, FileHistory> = {}, near: string[] = []): string[] {
  const paths = Object.keys(texts).sort(comparePaths);
  const files = paths.map((path) => ({ path, symbols: readSymbols(path, Buffer.from(texts[path] ?? '')) }));
  const ranking = rankFiles(files, new Map(Object.entries(history)), near);
  return ranking.order.map((file) => paths[file] ?? '');
}

/** A helper that all use, leaves that nobody uses. */
function treeWithHelper(ending: string, define: (name: string) => string, use: (name: string) => string): Texts {
  const texts: Texts = { [`lib/helper.${ending}`]: define('formatDocument') };
  for (let n = 0; n < 8; n++) texts[`src/leaf${n}.${ending}`] = `${define(`runLeaf${n}`)}${use('formatDocument')}`;
  return texts;
}

describe('ranks', () => {
  const languages: [string, (name: string) => string, (name: string) => string][] = [
    ['ts', (name) => `export function ${name}(a: string) {\n  return a;\n}\n`, (name) => `${name}('x');\n`],
    ['js', (name) => `const ${name} = (a) => a;\n`, (name) => `  ${name}(1);\n`],
    ['py', (name) => `def ${name}(a):\n    return a\n`, (name) => `print(${name}(1))\n`],
    ['go', (name) => `func (d *Doc) ${name}(a int) int {\n\treturn a\n}\n`, (name) => `\td.${name}(1)\n`],
    ['rs', (name) => `pub fn ${name}(a: u8) -> u8 {\n    a\n}\n`, (name) => `    ${name}(1);\n`],
    [
      'java',
      (name) => `  public static int ${name}(int a) {\n    return a;\n  }\n`,
      (name) => `    Helper.${name}(1);\n`,
    ],
    ['cs', (name) => `    public int ${name}(int a) => a;\n`, (name) => `        helper.${name}(1);\n`],
    ['c', (name) => `static int ${name}(int a)\n{\n  return a;\n}\n`, (name) => `  ${name}(1);\n`],
    ['rb', (name) => `  def ${name}(a)\n    a\n  end\n`, (name) => `  ${name}(1)\n`],
    ['php', (name) => `function ${name}($a) {\n  return $a;\n}\n`, (name) => `  ${name}(1);\n`],
  ];

  it.each(languages)('put what all use before what nobody uses (%s)', (ending, define, use) => {
    const order = rank(treeWithHelper(ending, define, use));
    expect(order[0]).toBe(`lib/helper.${ending}`);
  });

  it('pass on what a file is worth to what it uses itself', () => {
    const texts = treeWithHelper('ts', ...(languages[0]!.slice(1) as [never, never]));
    texts['lib/helper.ts'] += 'deepestPart();\n';
    texts['lib/deep.ts'] = 'export function deepestPart() {}\n';
    texts['lib/alone.ts'] = 'export function nobodyCallsThis() {}\n';
    const order = rank(texts);
    expect(order.slice(0, 2).sort()).toEqual(['lib/deep.ts', 'lib/helper.ts']);
  });

  it('do not follow a name from one language into another', () => {
    const texts: Texts = { 'a.py': 'def sharedHelper(): pass\n', 'b.ts': 'export function sharedHelper() {}\n' };
    for (let n = 0; n < 5; n++) texts[`use${n}.ts`] = 'sharedHelper();\n';
    const order = rank(texts);
    expect(order[0]).toBe('b.ts');
    expect(order.indexOf('a.py')).toBeGreaterThan(0);
  });

  it('put what changed lately before its equals', () => {
    const texts = Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [`${name}.txt`, 'text\n']));
    expect(rank(texts, { 'c.txt': { commits: 3, weight: 2 }, 'd.txt': { commits: 1, weight: 0.5 } })).toEqual([
      'c.txt',
      'd.txt',
      'a.txt',
      'b.txt',
    ]);
  });

  it('put what is near before what is far, by folder and by use', () => {
    const texts: Texts = {
      'a/far.ts': 'export const farThing = 1;\n',
      'b/far.ts': 'export const otherThing = 1;\n',
      'x/neighbourByUse.ts': 'export function callMeFromHere() {}\n',
      'z/open.ts': 'callMeFromHere();\n',
      'z/sibling.ts': 'export const siblingThing = 1;\n',
    };
    const order = rank(texts, {}, ['z/open.ts']);
    expect(order[0]).toBe('z/open.ts');
    expect(order.slice(1, 3).sort()).toEqual(['x/neighbourByUse.ts', 'z/sibling.ts']);
    expect(rank(texts, {}, ['a/far.ts'])[0]).toBe('a/far.ts');
  });

  it('put the readme and the manifest of the whole before other texts', () => {
    const texts = { 'README.md': '#\n', 'a.md': '#\n', 'docs/README.md': '#\n', 'package.json': '{}\n' };
    expect(rank(texts).slice(0, 2)).toEqual(['README.md', 'package.json']);
  });
});

describe('history', () => {
  it('counts the commits of each file, the younger for more, and not the sweeps', async () => {
    const workspace = createWorkspace();
    try {
      workspace.git('init', '-q', '-b', 'main');
      for (let n = 0; n < 230; n++) workspace.write(`many/f${n}.txt`, 'a\n');
      workspace.git('add', '-A');
      workspace.git('commit', '-qm', 'sweep');
      for (const path of ['old.txt', 'sub/often.txt', 'sub/often.txt', 'sub/odd\nname.txt', 'new.txt']) {
        workspace.write(path, `${Math.random()}\n`);
        workspace.git('add', '-A');
        workspace.git('commit', '-qm', 'change');
      }
      const history = await readHistory(createNodeGit(), singleRoot(workspace.root));
      expect([...history].map(([path, { commits }]) => `${path} ${commits}`).sort()).toEqual([
        'new.txt 1',
        'old.txt 1',
        'sub/odd\nname.txt 1',
        'sub/often.txt 2',
      ]);
      expect(history.get('new.txt')?.weight).toBeGreaterThan(history.get('old.txt')?.weight ?? Infinity);
      const below = await readHistory(createNodeGit(), singleRoot(`${workspace.root}/sub`));
      expect([...below.keys()].sort()).toEqual(['odd\nname.txt', 'often.txt']);
    } finally {
      workspace.dispose();
    }
  });

  it('is empty outside of git, and before the first commit', async () => {
    const workspace = createWorkspace();
    try {
      expect((await readHistory(createNodeGit(), singleRoot(workspace.root))).size).toBe(0);
      workspace.git('init', '-q');
      expect((await readHistory(createNodeGit(), singleRoot(workspace.root))).size).toBe(0);
    } finally {
      workspace.dispose();
    }
  });
});
