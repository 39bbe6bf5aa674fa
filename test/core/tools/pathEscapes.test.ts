/** Paths that try to lead out, through every tool that takes one: nothing outside is read, written, made or removed. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { basename, join } from 'node:path';
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBench, type Bench } from './bench.js';
import { restoreAll } from '../../support/restoreAll.js';

const isSoak = process.env['BALEEN_SOAK'] === '1';
const canary = 'the canary outside';
let bench: Bench;
let base: string;
beforeEach(async () => {
  bench = await createBench({ 'src/a.ts': 'one\n', 'b.txt': 'one\n', 'dir/f0': 'one\n' });
  base = join(bench.root, '..');
  for (const folder of ['outside', 'ws-evil', 'home']) {
    mkdirSync(join(base, folder));
    for (const name of ['x', 'a.ts', 'new', 'secret', 'f0']) writeFileSync(join(base, folder, name), `${canary}\n`);
  }
  symlinkSync('../outside', join(bench.root, 'out'));
  symlinkSync('../../outside', join(bench.root, 'src/out'));
  symlinkSync(join(base, 'outside/secret'), join(bench.root, 'secretLink'));
  symlinkSync('../outside/dangling', join(bench.root, 'dangling'));
  symlinkSync('.git', join(bench.root, 'innocent'));
  symlinkSync('/proc/self/environ', join(bench.root, 'environ'));
});
afterEach(() => bench.dispose());

/** Names, kinds, modes, inodes and bytes of all that lies beside the workspace and the state, and of its `.git`. */
function hashOutside(): string {
  const hash = createHash('sha256');
  const note = (path: string): void => {
    const stat = lstatSync(path);
    hash.update(`${path}\0${stat.mode}\0${stat.ino}\0${stat.nlink}\0`);
    if (stat.isSymbolicLink()) hash.update(readlinkSync(path));
    else if (stat.isFile()) hash.update(readFileSync(path));
    else if (stat.isDirectory()) for (const name of readdirSync(path).sort()) note(join(path, name));
  };
  for (const name of readdirSync(base).sort())
    if (name !== basename(bench.root) && name !== 'state') note(join(base, name));
  note(join(bench.root, '.git/config'));
  note(join(bench.root, '.git/hooks'));
  for (const link of ['out', 'src/out', 'secretLink', 'dangling', 'innocent', 'environ']) note(join(bench.root, link));
  for (const name of readdirSync(process.cwd()).sort()) hash.update(name);
  return hash.digest('hex');
}

/** As if the user had said yes to everything. */
async function tryAll(path: string): Promise<string[]> {
  bench.write('mover.txt', 'one\n');
  const calls: [string, object][] = [
    ['read_file', { path }],
    ['write_file', { path, content: 'evil\n' }],
    ['edit_file', { path, hunks: [{ old_text: canary, new_text: 'evil' }] }],
    ['move_file', { path, to: 'taken.txt' }],
    ['move_file', { path: 'mover.txt', to: path }],
    ['delete_file', { path }],
    ['run_command', { command: 'echo evil > evil.txt', cwd: path }],
  ];
  const texts: string[] = [];
  for (const [name, args] of calls) {
    const text = await bench.call(name, args).then(
      (result) => result.text,
      (error: unknown) => String(error),
    );
    texts.push(text);
  }
  return texts;
}

const traps = [
  '../x', '../outside/x', '../outside/new-one', '../ws-evil/x', 'a/../../x', 'src/../../outside/x', './../outside/x', '..', '../',
  '/etc/x', '/etc/passwd', '/', '//etc/passwd', '~/x', '~root/x', '~', 'file:///etc/passwd', 'file:/etc/passwd', 'https://a.b/x',
  '%2e%2e/x', '%2e%2e%2fx', '..%2fx', '..%5cx', '.%2e/x', '%2E%2E/outside/x', 'src%2f..%2f..%2fx', '..\\x', '..\\outside\\x',
  'C:/x', 'C:x', 'c:\\x', '\\\\host\\share\\x', '\\\\?\\C:\\x', '\\??\\C:\\x', '//host/share/x', '//./pipe/x', 'CON', 'nul.txt',
  'out/x', 'out/new-one', 'out/deep/new', 'src/out/secret', 'secretLink', 'dangling', 'innocent/config', 'innocent/hooks/pre-commit',
  'environ', '.git/config', '.GIT/config', '.git./config', '.git /config', 'GIT~1/config', '.git::$INDEX_ALLOCATION/config', '.g\u200cit/config',
  'x:stream', 'a.txt.', 'a.txt ', 'a\0/../../x', 'a\n/../../x', '\ufeff../x', '..\u200b/x', '．．/x', '‥/x', '..／x', '/proc/self/environ',
  '/dev/zero', '/proc/self/cwd/x', '/proc/1/root/etc/passwd', 'out/../x', 'src/out/../../../x', '⟦U+002E⟧⟦U+002E⟧/x', '.⟦U+002E⟧/x', '⟦U+002F⟧etc/passwd',
]; // prettier-ignore

describe('paths that lead out (T2)', () => {
  it('PTH-01 PTH-02 PTH-03 PTH-04 PTH-08: the known ones, through every tool and both ends of a move', async () => {
    const absolute = ['outside/x', 'ws-evil/x', 'outside/new-one', 'home/x'].map((path) => join(base, path));
    const before = hashOutside();
    for (const path of [...traps, ...absolute, `${bench.root}/../outside/x`, `${bench.root}-evil/x`]) {
      const texts = await tryAll(path);
      expect(texts.join('\n'), path).not.toContain(canary);
      expect(hashOutside(), path).toBe(before);
    }
  });

  it('PTH-01: at least 500 made of the same pieces', async () => {
    const pieces = ['..', '.', '', 'src', 'out', 'dir', 'outside', 'ws-evil', 'x', 'new', '~', '%2e%2e', '..%2f', '…', 'innocent', 'hooks', 'secretLink', '⟦U+002E⟧.', 'C:', '..\\', ' ', '...']; // prettier-ignore
    const odd = fc.string({ unit: 'binary', maxLength: 12 });
    const piece = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...pieces) }, { weight: 1, arbitrary: odd });
    const path = fc
      .tuple(
        fc.constantFrom('', '/', './', `${base}/`, `${bench.root}/`, '//'),
        fc.array(piece, { minLength: 1, maxLength: 6 }),
      )
      .map(([head, parts]) => head + parts.join('/'));
    const before = hashOutside();
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(path, async (one) => {
        seen.add(one);
        expect((await tryAll(one)).join('\n')).not.toContain(canary);
        expect(hashOutside()).toBe(before);
      }),
      { numRuns: isSoak ? 5000 : 520, seed: 5 },
    );
    expect(seen.size).toBeGreaterThanOrEqual(isSoak ? 4000 : 450);
  }, 600_000);

  it('PTH-09: a refusal stands on one line, in the answer and in the title, and nothing reaches the log raw', async () => {
    for (const path of ['a\0b', 'a\nERROR forged', 'a\rb', 'a\x1b[2J\x1b]0;x\x07', 'a\u2028b', 'a\u009b31m']) {
      for (const text of await tryAll(path)) expect(text.split('\n')[0], path).toMatch(/^[^\p{Cc}\u2028]*$/u);
      expect((await bench.call('delete_file', { path })).text).toMatch(/^Refused: ".*control characters\.$/);
    }
    expect(bench.logged.join('')).not.toMatch(/forged|\x1b/);
  });

  it('PTH-11: what counts is where the path leads and how it was written, both', async () => {
    mkdirSync(join(bench.root, '.vscode'));
    symlinkSync('.vscode', join(bench.root, 'plain'));
    mkdirSync(join(bench.root, 'data'));
    symlinkSync('data', join(bench.root, '.husky'));
    for (const [path, leadsTo] of [
      ['plain/tasks.json', '.vscode/tasks.json'],
      ['.husky/pre-commit', 'data/pre-commit'],
    ] as const) {
      for (const [name, args] of [
        ['write_file', { path, content: 'x\n' }],
        ['move_file', { path: 'b.txt', to: path }],
      ] as const) {
        const prepared = await bench.prepare(name, args);
        expect(prepared).toMatchObject({
          kind: 'ready',
          subject: { protectedBy: expect.stringContaining(':') as string },
        });
        if (prepared.kind === 'ready') expect(JSON.stringify(prepared.subject)).toContain(leadsTo);
      }
    }
    expect(readdirSync(join(bench.root, '.vscode'))).toEqual([]);
  });
});

describe('PTH-06 a hard link to a file outside', () => {
  it('asks before its bytes change, and deleting or moving it leaves the file outside alone', async () => {
    const outside = join(base, 'outside/secret');
    for (const name of ['one.txt', 'two.txt', 'three.txt']) linkSync(outside, join(bench.root, name));
    const before = [lstatSync(outside).ino, readFileSync(outside, 'utf8')];
    for (const [name, args] of [
      ['write_file', { path: 'one.txt', content: 'evil\n' }],
      ['edit_file', { path: 'one.txt', hunks: [{ old_text: canary, new_text: 'evil' }] }],
    ] as const) {
      const prepared = await bench.prepare(name, args);
      expect(prepared).toMatchObject({ kind: 'ready', reason: expect.stringMatching(/4 hard links/) as string });
    }
    await bench.call('delete_file', { path: 'one.txt' });
    await bench.call('move_file', { path: 'two.txt', to: 'moved.txt' });
    await restoreAll(bench.journal, bench.turn.checkpoint.id);
    expect([lstatSync(outside).ino, readFileSync(outside, 'utf8')]).toEqual(before);
  });
});

describe('PTH-12 what is no plain file of a sane size', () => {
  it('is refused at once by every tool', async () => {
    execFileSync('mkfifo', [join(bench.root, 'pipe')]);
    const server = createServer().listen(join(bench.root, 'socket'));
    await once(server, 'listening');
    bench.write('sparse', '');
    truncateSync(join(bench.root, 'sparse'), 1024 ** 4);
    const names = readdirSync(bench.root).sort();
    try {
      for (const path of ['pipe', 'socket', 'sparse', 'environ', '/proc/self/environ', '/dev/zero', '/dev/tty']) {
        const texts = await tryAll(path);
        expect(texts.join('\n'), path).not.toMatch(/PATH=|Deleted|Moved|Wrote|Edited|lines 1/);
        for (const text of texts.slice(0, 6)) expect(text, path).toMatch(/Refused|bytes|exists already|is withheld/);
      }
      expect(readdirSync(bench.root).sort()).toEqual([...names, 'mover.txt'].sort());
      expect(lstatSync(join(bench.root, 'sparse')).size).toBe(1024 ** 4);
    } finally {
      server.close();
    }
  });
});

describe('PTH-05 a folder that turns into a link and back while tools work in it', () => {
  const swaps = isSoak ? 1000 : 150;

  it(`through ${swaps} swaps by another process nothing outside is touched or shown`, async () => {
    const script = `const fs = require('fs');
      process.chdir(${JSON.stringify(bench.root)});
      fs.symlinkSync('../outside', 'swap');
      const wait = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1 + Math.random() * 4);
      for (let round = 0; round < ${swaps}; round++) {
        fs.renameSync('dir', 'aside');
        fs.renameSync('swap', 'dir');
        wait();
        fs.renameSync('dir', 'swap');
        fs.renameSync('aside', 'dir');
        wait();
      }`;
    const before = hashOutside();
    const swapper = spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
    let isRunning = true;
    const ended = once(swapper, 'exit').then(() => (isRunning = false));
    let done = 0;
    let number = 0;
    while (isRunning) {
      number++;
      const path = `dir/f${number % 5}`;
      for (const [name, args] of [
        ['write_file', { path, content: `round ${number}\n` }],
        ['read_file', { path }],
        ['move_file', { path, to: `dir/moved${number}` }],
        ['move_file', { path: `dir/moved${number}`, to: 'back.txt' }],
        ['move_file', { path: 'back.txt', to: `dir/a.ts` }],
        ['delete_file', { path: 'dir/a.ts' }],
        ['delete_file', { path: 'dir/secret' }],
      ] as const) {
        const result = await bench.call(name, args).catch((error: unknown) => ({ failed: true, text: String(error) }));
        if (!result.failed) done++;
        expect(result.text).not.toContain(canary);
      }
    }
    await ended;
    expect(swapper.exitCode).toBe(0);
    renameSync(join(bench.root, 'swap'), join(base, 'swapped'));
    renameSync(join(base, 'swapped'), join(bench.root, 'gone'));
    expect(hashOutside()).toBe(before);
    expect(done).toBeGreaterThan(0);
  });
});
