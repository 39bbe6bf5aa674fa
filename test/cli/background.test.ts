/** Commands that a run of the command line leaves in the background end with it, and are told. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isAlive } from '../node/processes.js';
import { simulatedKey, startSimulator } from '../support/simulator/simulator.js';
import { makeStateHome, runCli } from './cli.js';

test('RES-09: a run leaves no process behind, and says what it ended', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'baleen-background-'));
  const stateHome = makeStateHome();
  writeFileSync(join(cwd, 'a.txt'), 'text\n');
  execFileSync('git', ['init', '-q'], { cwd });
  const command = 'echo $$ > pid; exec sleep 300';
  const started = { id: 'c1', name: 'run_command', arguments: JSON.stringify({ command, background: true }) };
  const left = 'setsid sleep 300 & echo $! > left';
  const second = { id: 'c2', name: 'run_command', arguments: JSON.stringify({ command: left }) };
  const simulator = await startSimulator({ script: [{ calls: [started, second] }, { text: 'Started.' }] });
  try {
    const args = [
      'run',
      'start it',
      '--allow',
      command,
      '--allow',
      left,
      // In a sandbox what a line leaves behind ends with its shell.
      '--no-sandbox',
      '--json',
      '--base-url',
      simulator.baseUrls.openai,
    ];
    const run = await runCli(args, { cwd, stateHome, env: { DEEPSEEK_API_KEY: simulatedKey } });
    expect(run.exitCode).toBe(0);
    const [first, other] = run.ofType('tool_call_end');
    expect(first).toMatchObject({ status: 'done', details: { background: { ports: [] } } });
    expect(first?.summary).toMatch(/^started in the background as c-[0-9a-f]{8}: running for/);
    expect(other?.summary).toMatch(/^exit code 0 .*still runs in the background as c-[0-9a-f]{8}/);
    expect(run.stderr).toContain(`Ended with this run, as it still ran in the background: ${command}\n`);
    expect(run.stderr).toContain(`Ended with this run, as it still ran in the background: ${left}\n`);
    for (const name of ['pid', 'left']) {
      expect(existsSync(join(cwd, name))).toBe(true);
      expect(isAlive(Number(readFileSync(join(cwd, name), 'utf8')))).toBe(false);
    }
  } finally {
    await simulator.close();
    for (const folder of [cwd, stateHome]) rmSync(folder, { recursive: true, force: true });
  }
});
