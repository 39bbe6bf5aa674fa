/** What goes wrong around Baleen: a clear sentence, the exit code of the contract, and nothing lost. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PackReport } from '../../src/protocol/pack.js';
import { simulatedKey, startSimulator } from '../support/simulator/simulator.js';
import { makeStateHome, runCli } from './cli.js';

let cwd: string;
let stateHome: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'baleen-trouble-'));
  stateHome = makeStateHome();
});

afterEach(() => {
  for (const folder of [cwd, stateHome]) rmSync(folder, { recursive: true, force: true });
});

const withKey = { DEEPSEEK_API_KEY: simulatedKey };

test('no key: exit code 7, and what to do', async () => {
  writeFileSync(join(cwd, 'a.txt'), 'a\n');
  const run = await runCli(['run', 'x'], { cwd, stateHome });
  expect(run.exitCode).toBe(7);
  expect(run.stderr).toMatch(/There is no key.*DEEPSEEK_API_KEY.*--rehearse/s);
});

test('a wrong key: one request, exit code 7, and the key is not shown', async () => {
  writeFileSync(join(cwd, 'a.txt'), 'a\n');
  const simulator = await startSimulator({ script: [], key: 'sk-another' });
  const run = await runCli(['ask', 'x', '--base-url', simulator.baseUrls.openai], { cwd, stateHome, env: withKey });
  await simulator.close();
  expect(run.exitCode).toBe(7);
  expect(run.stderr).toMatch(/key/i);
  expect(run.stderr + run.stdout).not.toContain(simulatedKey);
});

test('no network: exit code 1 and a sentence', async () => {
  writeFileSync(join(cwd, 'a.txt'), 'a\n');
  const port = await unusedPort();
  const run = await runCli(['ask', 'x', '--base-url', `http://127.0.0.1:${port}`], { cwd, stateHome, env: withKey });
  expect(run.exitCode).toBe(1);
  expect(run.stderr).toMatch(/cannot be reached.*nothing was sent/);
});

test.each([
  ['empty', () => undefined],
  ['binary only', () => writeFileSync(join(cwd, 'a.bin'), Buffer.from([0, 1, 2, 0, 255]))],
])('an %s folder: pack 0, run and ask 2, nothing sent', async (_name, fill) => {
  fill();
  const simulator = await startSimulator({ script: [{ text: 'never asked' }] });
  const url = ['--base-url', simulator.baseUrls.openai];
  const pack = await runCli(['pack', '--json'], { cwd, stateHome });
  expect(pack.exitCode).toBe(0);
  expect((JSON.parse(pack.stdout) as PackReport).files).toEqual([]);
  for (const command of ['run', 'ask']) {
    const run = await runCli([command, 'x', ...url], { cwd, stateHome, env: withKey });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toMatch(/no text file/);
  }
  expect(simulator.requests).toHaveLength(0);
  await simulator.close();
});

test('a folder without git is packed by its ignore files', async () => {
  mkdirSync(join(cwd, 'sub'));
  writeFileSync(join(cwd, '.gitignore'), '*.log\n');
  writeFileSync(join(cwd, 'sub', 'a.txt'), 'a\n');
  writeFileSync(join(cwd, 'sub', 'b.log'), 'b\n');
  const pack = await runCli(['pack', '--json'], { cwd, stateHome });
  expect(pack.exitCode).toBe(0);
  expect((JSON.parse(pack.stdout) as PackReport).files.map((file) => file.path)).toEqual(['.gitignore', 'sub/a.txt']);
});

test('a 300 MB file is withheld with the reason, and the rest is packed', async () => {
  writeFileSync(join(cwd, 'a.txt'), 'a\n');
  writeFileSync(join(cwd, 'big.txt'), 'a line\n');
  truncateSync(join(cwd, 'big.txt'), 300 * 1024 * 1024);
  execFileSync('git', ['init', '-q'], { cwd });
  const pack = await runCli(['pack', '--json'], { cwd, stateHome });
  expect(pack.exitCode).toBe(0);
  const report = JSON.parse(pack.stdout) as PackReport;
  expect(report.withheld).toEqual([{ path: 'big.txt', why: 'too large', bytes: 300 * 1024 * 1024 }]);
  expect(report.files.map((file) => file.path)).toEqual(['a.txt']);
});

test('a folder that is none, an unknown model, an unknown option: exit code 2 and a sentence', async () => {
  for (const args of [
    ['pack', 'nowhere'],
    ['run', 'x', '--model', 'v5'],
    ['pack', '--fast'],
  ]) {
    const run = await runCli(args, { cwd, stateHome, env: withKey });
    expect([args, run.exitCode]).toEqual([args, 2]);
    expect(run.stderr.trim()).toMatch(/^[A-Z/].*\.$/s);
  }
});

test('a retired model says where it went, and the one in its place is asked for', async () => {
  writeFileSync(join(cwd, 'a.txt'), 'a\n');
  const simulator = await startSimulator({ script: [{ text: 'Hello.' }] });
  const args = ['ask', 'x', '--model', 'deepseek-reasoner', '--base-url', simulator.baseUrls.openai];
  const run = await runCli(args, { cwd, stateHome, env: withKey });
  await simulator.close();
  expect(run.stderr).toMatch(/"deepseek-reasoner".*v4-flash/);
  expect(simulator.requests.map((request) => request.parsed.model)).toEqual(['deepseek-flash']);
});

test('a key that got into a file is a placeholder, also where it was frozen before it was known', async () => {
  const key = 'mygatewaykeyabcdef12345';
  writeFileSync(join(cwd, 'a.txt'), 'a\n');
  writeFileSync(join(cwd, 'conf.txt'), `key: ${key}\n`);
  const simulator = await startSimulator({ script: [{ text: 'Hello.' }], key });
  const ask = () =>
    runCli(['ask', 'x', '--base-url', simulator.baseUrls.openai], { cwd, stateHome, env: { DEEPSEEK_API_KEY: key } });
  await runCli(['pack', '--as-sent'], { cwd, stateHome });
  const asked = await ask();
  expect(asked.exitCode).toBe(0);
  expect(asked.stderr).toMatch(/Cache break/);
  expect(simulator.requests.map((request) => request.text.includes(key))).toEqual([false]);
  expect(simulator.requests[0]?.text).toContain('secret:own-key#0');
  await simulator.close();
});

function unusedPort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
