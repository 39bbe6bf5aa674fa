import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLeftovers, type Leftovers } from '../../../src/core/edits/leftovers.js';
import { singleRoot } from '../../../src/core/repository/roots.js';
import { createNodeFiles } from '../../../src/node/files.js';

let base: string;
let root: string;
let number = 0;
const at = (path: string): string => join(root, path);

function open(own: string, alive: readonly string[]): Leftovers {
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  return createLeftovers({
    files: createNodeFiles(),
    roots: singleRoot(root),
    stateFolder: join(base, 'state'),
    randomHex: (digits) => String(++number).padStart(digits, '0'),
    owner: { name: own, isAlive: (name) => alive.includes(name) },
    log: silent,
  });
}

function leave(path: string, mode = 0o444): void {
  writeFileSync(at(path), '');
  chmodSync(at(path), mode);
}

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'baleen-leftovers-')));
  root = join(base, 'ws');
  mkdirSync(root);
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

describe('EDT-19: what a killed sandbox leaves', () => {
  it('is removed at the next start if it is noted, empty and read-only; nothing of the user ever is', async () => {
    leave('.envrc');
    mkdirSync(at('theirs'));
    const first = open('first', ['first']);
    await first.note(['.git', '.vscode', '.husky', '.envrc', '.idea', '.mcp.json', 'link', 'sub/', 'theirs/', 'kept/']);
    for (const path of ['.git', '.vscode', 'not-noted']) leave(path);
    leave('.husky', 0o644);
    writeFileSync(at('.idea'), 'text');
    chmodSync(at('.idea'), 0o444);
    mkdirSync(at('.mcp.json'));
    symlinkSync('.envrc', at('link'));
    for (const folder of ['sub', 'kept']) mkdirSync(at(folder));
    writeFileSync(at('kept/file'), 'text');
    await open('second', ['first', 'second']).tidy();
    expect(existsSync(at('.git'))).toBe(true);
    await open('second', ['second']).tidy();
    const rest = ['.envrc', '.husky', '.idea', '.mcp.json', 'kept', 'link', 'not-noted', 'theirs'];
    expect(readdirSync(root).sort()).toEqual(rest);
    expect(readdirSync(join(base, 'state/leftovers'))).toEqual([]);
  });

  it('is removed at once where its process goes on, and a damaged note is left where it is', async () => {
    const leftovers = open('first', ['first']);
    const id = await leftovers.note(['.git']);
    leave('.git');
    await leftovers.clear(id);
    expect(readdirSync(root)).toEqual([]);
    writeFileSync(join(base, 'state/leftovers/00000000000000ff.json'), '{"owner":"gone"');
    await leftovers.tidy();
    expect(readdirSync(join(base, 'state/leftovers'))).toEqual(['00000000000000ff.json']);
  });
});
