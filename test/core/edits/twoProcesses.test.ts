/** Several processes of ours over one file at once: what was said to be written is there, once. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const edits = process.env['BALEEN_SOAK'] === '1' ? 300 : 20;
const start = 'start\n';
let base: string;
let program: string;

beforeAll(async () => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'baleen-two-')));
  program = join(base, 'adder.mjs');
  const entryPoints = [resolve(import.meta.dirname, '../../support/twoProcesses/adder.ts')];
  await build({
    entryPoints,
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: program,
    logLevel: 'error',
  });
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

async function add(root: string, state: string, path: string, name: string): Promise<number> {
  const child = spawn(process.execPath, [program, root, state, path, name, String(edits)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  await once(child, 'close');
  if (out === '') throw new Error(err);
  return (JSON.parse(out) as { refused: number }).refused;
}

function expectAll(text: string, names: readonly string[]): void {
  const lines = text.split('\n').slice(1, -1);
  expect(text.startsWith(start)).toBe(true);
  for (const name of names) {
    const own = lines.filter((line) => line.startsWith(`${name} `));
    expect(own).toEqual(Array.from({ length: edits }, (_, index) => `${name} ${index}`));
  }
  expect(lines).toHaveLength(names.length * edits);
}

describe('EDT-16: edits of one file by several processes', () => {
  it('none is lost, and those that came too late are refused', async () => {
    const [ws, state] = [join(base, 'ws'), join(base, 'states/one')];
    mkdirSync(ws);
    writeFileSync(join(ws, 'file.txt'), start);
    const names = ['left', 'right'];
    const refused = await Promise.all(names.map((name) => add(ws, state, 'file.txt', name)));
    expectAll(readFileSync(join(ws, 'file.txt'), 'utf8'), names);
    expect(refused[0]! + refused[1]!).toBeGreaterThan(0);
    expect(readdirSync(ws)).toEqual(['file.txt']);
  });

  it('nor where a folder and one inside it are two workspaces', async () => {
    const outer = join(base, 'outer');
    mkdirSync(join(outer, 'inner'), { recursive: true });
    writeFileSync(join(outer, 'inner/file.txt'), start);
    await Promise.all([
      add(outer, join(base, 'states/two'), 'inner/file.txt', 'outer'),
      add(join(outer, 'inner'), join(base, 'states/three'), 'file.txt', 'inner'),
    ]);
    expectAll(readFileSync(join(outer, 'inner/file.txt'), 'utf8'), ['outer', 'inner']);
    expect(readdirSync(join(outer, 'inner'))).toEqual(['file.txt']);
  });
});
