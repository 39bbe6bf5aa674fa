import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BaleenError } from '../../../src/core/errors.js';
import { listRepository } from '../../../src/core/repository/listing.js';
import { noSelection } from '../../../src/core/repository/selection.js';
import { createNodeFiles } from '../../../src/node/files.js';
import { createNodeGit } from '../../../src/node/git.js';
import type { PackSelection } from '../../../src/protocol/pack.js';
import { createWorkspace, silentLog, type Workspace } from '../pack/workspace.js';

const ports = { files: createNodeFiles(), git: createNodeGit(), log: silentLog };
const long = 'a line of no interest\n'.repeat(100);
let workspace: Workspace;

beforeEach(() => {
  workspace = createWorkspace();
  workspace.git('init', '-q');
});
afterEach(() => workspace.dispose());

async function look(selection: Partial<PackSelection> = {}, only?: string[]) {
  const folder = { root: workspace.root, selection: { ...noSelection, ...selection } };
  const { files, selectionKey } = await listRepository(ports, folder, undefined, only);
  return { key: selectionKey, why: (path: string) => files.find((file) => file.path === path)?.withheld, files };
}

/** Why one file is withheld under a `.baleenignore` and settings. */
async function why(path: string, ignoreFile: string, selection: Partial<PackSelection> = {}) {
  workspace.write(path, long);
  workspace.write('.baleenignore', ignoreFile);
  return (await look(selection)).why(path);
}

describe('who decides which files are in the pack', () => {
  it.each<[string, string, string, string[], string | undefined]>([
    // path, .baleenignore, of whom the word is, exclude, why
    ['docs/a.md', '', 'nobody', [], undefined],
    ['docs/a.md', 'docs/\n', '.baleenignore', [], 'excluded'],
    ['docs/a.md', '', 'the setting', ['*.md'], 'excluded'],
    ['docs/a.md', 'docs/\n', 'the setting over .baleenignore', ['!docs/a.md'], undefined],
    ['docs/a.md', '!docs/\n', 'the setting over .baleenignore', ['docs/'], 'excluded'],
    ['docs/a.md', '', 'the last pattern', ['*.md', '!a.md'], undefined],
    ['docs/a.md', '', 'a folder’s pattern over those of its files', ['docs/', '!docs/a.md'], 'excluded'],
    ['yarn.lock', '', 'the rules', [], 'lock file'],
    ['yarn.lock', '!yarn.lock\n', '.baleenignore over the rules', [], undefined],
    ['yarn.lock', '', 'the setting over the rules', ['!*.lock'], undefined],
    ['yarn.lock', '!yarn.lock\n', 'the setting', ['*.lock'], 'excluded'],
    ['vendor/a/b.go', '', 'a whole folder brought back', ['!vendor/'], undefined],
    ['vendor/a/b.go', '!vendor/\nvendor/a\n', 'what is excluded in it', [], 'excluded'],
    ['.env', '!.env\n', 'no pattern on a secret file', ['!.env'], 'secret file'],
    ['.env', '.env\n', 'the secret first', [], 'secret file'],
  ])('%s under %j: %s', async (path, ignoreFile, _whose, exclude, expected) => {
    expect(await why(path, ignoreFile, { exclude })).toBe(expected);
  });

  it('SEC-01 a secret file comes in by its own setting alone, and can still be excluded', async () => {
    const includeSecretFiles = ['.env.test', '/keys/'];
    workspace.write('.env', long);
    workspace.write('keys/a.pem', long);
    expect(await why('.env.test', '', { includeSecretFiles })).toBeUndefined();
    expect((await look({ includeSecretFiles })).why('keys/a.pem')).toBeUndefined();
    expect((await look({ includeSecretFiles })).why('.env')).toBe('secret file');
    expect(await why('.env.test', '', { includeSecretFiles, exclude: ['.env.test'] })).toBe('excluded');
  });

  it('asks the deepest .baleenignore first, and none below an excluded folder', async () => {
    workspace.write('.baleenignore', '*.txt\nprivate/\n');
    workspace.write('a/.baleenignore', '!keep.txt\n/own.ts\n');
    workspace.write('private/.baleenignore', '!*\n');
    for (const path of ['a/keep.txt', 'a/b/keep.txt', 'keep.txt', 'a/own.ts', 'a/b/own.ts', 'private/x.ts'])
      workspace.write(path, 'x');
    const { files } = await look();
    const excluded = files.filter(({ withheld }) => withheld === 'excluded').map(({ path }) => path);
    expect(excluded).toEqual(['a/own.ts', 'keep.txt', 'private/.baleenignore', 'private/x.ts']);
    for (const path of ['a/own.ts', 'a/keep.txt', 'keep.txt']) {
      const alone = await look({}, [path]);
      expect(alone.files.map((file) => file.path)).toEqual([path]);
      expect(alone.why(path)).toBe(excluded.includes(path) ? 'excluded' : undefined);
    }
  });

  it('heeds a .baleenignore at the root that git ignores', async () => {
    workspace.write('.gitignore', '.baleenignore\n');
    expect(await why('a.ts', 'a.ts\n')).toBe('excluded');
    expect((await look({}, ['a.ts'])).why('a.ts')).toBe('excluded');
  });

  it('packs nothing where a .baleenignore cannot be read', async () => {
    workspace.write('a.ts', 'x');
    symlinkSync('a.ts', join(workspace.root, '.baleenignore'));
    await expect(look()).rejects.toThrow(BaleenError);
    workspace.remove('.baleenignore');
    mkdirSync(join(workspace.root, '.baleenignore'));
    await expect(look()).rejects.toThrow(/nothing was packed/);
  });

  it('believes .gitattributes about machines and people', async () => {
    workspace.write('.gitattributes', '*.api linguist-generated\nvendor/** linguist-vendored=false\n');
    for (const path of ['a.api', 'vendor/a.go']) workspace.write(path, long);
    const { why } = await look();
    expect([why('a.api'), why('vendor/a.go')]).toEqual(['generated', undefined]);
    expect((await look({ exclude: ['!a.api'] })).why('a.api')).toBeUndefined();
  });

  it('brings back a large file up to a bound', async () => {
    workspace.write('a.txt', Buffer.alloc(5 * 1024 * 1024, 'a'));
    workspace.write('b.txt', Buffer.alloc(17 * 1024 * 1024, 'a'));
    const plain = await look();
    const wanted = await look({ exclude: ['!*.txt'] });
    expect(['a.txt', 'b.txt'].map(plain.why)).toEqual(['too large', 'too large']);
    expect(['a.txt', 'b.txt'].map(wanted.why)).toEqual([undefined, 'too large']);
  });
});

describe('the key of a selection', () => {
  it('is equal for equal rules and differs with each of them', async () => {
    workspace.write('a.ts', 'x');
    workspace.write('b/c.ts', 'x');
    const keys = [(await look()).key];
    expect((await look()).key).toBe(keys[0]);
    workspace.write('a.ts', 'another');
    expect((await look()).key).toBe(keys[0]);
    keys.push((await look({ exclude: ['a'] })).key, (await look({ includeSecretFiles: ['a'] })).key);
    workspace.write('.baleenignore', 'x\n');
    keys.push((await look()).key);
    workspace.write('b/.baleenignore', 'x\n');
    keys.push((await look()).key);
    workspace.write('.gitattributes', '* text=auto\n');
    expect((await look()).key).toBe(keys.at(-1));
    workspace.write('.gitattributes', '*.api linguist-generated\n');
    keys.push((await look()).key);
    expect(new Set(keys).size).toBe(keys.length);
  });
});
