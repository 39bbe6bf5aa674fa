/** What stands around the program: terminals, pipes that close, a missing git, a state folder that cannot be. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../node/processes.js';
import { simulatedKey, startSimulator, type Simulator, type SimulatorOptions } from '../support/simulator/simulator.js';
import { makeStateHome, program, runCli } from './cli.js';

let cwd: string;
let stateHome: string;
let simulator: Simulator | undefined;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'baleen-surroundings-'));
  writeFileSync(join(cwd, 'a.txt'), 'one\ntwo\n');
  execFileSync('git', ['init', '-q'], { cwd });
  stateHome = makeStateHome();
});

afterEach(async () => {
  await simulator?.close();
  simulator = undefined;
  for (const folder of [cwd, stateHome]) rmSync(folder, { recursive: true, force: true });
});

const env = { DEEPSEEK_API_KEY: simulatedKey };

async function argsFor(script: SimulatorOptions['script'], ...options: string[]): Promise<string[]> {
  simulator = await startSimulator({ script });
  return ['run', 'do it', '--base-url', simulator.baseUrls.openai, ...options];
}

/** Endless work: each reply reads another line. */
const readOn: SimulatorOptions['script'] = (_request, number) => ({
  calls: [{ id: `c${number}`, name: 'read_file', arguments: JSON.stringify({ path: 'a.txt', start_line: number }) }],
});

describe('output', () => {
  test('work stops in order when nobody reads it any more', async () => {
    const args = await argsFor(readOn, '--json', '--max-steps', '400');
    const run = await runCli(args, {
      cwd,
      stateHome,
      env,
      onStart: (child) => child.stdout!.once('data', () => child.stdout!.destroy()),
    });
    expect(run.stderr).toMatch(/^(?:Stopped\.\n)?$/);
    expect(run.exitCode).toBe(130);
    expect(simulator!.requests.length).toBeLessThan(400);
  });

  test('a full disk behind stdout is a sentence and exit code 1', () => {
    const line = `"${process.execPath}" "${program}" pack --json > /dev/full`;
    const shell = ['-c', `${line}; echo "exit code $?" >&2`];
    const told = execFileSync('sh', ['-c', 'exec "$@" 2>&1', 'sh', 'sh', ...shell], {
      cwd,
      env: { ...process.env, XDG_STATE_HOME: stateHome },
      encoding: 'utf8',
    });
    expect(told).toMatch(/^The output could not be written: .*\nexit code 1\n$/);
  });

  test('no control sequence of the model reaches the terminal', async () => {
    const hidden = '\u001b[8mhidden \u009b2J\u0007 text\rOver';
    const args = await argsFor([
      { text: hidden, calls: [{ id: 'c1', name: `tool\u001b[2J`, arguments: '{}' }] },
      { text: 'End.' },
    ]);
    const run = await runCli(args, { cwd, stateHome, env });
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toContain('⟦U+001B⟧[8mhidden');
    expect(run.stdout + run.stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
  });
});

describe('a terminal', () => {
  /** Runs on a pseudo-terminal of `script` and types `keys` when the sign stands there, which is an approval's question. */
  async function runOnTerminal(
    args: readonly string[],
    keys: string,
    words = [process.execPath, program, ...args],
    sign = 'Allow?',
  ): Promise<{ exitCode: number | null; shown: string }> {
    const line = words.map((word) => `'${word}'`).join(' ');
    const child = spawn('script', ['-qec', line, '/dev/null'], {
      cwd,
      env: { ...process.env, ...env, XDG_STATE_HOME: stateHome },
    });
    let shown = '';
    let isAsked = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
      if (isAsked || !shown.includes(sign)) return;
      isAsked = true;
      child.stdin.write(keys);
    });
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (exitCode) => resolve({ exitCode, shown }));
    });
  }

  test('gets what a pack holds and costs, each line on its own, and a file gets the pack', async () => {
    const shown = await runOnTerminal(['pack', cwd], '');
    expect(shown.shown).not.toContain('<baleen-pack');
    expect(shown.shown).toMatch(/\r\u001b\[K[^\n\u001b]*\/[^\n]*\r\n {2}files {5}\d+ whole\r\n/);
    const line = ['sh', '-c', `"${process.execPath}" "${program}" pack > pack.txt`];
    expect((await runOnTerminal([], '', line)).shown).toContain('whole');
    expect(readFileSync(join(cwd, 'pack.txt'), 'utf8')).toMatch(/^<baleen-pack /);
  });

  const editCall = {
    id: 'c1',
    name: 'edit_file',
    arguments: JSON.stringify({ path: 'a.txt', hunks: [{ old_text: 'one', new_text: 'ONE' }] }),
  };

  test.each([
    ['Ctrl-C stops the turn', '\u0003', 130, 1, 'one\ntwo\n'],
    ['Ctrl-D is no', '\u0004', 0, 2, 'one\ntwo\n'],
    ['y is yes', 'y\r', 0, 2, 'ONE\ntwo\n'],
  ])('at an approval %s', async (_name, keys, exitCode, requests, text) => {
    const args = await argsFor([{ calls: [editCall] }, { text: 'End.' }]);
    const run = await runOnTerminal(args, keys);
    expect([run.exitCode, simulator!.requests.length]).toEqual([exitCode, requests]);
    expect(readFileSync(join(cwd, 'a.txt'), 'utf8')).toBe(text);
  });

  test.each([
    [
      'a line goes to it, and an unseen one is not shown',
      'orca\r',
      'printf "Password: "; read x; echo "[$x]" > told',
      '[orca]\n',
    ],
    ['Ctrl-D ends its input', '\u0004', 'echo "1) one"; cat; echo end > told', 'end\n'],
  ])('asks what a command waits for: %s', async (_name, keys, command, told) => {
    const run = { id: 'c1', name: 'run_command', arguments: JSON.stringify({ command }) };
    const args = [...(await argsFor([{ calls: [run] }, { text: 'End.' }])), '--allow', command];
    const { exitCode, shown } = await runOnTerminal(args, keys, undefined, 'Enter sends a line');
    expect(shown).toContain('The command waits for input: ');
    expect(shown).toContain(command.startsWith('printf') ? 'Password:' : '1) one');
    expect(exitCode).toBe(0);
    expect(readFileSync(join(cwd, 'told'), 'utf8')).toBe(told);
    expect(shown.replaceAll(command, '')).not.toContain('orca');
    const answer = simulator!.requests.at(-1)!.parsed.messages.findLast(({ role }) => role === 'tool');
    expect(JSON.stringify(answer)).toContain('The user typed into it while it ran');
    expect(simulator!.requests.map(({ body }) => Buffer.from(body).toString()).join('')).not.toContain('orca');
  });
});

test('a terminal that goes away ends the running command too', async () => {
  const controller = new AbortController();
  const command = 'touch started; sleep 611';
  const args = await argsFor(
    [{ calls: [{ id: 'c1', name: 'run_command', arguments: JSON.stringify({ command }) }] }, { text: 'End.' }],
    '--json',
    '--allow',
    command,
  );
  const running = runCli(args, { cwd, stateHome, env, signal: controller.signal, killWith: 'SIGHUP' });
  await until(() => existsSync(join(cwd, 'started')));
  controller.abort();
  const run = await running;
  expect(run.exitCode).toBe(130);
  expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain('sleep 611');
});

test('without git on the machine a session works by the ignore files', async () => {
  const bin = join(stateHome, 'bin');
  mkdirSync(bin);
  symlinkSync(process.execPath, join(bin, 'node'));
  const args = await argsFor([{ text: 'Hello.' }]);
  const run = await runCli(args, { cwd, stateHome, env: { ...env, PATH: bin } });
  expect(run.stderr).toMatch(/^git was not found/);
  expect([run.exitCode, run.stdout]).toEqual([0, 'Hello.\n']);
});

test('a state folder that cannot be made is a sentence, and nothing is sent', async () => {
  const file = join(stateHome, 'file');
  writeFileSync(file, '');
  const args = await argsFor([{ text: 'never asked' }]);
  const run = await runCli(args, { cwd, stateHome: file, env });
  expect(run.exitCode).toBe(1);
  expect(run.stderr).toMatch(/^Baleen keeps its journal in .*so nothing was done\..*XDG_STATE_HOME/);
  expect(simulator!.requests).toHaveLength(0);
});
