import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBench, type Bench } from './bench.js';

const filler = 'a line of no interest\n'.repeat(60);
const canary = 'the canary';
let bench: Bench;

beforeAll(async () => {
  bench = await createBench({
    '.baleenignore': 'private/\ndrafts/\n',
    '.gitignore': 'drafts/\n',
    'drafts/notes.txt': `${canary}\n`,
    'private/notes.txt': `${canary}\n`,
    'yarn.lock': `${filler}resolved\n`,
    'node_modules/a/index.js': 'exports.a = 1;\n',
    'node_modules/a/.npmrc': '//registry.acme.io/:_authToken=abcdef\n',
  });
});
afterAll(() => bench.dispose());

describe('SEC-06 an excluded file', () => {
  it.each([
    ['read_file', { path: 'private/notes.txt' }],
    ['edit_file', { path: 'private/notes.txt', hunks: [{ old_text: 'the canar', new_text: 'x' }] }],
    ['edit_file', { path: 'private/notes.txt', hunks: [{ old_text: 'nothing', new_text: 'x' }] }],
    ['write_file', { path: 'private/notes.txt', content: 'x\n' }],
  ])('is refused to %s', async (tool, args) => {
    const result = await bench.call(tool, args);
    expect(result).toMatchObject({ failed: true, text: expect.stringMatching(/excluded by the user/) as string });
    expect(result.text).not.toContain(canary);
    expect(readFileSync(join(bench.root, 'private/notes.txt'), 'utf8')).toBe(`${canary}\n`);
  });

  it.each([
    ['read_file', {}],
    ['edit_file', { hunks: [{ old_text: canary, new_text: 'x' }] }],
    ['write_file', { content: 'x\n' }],
    // Whether it has exactly this content is not told either.
    ['write_file', { content: `${canary}\n` }],
  ])('is refused to %s also where git ignores it, and nothing is overwritten', async (tool, args) => {
    const result = await bench.call(tool, { path: 'drafts/notes.txt', ...args });
    expect(result).toMatchObject({
      failed: true,
      text: expect.stringMatching(/^Refused: drafts\/notes\.txt is /) as string,
    });
    expect(result.text).not.toContain(canary);
    expect(readFileSync(join(bench.root, 'drafts/notes.txt'), 'utf8')).toBe(`${canary}\n`);
  });

  it('is refused to edit_file where it stands in a buffer alone', async () => {
    bench.unsaved.set('private/new.txt', { text: `${canary}\n`, version: 1 });
    const hunks = [{ old_text: 'the canari', new_text: 'x' }];
    const result = await bench.call('edit_file', { path: 'private/new.txt', hunks });
    expect(result).toMatchObject({ failed: true, text: expect.stringMatching(/excluded by the user/) as string });
    expect(result.text).not.toContain(canary);
  });

  it('is listed by its name alone, and not found', async () => {
    const listed = await bench.call('list_files', { path: 'private' });
    expect(listed.text).toBe('1 file\nprivate/notes.txt\t11\twithheld: excluded');
    const found = await bench.call('search_files', { pattern: 'canary', include: ['private/notes.txt'] });
    expect(found.text).toBe('0 hits in 0 files');
  });
});

describe('a file that is withheld by its kind', () => {
  it('is read when it is asked for', async () => {
    expect((await bench.call('read_file', { path: 'yarn.lock', start_line: 61 })).text).toMatch(/61\tresolved$/);
    expect((await bench.call('read_file', { path: 'node_modules/a/index.js' })).text).toMatch(/exports\.a/);
  });

  it('keeps its secrets all the same', async () => {
    const { text, failed } = await bench.call('read_file', { path: 'node_modules/a/.npmrc' });
    expect(failed).toBe(true);
    expect(text).toMatch(/holds secrets/);
  });
});
