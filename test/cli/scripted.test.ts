/** Turns scripted through the simulator: what the program does with a model that errs, and what it says of its end. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../node/processes.js';
import { assertMessagesGrow } from '../support/simulator/growth.js';
import { simulatedKey, startSimulator, type Simulator, type Turn } from '../support/simulator/simulator.js';
import { makeStateHome, runCli, type CliRun } from './cli.js';

const sum = 'export function add(a, b) {\n  return a - b;\n}\n';
const check =
  "import { add } from './sum.mjs';\nif (add(2, 2) !== 4) {\n  console.error(`2 + 2 is ${add(2, 2)}`);\n  process.exit(1);\n}\n";
const testCommand = 'node src/check.mjs';

let cwd: string;
let stateHome: string;
let simulator: Simulator;
let calls = 0;

beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'baleen-scripted-'));
  mkdirSync(join(cwd, 'src'));
  writeFileSync(join(cwd, 'src', 'sum.mjs'), sum);
  writeFileSync(join(cwd, 'src', 'check.mjs'), check);
  execFileSync('git', ['init', '-q'], { cwd });
  stateHome = makeStateHome();
});

afterEach(async () => {
  await simulator.close();
  for (const folder of [cwd, stateHome]) rmSync(folder, { recursive: true, force: true });
});

function call(name: string, args: unknown) {
  return { id: `call_${++calls}`, name, arguments: JSON.stringify(args) };
}

const edit = (oldText: string, newText: string) =>
  call('edit_file', { path: 'src/sum.mjs', hunks: [{ old_text: oldText, new_text: newText }] });
const runTests = () => call('run_command', { command: testCommand });

async function runScript(turns: Turn[], args: string[] = []): Promise<CliRun> {
  simulator = await startSimulator({ script: turns });
  const all = ['run', 'make add add', '--approve', 'auto-edit', '--allow', testCommand, '--json', ...args];
  return runCli([...all, '--base-url', simulator.baseUrls.openai], {
    cwd,
    stateHome,
    env: { DEEPSEEK_API_KEY: simulatedKey },
  });
}

function resultsOf(run: CliRun): string[] {
  return run.ofType('tool_call_end').map((end) => end.status);
}

describe('language tools of the command line', () => {
  test('search, rename every whole word, say so, and undo brings all back', async () => {
    const run = await runScript([
      { calls: [call('find_references', { path: 'src/sum.mjs', symbol: 'add' })] },
      { calls: [call('rename_symbol', { path: 'src/sum.mjs', symbol: 'add', new_name: 'plus' })] },
      { calls: [call('get_diagnostics', { paths: ['src/sum.mjs'] })] },
      { text: 'Renamed.' },
    ]);
    expect(run.exitCode).toBe(0);
    const [found, renamed, diagnostics] = simulator.requests[3]!.parsed.messages.flatMap((message) =>
      message.role === 'tool' ? [message.text] : [],
    );
    expect(found).toMatch(/^4 lines with "add" in 2 files, by search, not by a language server/);
    expect(renamed).toMatch(/^Renamed "add" to "plus": 4 places in 2 files, by search, not by a language server/);
    expect(renamed).not.toMatch(/[Ee]rrors/);
    expect(diagnostics).toBe("src/sum.mjs: unknown: no language server here; run the project's own check");
    expect(readFileSync(join(cwd, 'src/check.mjs'), 'utf8')).toBe(check.replace(/\badd\b/g, 'plus'));
    const undone = await runCli(['undo'], { cwd, stateHome });
    expect(undone.exitCode).toBe(0);
    expect(readFileSync(join(cwd, 'src/sum.mjs'), 'utf8')).toBe(sum);
    expect(readFileSync(join(cwd, 'src/check.mjs'), 'utf8')).toBe(check);
  });
});

describe('a model that errs', () => {
  test('a hunk fails and is corrected, the tests fail and are repaired', async () => {
    const run = await runScript([
      { reasoning: 'A guess.', calls: [edit('return a minus b;', 'return a * b;'), runTests()] },
      { calls: [edit('return a - b;', 'return a * b + 1;'), runTests()] },
      { reasoning: 'Red, so it was wrong.', calls: [edit('a * b + 1', 'a + b'), runTests()] },
      { text: 'It adds now, and the check passes.' },
    ]);
    expect(run.exitCode).toBe(0);
    expect(readFileSync(join(cwd, 'src', 'sum.mjs'), 'utf8')).toBe(sum.replace('a - b', 'a + b'));
    // The command beside the failed hunk did not run; the second one ran and failed.
    expect(resultsOf(run)).toEqual(['failed', 'failed', 'done', 'failed', 'done', 'done']);
    const told = simulator.requests[1]!.parsed.messages.flatMap((message) =>
      message.role === 'tool' ? [message.text] : [],
    );
    expect(told[0]).toContain('return a - b;');
    expect(told[1]).toMatch(/^Not run/);
    assertMessagesGrow(simulator.requests);
  });

  test('tests that stay red end with exit code 3, whatever the model says', async () => {
    const run = await runScript([{ calls: [edit('a - b', 'a * b + 1'), runTests()] }, { text: 'All tests pass.' }]);
    expect(run.exitCode).toBe(3);
    expect(run.ofType('turn_end')[0]!.outcome).toBe('verification_failed');
  });

  test('a call that repeats without any change between is stopped at the third', async () => {
    const read = () => ({ calls: [call('read_file', { path: 'src/sum.mjs' })] });
    const run = await runScript([read(), read(), read(), read()]);
    expect(run.exitCode).toBe(4);
    expect(simulator.requests).toHaveLength(3);
  });

  test('arguments that are no JSON, of another shape, or of no tool run nothing and say so to the model', async () => {
    const run = await runScript([
      {
        calls: [
          { id: 'a', name: 'edit_file', arguments: '{"path": "src/sum.mjs", "hunks": [' },
          { id: 'b', name: 'write_file', arguments: '{"path":"src/new.mjs"}' },
          { id: 'c', name: 'format_disk', arguments: '{}' },
          {
            id: 'd',
            name: 'write_file',
            arguments: '{"path":"src/new.mjs","content":"x","__proto__":{"y":1},"mode":1}',
          },
        ],
      },
      { text: 'Sorry.' },
    ]);
    expect(run.exitCode).toBe(0);
    expect(resultsOf(run)).toEqual(['failed', 'failed', 'failed', 'failed']);
    expect(readFileSync(join(cwd, 'src', 'sum.mjs'), 'utf8')).toBe(sum);
    expect(execFileSync('ls', [join(cwd, 'src')], { encoding: 'utf8' })).toBe('check.mjs\nsum.mjs\n');
  });
});

describe('approvals without a terminal', () => {
  test('another command than the allowed one is refused, and the exit code says so', async () => {
    const marker = join(cwd, 'marker');
    const run = await runScript([
      { calls: [call('run_command', { command: `${testCommand}; touch ${marker}` })] },
      { text: 'Done.' },
    ]);
    expect(run.exitCode).toBe(5);
    expect(resultsOf(run)).toEqual(['refused']);
    expect(execFileSync('ls', [cwd], { encoding: 'utf8' })).toBe('src\n');
  });

  test('parts of a line run where each is allowed, and what is denied does not, whatever allows it', async () => {
    const line = `${testCommand} 2>&1 | head -5 || ls src`;
    const calls = [line, `${line} > src/out`, 'ls src && cat src/sum.mjs'].map((command) =>
      call('run_command', { command }),
    );
    const run = await runScript(
      [{ calls }, { text: 'Done.' }],
      ['--allow', 'ls', '--allow', 'head', '--allow', 'cat', '--deny', 'cat'],
    );
    expect(resultsOf(run)).toEqual(['done', 'refused', 'refused']);
    expect(run.ofType('tool_call_end').map(({ summary }) => summary)[2]).toContain('your rule "cat"');
    expect(run.exitCode).toBe(5);
    expect(execFileSync('ls', [join(cwd, 'src')], { encoding: 'utf8' })).toBe('check.mjs\nsum.mjs\n');
  });

  test('in ask mode an edit is refused too, and in plan mode everything is', async () => {
    const script = [{ calls: [edit('a - b', 'a + b'), runTests()] }, { text: 'Done.' }];
    const asked = await runScript(script, ['--approve', 'ask']);
    expect([asked.exitCode, resultsOf(asked)]).toEqual([5, ['refused', 'failed']]);
    await simulator.close();
    const planned = await runScript(script, ['--approve', 'plan']);
    expect(resultsOf(planned)).toEqual(['refused', 'failed']);
    expect(readFileSync(join(cwd, 'src', 'sum.mjs'), 'utf8')).toBe(sum);
  });
});

describe('limits', () => {
  test('the cap on money stops before the first request that could pass it', async () => {
    const run = await runScript([{ text: 'never asked' }], ['--max-cost', '0.000001']);
    expect(run.exitCode).toBe(4);
    expect(simulator.requests).toHaveLength(0);
  });

  test('the cap on steps counts requests', async () => {
    const run = await runScript([{ calls: [runTests()] }, { text: 'never asked' }], ['--max-steps', '1']);
    expect(run.exitCode).toBe(4);
    expect(simulator.requests).toHaveLength(1);
  });

  test('an interrupt stops the command and its children, keeps the journal, and ends with 130', async () => {
    const controller = new AbortController();
    const started = join(stateHome, 'started');
    const command = `${testCommand} && touch ${started}; sleep 600`;
    simulator = await startSimulator({
      script: [{ calls: [edit('a - b', 'a + b'), call('run_command', { command })] }, { text: 'never asked' }],
    });
    const args = [
      'run',
      'x',
      '--approve',
      'auto-edit',
      '--allow',
      command,
      '--json',
      '--base-url',
      simulator.baseUrls.openai,
    ];
    const running = runCli(args, {
      cwd,
      stateHome,
      env: { DEEPSEEK_API_KEY: simulatedKey },
      signal: controller.signal,
    });
    await until(() => existsSync(started));
    controller.abort();
    const run = await running;
    expect(run.exitCode).toBe(130);
    expect(run.ofType('turn_end')[0]!.outcome).toBe('cancelled');
    expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).includes('sleep 600')).toBe(false);
    expect((await runCli(['undo', '--quiet'], { cwd, stateHome })).exitCode).toBe(0);
    expect(readFileSync(join(cwd, 'src', 'sum.mjs'), 'utf8')).toBe(sum);
  });
});
