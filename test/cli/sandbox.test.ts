/** `--approve auto` and `--no-sandbox`. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
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

describe('PRF-05: what was held back when nobody answered', () => {
  const plant =
    "node -e \"const d = 'new/.vs' + 'code'; fs.mkdirSync(d, { recursive: true }); fs.writeFileSync(d + '/tasks.json', 'planted')\"";
  const place = (): string => join(cwd, 'new/.vscode/tasks.json');
  const undo = (...args: string[]): Promise<CliRun> => runCli(['undo', ...args], { cwd, stateHome });
  const told =
    /new\/\.vscode appeared while "node -e .*" ran by itself, and was held back.*It is kept in (\S+)\. baleen undo --put-back .*--leave /;
  const start = (): Promise<CliRun> => runCli(['run', 'say hello', '--rehearse'], { cwd, stateHome });

  beforeEach(async () => {
    await run(plant, ['--approve', 'auto']);
    expect(existsSync(place())).toBe(false);
  });

  test('is told at the next start, as often as it takes, and put back once', async () => {
    expect((await start()).stderr).toMatch(told);
    expect((await start()).stderr).toMatch(told);
    const put = await undo('--put-back');
    expect([put.exitCode, put.stderr]).toEqual([0, expect.stringContaining('Put back: new/.vscode.')]);
    expect(readFileSync(place(), 'utf8')).toBe('planted');
    expect((await start()).stderr).not.toContain('held back');
    expect((await undo('--put-back')).exitCode).toBe(1);
  });

  test('is not told again once it is to be left, and stays where it is', async () => {
    const [, kept] = told.exec((await start()).stderr)!;
    const left = await undo('--leave');
    expect([left.exitCode, left.stdout, left.stderr]).toEqual([0, '', `new/.vscode stays in ${kept}.\n`]);
    expect((await start()).stderr).not.toContain('held back');
    for (const way of ['--leave', '--put-back']) {
      const late = await undo(way);
      expect([late.exitCode, late.stderr]).toEqual([
        1,
        expect.stringMatching(/^No held-back files wait for an answer/),
      ]);
    }
    expect(existsSync(place())).toBe(false);
    expect(readFileSync(join(kept!, 'new/.vscode/tasks.json'), 'utf8')).toBe('planted');
  });

  test('is left with --json in one line, which names it', async () => {
    const left = await undo('--leave', '--json');
    expect([left.exitCode, JSON.parse(left.stdout), left.stderr]).toEqual([
      0,
      { putBack: [], left: ['new/.vscode'] },
      '',
    ]);
    expect(existsSync(place())).toBe(false);
  });

  test('overwrites nothing that has come there meanwhile', async () => {
    mkdirSync(join(cwd, 'new/.vscode'), { recursive: true });
    writeFileSync(place(), 'mine');
    const put = await undo('--put-back', '--json');
    expect([put.exitCode, JSON.parse(put.stdout)]).toEqual([5, { putBack: [], left: ['new/.vscode'] }]);
    expect(readFileSync(place(), 'utf8')).toBe('mine');
  });
});
