/** What a repository may hold to keep a program busy for ever; and what Baleen leaves behind when it is done. */
import { execFileSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PackReport } from '../../src/protocol/pack.js';
import { profileOf } from '../support/simulator/profiles.js';
import { startSimulator } from '../support/simulator/simulator.js';
import { loadReference } from '../core/tokens/support.js';
import { commitAll } from '../support/smallRepository.js';
import { makeStateHome, runCli } from './cli.js';

let cwd: string;
let stateHome: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'baleen-limits-'));
  stateHome = makeStateHome();
});

afterEach(() => {
  // A path that is longer than a path may be is removed step by step, which Node does not do.
  execFileSync('rm', ['-rf', cwd]);
  rmSync(stateHome, { recursive: true, force: true });
});

/** More folders inside each other than a path has room for: 4,096 bytes on Linux. */
function makeDeepFolder(levels: number): void {
  const script = `for (let n = 0; n < ${levels}; n++) { fs.mkdirSync('d'); process.chdir('d'); } fs.writeFileSync('deep.txt', '');`;
  execFileSync(process.execPath, ['-e', script], { cwd });
}

describe.each(['with git', 'without git'])('RES-02 %s', (kind) => {
  test('links in a circle, 4,000 folders deep, 1 GB of nothing, a pipe: a pack of what is left', async () => {
    writeFileSync(join(cwd, 'a.txt'), 'a\n');
    if (kind === 'with git') commitAll(cwd, 'Begin');
    symlinkSync('.', join(cwd, 'circle'));
    symlinkSync('..', join(cwd, 'up'));
    execFileSync('mkfifo', [join(cwd, 'pipe')]);
    writeFileSync(join(cwd, 'hole.bin'), '');
    truncateSync(join(cwd, 'hole.bin'), 1024 ** 3);
    makeDeepFolder(4000);
    const run = await runCli(['pack', '--json'], { cwd, stateHome });
    expect(run.exitCode).toBe(0);
    const report = JSON.parse(run.stdout) as PackReport;
    expect(report.files.map(({ path }) => path)).toEqual(['a.txt']);
    const withheld = Object.fromEntries(report.withheld.map(({ path, why }) => [path, why]));
    expect(withheld).toMatchObject({ circle: 'symbolic link', up: 'symbolic link', 'hole.bin': 'too large' });
  });
});

/** The most memory that a process had, in KiB; 0 where it is gone or the system does not tell. */
function readPeak(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

const manyFiles = process.env['BALEEN_SOAK'] === '1' ? 300_000 : 9_000;

test(`RES-01: ${manyFiles} files and 5 GB: every one is told of, the budget holds, and so does the memory`, async () => {
  const perFolder = 300;
  for (let folder = 0; folder * perFolder < manyFiles; folder++) {
    mkdirSync(join(cwd, `dir${folder}`));
    for (let file = 0; file < perFolder; file++) {
      writeFileSync(join(cwd, `dir${folder}`, `file${file}.ts`), `export const value = ${folder * file};\n`);
    }
  }
  for (let hole = 0; hole < 5; hole++) {
    writeFileSync(join(cwd, `hole${hole}.bin`), '');
    truncateSync(join(cwd, `hole${hole}.bin`), 1024 ** 3);
  }
  const args = ['pack', '--json', '--budget', String(manyFiles * 10)];
  let peakKilobytes = 0;
  const onStart = (child: ChildProcess): void => {
    const timer = setInterval(() => (peakKilobytes = Math.max(peakKilobytes, readPeak(child.pid!))), 100);
    child.once('close', () => clearInterval(timer));
  };
  const run = await runCli(args, { cwd, stateHome, onStart });
  if (process.platform === 'linux') expect(peakKilobytes).toBeGreaterThan(0);
  expect(peakKilobytes).toBeLessThan(1.5 * 1024 ** 2);
  expect(run.exitCode).toBe(0);
  const report = JSON.parse(run.stdout) as PackReport;
  expect(report.files).toHaveLength(manyFiles);
  expect(report.tokens).toBeLessThanOrEqual(report.budget);
  expect(report.withheld.map(({ why }) => why)).toEqual(Array.from({ length: 5 }, () => 'too large'));
}, 600_000);

test('RES-03: a repository larger than the window is cut to it, counted as the server counts, and priced before', async () => {
  const windowTokens = 131_072;
  const profile = { ...profileOf('vllm'), models: ['flash-at-home'], windowTokens };
  const reference = loadReference();
  const tokenCount = (text: string): number => reference(text).length;
  const simulator = await startSimulator({ script: [{ text: 'Hello.' }], profile, tokenCount });
  try {
    for (let file = 0; file < 40; file++) {
      const lines = Array.from({ length: 900 }, (_, line) => `export const value${line} = ${file * line};\n`);
      writeFileSync(join(cwd, `file${file}.ts`), lines.join(''));
    }
    const priced = await runCli(['pack'], { cwd, stateHome });
    expect(priced.stderr + priced.stdout).toMatch(/\$\d/);
    const args = ['ask', 'Hello?', '--host', 'vllm', '--base-url', `${simulator.origin}/v1`, '--json'];
    const run = await runCli(args, { cwd, stateHome });
    // The strict server refuses a request that does not fit.
    expect(run.exitCode).toBe(0);
    expect(simulator.requests).toHaveLength(1);
    const [pack] = run.ofType('pack_ready');
    expect(pack!.listed + pack!.outlined).toBeGreaterThan(0);
    const [step] = run.ofType('step_end');
    const billed = step!.usage.cacheHitTokens + step!.usage.cacheMissTokens;
    expect(Math.abs(step!.countedTokens - billed)).toBeLessThan(billed / 50);
    expect(step!.countedTokens).toBeGreaterThan(windowTokens / 2);
    expect(billed + simulator.requests[0]!.parsed.maxTokens!).toBeLessThanOrEqual(windowTokens);
  } finally {
    await simulator.close();
  }
});
