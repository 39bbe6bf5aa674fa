/** Ctrl-C while a pack is made: the documented exit code in each phase, nothing half done, and the next pack is whole. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { workspaceStateFolder } from '../../src/node/stateFolder.js';
import { singleRoot } from '../../src/core/repository/roots.js';
import type { PackReport } from '../../src/protocol/pack.js';
import { makeSmallRepository } from '../support/smallRepository.js';
import { makeStateHome, runCli, type CliRun } from './cli.js';
import { interruptCli } from './interruptCli.js';

let cwd: string;
let stateHome: string;
let elsewhere: string;
/** Too small for the repository, so that files are ranked and outlined. */
const budget = ['--budget', '1500'];

beforeEach(async () => {
  const body = '  work();\n'.repeat(60);
  const files = Array.from({ length: 20 }, (_, n): [string, string] => [
    `src/f${n}.ts`,
    `export function call${n}(value: number): void {\n${body}}\n`,
  ]);
  cwd = await makeSmallRepository(Object.fromEntries(files));
  stateHome = makeStateHome();
  elsewhere = mkdtempSync(join(tmpdir(), 'baleen-interrupt-'));
});
afterEach(() => {
  for (const folder of [cwd, stateHome, elsewhere]) rmSync(folder, { recursive: true, force: true });
});

const interrupt = (args: readonly string[], phase: string): Promise<CliRun> =>
  interruptCli(args, phase, { cwd, stateHome, release: join(elsewhere, 'released') });

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function expectNothingHalfDone(run: CliRun): Promise<void> {
  expect(run.stderr).toMatch(/held in \w+\n(?:[^\n]*\n)*[^\n]*Stopped\.\n/);
  expect([run.exitCode, run.stdout]).toEqual([130, '']);
  expect(readdirSync(elsewhere).filter((name) => name !== 'released')).toEqual([]);
  const left = [...filesBelow(stateHome), ...filesBelow(cwd).filter((path) => !path.includes('/.git/'))];
  expect(left.filter((path) => /\.tmp$|\.lock$|\.stale$|\/snapshots\//.test(path))).toEqual([]);
  const next = await runCli(['pack', '--as-sent', '--json', ...budget], { cwd, stateHome });
  expect(next.exitCode).toBe(0);
  const whole = await runCli(['pack', '--json', ...budget], { cwd, stateHome: makeIn(elsewhere) });
  expect(JSON.parse(next.stdout)).toEqual(JSON.parse(whole.stdout));
  expect((JSON.parse(next.stdout) as PackReport).tokens).toBeGreaterThan(1400);
}

function makeIn(folder: string): string {
  const made = join(folder, 'state');
  mkdirSync(made);
  return made;
}

test.each(['list', 'read', 'count', 'rank', 'outline', 'render', 'save'])(
  'pack --as-sent is interrupted in the phase %s',
  async (phase) => {
    const run = await interrupt(['pack', '--as-sent', ...budget, '--output', join(elsewhere, 'out.txt')], phase);
    await expectNothingHalfDone(run);
  },
);

test.each(['read', 'rank', 'render', 'cache'])('pack is interrupted in the phase %s', async (phase) => {
  const run = await interrupt(['pack', ...budget, '--output', join(elsewhere, 'out.txt')], phase);
  await expectNothingHalfDone(run);
});

test('pack --as-sent is interrupted while another process has the lock, which stays that process’s', async () => {
  const folder = workspaceStateFolder(join(stateHome, 'baleen'), singleRoot(cwd));
  const lock = join(folder, 'pack.lock');
  mkdirSync(dirname(lock), { recursive: true });
  writeFileSync(lock, JSON.stringify({ pid: process.pid, host: hostname(), token: '0123456789abcdef' }));
  const run = await interrupt(['pack', '--as-sent', ...budget], 'lock');
  expect(filesBelow(stateHome)).toContain(lock);
  rmSync(lock);
  await expectNothingHalfDone(run);
});
