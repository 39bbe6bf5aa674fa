/** `--approve auto` and `--no-sandbox`. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ensureTools } from '../../scripts/installTools.mjs';
import { makeBareBin } from '../support/sandbox/bareBin.js';
import { simulatedKey, startSimulator, type Simulator } from '../support/simulator/simulator.js';
import { makeStateHome, runCli, type CliRun } from './cli.js';

let cwd: string;
let stateHome: string;
let simulator: Simulator;

beforeAll(() => ensureTools(), 300_000);
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'baleen-auto-'));
  writeFileSync(join(cwd, 'a.mjs'), "import { writeFileSync } from 'node:fs';\nwriteFileSync('made.txt', 'made');\n");
  execFileSync('git', ['init', '-q'], { cwd });
  stateHome = makeStateHome();
});
afterEach(async () => {
  await simulator.close();
  for (const folder of [cwd, stateHome]) rmSync(folder, { recursive: true, force: true });
});

async function run(command: string, args: string[], env: Record<string, string> = {}): Promise<CliRun> {
  const calls = [{ id: 'c1', name: 'run_command', arguments: JSON.stringify({ command }) }];
  simulator = await startSimulator({ script: [{ calls }, { text: 'Done.' }] });
  const all = ['run', 'go', '--json', ...args, '--base-url', simulator.baseUrls.openai];
  return runCli(all, { cwd, stateHome, env: { DEEPSEEK_API_KEY: simulatedKey, ...env } });
}

test('--approve auto runs a command without a terminal, in the sandbox', async () => {
  const done = await run('node a.mjs', ['--approve', 'auto']);
  expect(done.exitCode).toBe(0);
  expect(readFileSync(join(cwd, 'made.txt'), 'utf8')).toBe('made');
});

test('T5: where there is no sandbox --approve auto is bad usage: exit code 2, a sentence, and nothing is sent', async () => {
  const bin = makeBareBin(mkdtempSync(join(tmpdir(), 'baleen-bin-')));
  try {
    const missing = await run('node a.mjs', ['--approve', 'auto'], { PATH: bin });
    expect(missing.exitCode).toBe(2);
    expect(missing.stderr).toMatch(/--approve auto needs a sandbox.*nothing was sent\. The sandbox needs bubblewrap/);
    expect(simulator.requests).toEqual([]);
    await simulator.close();
    const off = await run('node a.mjs', ['--approve', 'auto', '--no-sandbox']);
    expect(off.exitCode).toBe(2);
    expect(off.stderr).toMatch(/switched off/);
    expect(existsSync(join(cwd, 'made.txt'))).toBe(false);
  } finally {
    rmSync(bin, { recursive: true, force: true });
  }
});

test('a command that was allowed by name runs inside, too, and outside with --no-sandbox', async () => {
  // Raw text of the user's files lies there.
  const command = `node -e "fs.readFileSync(process.env.XDG_STATE_HOME + '/baleen/user_id')"`;
  const inside = await run(command, ['--allow', command]);
  expect(inside.exitCode).toBe(3);
  await simulator.close();
  const outside = await run(command, ['--allow', command, '--no-sandbox']);
  expect(outside.exitCode).toBe(0);
});
