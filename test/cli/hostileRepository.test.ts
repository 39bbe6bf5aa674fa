/** A repository whose git configuration, hooks and attributes are programs, worked on from the command line. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeHostileRepository, type HostileRepository } from '../support/hostileRepository.js';
import { simulatedKey, startSimulator, type Simulator } from '../support/simulator/simulator.js';
import { openSinkhole, type Sinkhole } from '../support/sinkhole.js';
import { makeStateHome, runCli } from './cli.js';

let repository: HostileRepository;
let stateHome: string;
let simulator: Simulator;
let sinkhole: Sinkhole;

beforeEach(async () => {
  sinkhole = await openSinkhole();
  repository = await makeHostileRepository(sinkhole.url);
  stateHome = makeStateHome();
});

afterEach(async () => {
  await simulator.close();
  await sinkhole.close();
  for (const folder of [repository.folder, stateHome]) rmSync(folder, { recursive: true, force: true });
});

test('CMD-09, EDT-14, KEY-02: pack, edit, review and undo run nothing of it, and the pre-image is kept', async () => {
  const { folder, sentinels } = repository;
  const file = join(folder, 'src', 'greet.mjs');
  const before = readFileSync(file, 'utf8');
  const hunks = [{ old_text: 'Hello', new_text: 'Good day' }];
  const edit = { id: 'call_1', name: 'edit_file', arguments: JSON.stringify({ path: 'src/greet.mjs', hunks }) };
  const report = { id: 'call_2', name: 'report_findings', arguments: JSON.stringify({ findings: [] }) };
  simulator = await startSimulator({ script: [{ calls: [edit] }, { text: 'Done.' }, { calls: [report] }] });
  const options = { cwd: folder, stateHome, env: { DEEPSEEK_API_KEY: simulatedKey } };
  const url = ['--base-url', simulator.baseUrls.openai];

  expect((await runCli(['pack', '--json'], options)).exitCode).toBe(0);
  expect((await runCli(['run', 'greet better', '--approve', 'auto-edit', ...url], options)).exitCode).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe(before.replace('Hello', 'Good day'));
  expect((await runCli(['review', ...url], options)).exitCode).toBe(0);
  expect(simulator.requests.length).toBe(3);
  expect((await runCli(['undo'], options)).exitCode).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe(before);
  expect((await runCli(['pack', '--cwd', join(folder, 'nested')], options)).exitCode).toBe(0);

  expect(sentinels.filter((path) => existsSync(path))).toEqual([]);
  expect(sinkhole.hits()).toBe(0);
  // The traps are real: git as it is runs them.
  execFileSync('git', ['-C', folder, 'status'], { stdio: 'pipe' });
  expect(existsSync(sentinels[0]!)).toBe(true);
  unlinkSync(sentinels[0]!);
});
