import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createJournal } from '../../../src/core/edits/journal.js';
import { createClock } from '../../../src/node/clock.js';
import { singleRoot } from '../../../src/core/repository/roots.js';
import { createNodeFiles } from '../../../src/node/files.js';
import { noDocuments } from '../../../src/node/nodeHost.js';
import { owner } from '../../../src/node/owner.js';

/** Replaces one file by 32 MB again and again, as an edit does, until it is killed. */
const editor = `
  import { join } from 'node:path';
  import { createJournal } from './src/core/edits/journal.js';
  import { createClock } from './src/node/clock.js';
  import { createNodeFiles } from './src/node/files.js';
  import { owner } from './src/node/owner.js';
  import { noDocuments } from './src/node/nodeHost.js';
  const [root, stateFolder] = process.argv.slice(2);
  const files = createNodeFiles();
  const log = { info() {}, warn() {}, error() {} };
  const journal = createJournal({ files, roots: [{ name: '', folder: root }], stateFolder, clock: createClock(), randomHex: (n) => 'a'.repeat(n), owner, log, documents: noDocuments });
  const checkpoint = await journal.begin({ session: 's', title: 't' });
  const bytes = Buffer.alloc(32 << 20, 'x');
  await checkpoint.before('sub/big.txt', bytes);
  for (;;) await files.replace(join(root, 'sub/big.txt'), bytes, undefined, root);
`;

let programs: string;
let base: string;
let root: string;
let stateFolder: string;
let said: string[];
const at = (path: string): string => join(root, path);
const temps = (): string[] => readdirSync(at('sub')).filter((name) => name.endsWith('.tmp'));

beforeAll(async () => {
  programs = mkdtempSync(join(tmpdir(), 'baleen-temps-program-'));
  const outfile = join(programs, 'editor.mjs');
  const stdin = { contents: editor, resolveDir: resolve(import.meta.dirname, '../../..'), loader: 'ts' as const };
  await build({ stdin, bundle: true, platform: 'node', format: 'esm', outfile, logLevel: 'error' });
});
afterAll(() => {
  rmSync(programs, { recursive: true, force: true });
});
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'baleen-temps-')));
  root = join(base, 'ws');
  stateFolder = join(base, 'state');
  mkdirSync(join(root, 'sub'), { recursive: true });
  writeFileSync(at('sub/big.txt'), 'old');
  said = [];
});
afterEach(() => {
  rmSync(base, { recursive: true, force: true });
});

function startEditor() {
  return spawn(process.execPath, [join(programs, 'editor.mjs'), root, stateFolder], { stdio: 'inherit' });
}

/** Kills an editor whenever a temp file is seen, until one is left. */
async function leaveTemp(): Promise<string[]> {
  for (;;) {
    const child = startEditor();
    const gone = once(child, 'exit');
    while (child.exitCode === null && temps().length === 0) await sleep(1);
    child.kill('SIGKILL');
    await gone;
    expect(child.exitCode).toBe(null);
    if (temps().length > 0) return temps();
  }
}

async function openJournal(): Promise<void> {
  const note = (text: string): void => void said.push(text);
  const log = { info: note, warn: note, error: note };
  const randomHex = (digits: number): string => 'b'.repeat(digits);
  const journal = createJournal({
    files: createNodeFiles(),
    roots: singleRoot(root),
    stateFolder,
    clock: createClock(),
    randomHex,
    owner,
    documents: noDocuments,
    log,
  });
  await journal.begin({ session: 's', title: 'next' });
}

describe('temp files of a killed process', () => {
  it('EDT-19: are gone after the next turn has begun, and nothing of the user’s is, whatever its name', async () => {
    const left = await leaveTemp();
    const [pattern] = left;
    const users = [
      '.baleen-notes.tmp',
      '.baleen-0123456789abcdef.tmp',
      `${pattern}.bak`,
      `x${pattern}`,
      (pattern ?? '').replace(/\d+-([0-9a-f]{16})/, '0-$1'),
      (pattern ?? '').replace(/^\.baleen-[0-9a-f]{8}/, '.baleen-ffffffff'),
      // As ours, of a process that is gone, but with other bytes than were to be written.
      (pattern ?? '').replace(/[0-9a-f]{16}/, '0'.repeat(16)),
      // Of a process that lives.
      (pattern ?? '').replace(/\d+-([0-9a-f]{16})/, `${process.ppid}-$1`),
    ];
    for (const name of users) writeFileSync(at(`sub/${name}`), name);
    const link = (pattern ?? '').replace(/[0-9a-f]{16}/, 'f'.repeat(16));
    writeFileSync(join(base, 'target'), 'target');
    symlinkSync(join(base, 'target'), at(`sub/${link}`));
    await openJournal();
    expect(readdirSync(at('sub')).sort()).toEqual(['big.txt', link, ...users].sort());
    for (const name of users) expect(readFileSync(at(`sub/${name}`), 'utf8')).toBe(name);
    expect(said.filter((text) => text.includes('was removed'))).toHaveLength(left.length);
  });

  it('stay while their process lives', async () => {
    const child = startEditor();
    const gone = once(child, 'exit');
    let before: string[] = [];
    while (before.length === 0) {
      child.kill('SIGCONT');
      while (child.exitCode === null && temps().length === 0) await sleep(1);
      child.kill('SIGSTOP');
      await sleep(50);
      before = temps();
    }
    await openJournal();
    const after = temps();
    child.kill('SIGKILL');
    await gone;
    expect(after).toEqual(before);
  });
});
