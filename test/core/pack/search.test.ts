import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ListQuery, Packer, SearchQuery, SearchResult } from '../../../src/core/pack/packer.js';
import { createWorkspace, noProgress, noSignal, type Workspace } from './workspace.js';

let workspace: Workspace;
let packer: Packer;
beforeEach(async () => {
  workspace = createWorkspace();
  workspace.git('init', '-q');
  workspace.write('.gitignore', 'ignored/\n');
  workspace.write('src/a.ts', 'const foo = 1;\r\nfoobar();\r\nfoo(foo);\r\n');
  workspace.write('src/b.ts', 'Foo\nföo été_foo\n\nnaïfoo\n');
  workspace.write('docs/c.md', 'a foo in docs\n');
  workspace.write('ignored/d.ts', 'foo\n');
  workspace.write('.env', 'foo=1\n');
  workspace.write('bin.dat', Buffer.from('foo\0'));
  packer = await workspace.engine();
  await packer.open(workspace.options(), noProgress, noSignal);
});
afterEach(() => workspace.dispose());

function search(query: Partial<SearchQuery>): Promise<SearchResult> {
  const whole = {
    pattern: 'foo',
    literal: true,
    caseSensitive: true,
    wholeWord: false,
    include: [],
    contextLines: 0,
    maxHits: 100,
  };
  return packer.search({ ...whole, ...query }, noSignal);
}

function places({ hits }: SearchResult): string[] {
  return hits.map(({ path, line }) => `${path}:${line}`);
}

describe('search', () => {
  it('finds in path order what is on disk now, and nothing that is withheld or ignored', async () => {
    workspace.write('src/z.ts', 'foo\n');
    const result = await search({});
    expect(places(result)).toEqual([
      'docs/c.md:1',
      'src/a.ts:1',
      'src/a.ts:2',
      'src/a.ts:3',
      'src/b.ts:2',
      'src/b.ts:4',
      'src/z.ts:1',
    ]);
    expect([result.totalHits, result.totalFiles]).toEqual([7, 4]);
    expect(result.hits[1]?.text).toBe('const foo = 1;');
  });

  it.each([true, false])('knows whole words in every script (literal: %s)', async (literal) => {
    expect(places(await search({ literal, wholeWord: true }))).toEqual(['docs/c.md:1', 'src/a.ts:1', 'src/a.ts:3']);
    expect(places(await search({ literal, wholeWord: true, caseSensitive: false }))).toContain('src/b.ts:1');
  });

  it.each([true, false])('asks for no boundary beside a sign, as edits do (literal: %s)', async (literal) => {
    workspace.write('signs.ts', 'xs.map(x)\nxs.mapper(x)\n a$el\n$element\n$el\nété.foo\n');
    const find = async (pattern: string) => {
      const escaped = literal ? pattern : pattern.replace(/[.$(]/g, '\\$&');
      return places(await search({ pattern: escaped, literal, wholeWord: true, include: ['signs.ts'] }));
    };
    expect(await find('.map(')).toEqual(['signs.ts:1']);
    expect(await find('$el')).toEqual(['signs.ts:3', 'signs.ts:5']);
    expect(await find('.foo')).toEqual(['signs.ts:6']);
    expect(await find('map')).toEqual(['signs.ts:1']);
  });

  it('takes the alternative that is a whole word', async () => {
    expect(places(await search({ pattern: 'fo|foo|foob', literal: false, wholeWord: true }))).toContain('src/a.ts:1');
  });

  it('takes patterns, path filters, context and a limit', async () => {
    expect(places(await search({ pattern: '^foo\\w*\\(', literal: false }))).toEqual(['src/a.ts:2', 'src/a.ts:3']);
    expect(places(await search({ include: ['src/**', '!b.ts'] }))).toEqual(['src/a.ts:1', 'src/a.ts:2', 'src/a.ts:3']);
    const limited = await search({ maxHits: 2, contextLines: 1 });
    expect([limited.hits.length, limited.totalHits]).toEqual([2, 6]);
    expect(limited.hits[1]).toEqual({
      path: 'src/a.ts',
      line: 1,
      text: 'const foo = 1;',
      before: [],
      after: ['foobar();'],
    });
  });

  it('answers in linear time to a pattern that would ruin another engine', async () => {
    workspace.write('long.txt', `${'a'.repeat(20_000)}b\n`);
    expect(places(await search({ pattern: '(a|aa|a*)*c', literal: false, include: ['long.txt'] }))).toEqual([]);
  });

  it('says what is wrong with a pattern', async () => {
    await expect(search({ pattern: 'a(?=b)', literal: false })).rejects.toThrow(/RE2/);
    await expect(search({ pattern: '' })).rejects.toThrow(/empty/i);
  });

  it('shows views, with the line numbers of the file', async () => {
    const body = Array.from({ length: 5 }, (_, n) => `${n}Ab3dEf9h`.repeat(7)).join('\n');
    workspace.write(
      'key.ts',
      `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\nneedle ghp_${'Ab3d'.repeat(9)}\n`,
    );
    const { hits } = await search({ pattern: 'needle' });
    expect(hits.map(({ line, text }) => [line, text])).toEqual([[8, 'needle ⟦secret:github#2⟧']]);
    expect(places(await search({ pattern: 'ghp_' }))).toEqual([]);
  });

  it('stops when it is cancelled', async () => {
    const abort = new AbortController();
    const work = packer.search(
      { pattern: 'x', literal: true, caseSensitive: true, wholeWord: false, include: [], contextLines: 0, maxHits: 1 },
      abort.signal,
    );
    abort.abort();
    await expect(work).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('the workspace', () => {
  it('lists every file with its reason, and scans for what a command wrote', async () => {
    const { files, total } = await packer.list({});
    expect(total).toBe(files.length);
    expect(files.map(({ path, withheld }) => [path, withheld])).toEqual([
      ['.env', 'secret file'],
      ['.gitignore', undefined],
      ['bin.dat', 'binary'],
      ['docs/c.md', undefined],
      ['src/a.ts', undefined],
      ['src/b.ts', undefined],
    ]);
    const before = await packer.scan();
    workspace.write('src/b.ts', 'other\n');
    workspace.write('new.bin', Buffer.from([0]));
    const between = await packer.scan();
    workspace.remove('src/a.ts');
    expect(await packer.changedSince(before)).toEqual(['new.bin', 'src/a.ts', 'src/b.ts']);
    expect(await packer.changedSince(between)).toEqual(['src/a.ts']);
    await expect(packer.changedSince(before)).rejects.toThrow(/not known any more/);
  });

  it('lists only what is asked for, and tells the number of all', async () => {
    const pathsOf = async (query: ListQuery): Promise<string[]> =>
      (await packer.list(query)).files.map(({ path }) => path);
    expect(await pathsOf({ folder: 'src/' })).toEqual(['src/a.ts', 'src/b.ts']);
    expect(await pathsOf({ glob: '*.md' })).toEqual(['docs/c.md']);
    expect(await pathsOf({ paths: ['src/b.ts', 'not/there'] })).toEqual(['src/b.ts']);
    expect(await packer.list({ glob: '*.ts', most: 1 })).toEqual({
      files: [{ path: 'src/a.ts', bytes: workspace.read('src/a.ts').length }],
      total: 2,
    });
  });
});
