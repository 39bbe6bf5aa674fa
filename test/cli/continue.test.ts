/** R3: a program that is killed in the middle of a turn; `run --continue` takes the turn up, and no tool runs twice. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { assertMessagesGrow } from '../support/simulator/growth.js';
import { simulatedKey, startSimulator, type Simulator, type Turn } from '../support/simulator/simulator.js';
import { makeSmallRepository } from '../support/smallRepository.js';
import { makeStateHome, runCli, type CliRun } from './cli.js';

const command = 'echo ran >> ran.txt';
const lasting = 'echo ran >> ran.txt; echo $$ > pid.txt; exec sleep 600';
const unknown = 'Whether it took effect is not known';

let cwd: string;
let stateHome: string;
let simulator: Simulator;

beforeEach(async () => {
  cwd = await makeSmallRepository({ 'a.txt': 'one\n', '.gitignore': 'ran.txt\npid.txt\n' });
  stateHome = makeStateHome();
});

afterEach(async () => {
  await simulator.close();
  // What the killed program had started lives on.
  if (existsSync(join(cwd, 'pid.txt'))) process.kill(Number(readFileSync(join(cwd, 'pid.txt'), 'utf8')), 'SIGKILL');
  for (const folder of [cwd, stateHome]) rmSync(folder, { recursive: true, force: true });
});

const call = (text: string) => ({ id: 'c1', name: 'run_command', arguments: JSON.stringify({ command: text }) });

function run(args: string[], options: { hold?: string; killWhen?: (stderr: string) => boolean } = {}): Promise<CliRun> {
  const hook = join(import.meta.dirname, 'holdCall.cjs');
  const { hold, killWhen } = options;
  return runCli(
    [
      'run',
      ...args,
      '--json',
      '--approve',
      'auto-edit',
      '--allow',
      command,
      '--allow',
      lasting,
      '--base-url',
      simulator.origin,
    ],
    {
      cwd,
      stateHome,
      env: {
        DEEPSEEK_API_KEY: simulatedKey,
        ...(hold === undefined ? {} : { NODE_OPTIONS: `--require "${hook}"`, BALEEN_HOLD: hold }),
      },
      onStart(child) {
        if (killWhen === undefined) return;
        let stderr = '';
        const timer = setInterval(() => {
          if (killWhen(stderr)) child.kill('SIGKILL');
        }, 20);
        child.stderr?.on('data', (text: string) => (stderr += text));
        child.on('close', () => clearInterval(timer));
      },
    },
  );
}

const ran = (): number =>
  existsSync(join(cwd, 'ran.txt')) ? readFileSync(join(cwd, 'ran.txt'), 'utf8').split('\n').length - 1 : 0;
const held = (stderr: string): boolean => stderr.includes('held');
const thought = 'Byte for byte:\t "quoted" 想\n';
const ask = (text: string): Turn => ({ reasoning: thought, calls: [call(text)] });

test.each<[string, string, string | undefined, number, boolean]>([
  ['before a call begins', command, 'before "type":"started"', 0, false],
  ['when a call is about to run', command, 'after "type":"started"', 0, true],
  ['while a call runs', lasting, undefined, 1, true],
  ['before its result is written down', command, 'before "role":"tool"', 1, true],
])('R3: killed %s', async (_, text, hold, ranBefore, isUnknown) => {
  simulator = await startSimulator({ script: [ask(text), { text: 'Done.' }] });
  const isRunning = (): boolean => existsSync(join(cwd, 'pid.txt'));
  const killed = await run(['do it'], hold === undefined ? { killWhen: isRunning } : { hold, killWhen: held });
  expect(killed.exitCode).toBeNull();
  expect(ran()).toBe(ranBefore);

  const after = await run(['--continue']);
  expect([after.exitCode, after.stderr]).toEqual([0, '']);
  // A call that had not begun runs now; one that may have is left to the model to look after.
  expect(ran()).toBe(isUnknown ? ranBefore : 1);
  const { requests } = simulator;
  expect(requests.map(({ refusal }) => refusal)).toEqual([undefined, undefined]);
  assertMessagesGrow(requests);
  expect(requests[1]!.text.includes(unknown)).toBe(isUnknown);
  const told = requests[1]!.parsed.messages.flatMap((one) => (one.role === 'assistant' ? [one.reasoning] : []));
  expect(told).toEqual([thought]);
  expect(after.ofType('turn_start')).toEqual([]);
  expect(after.ofType('turn_end')).toMatchObject([{ turn: 1, outcome: 'done' }]);
});

test('R3: killed after the last answer was written down, nothing is asked again', async () => {
  simulator = await startSimulator({ script: [{ text: 'Done.' }] });
  await run(['do it'], { hold: 'after "text":"Done."', killWhen: held });
  const after = await run(['--continue']);
  expect(after.exitCode).toBe(0);
  expect(simulator.requests).toHaveLength(1);
});

test('a turn that has ended is not taken up again', async () => {
  simulator = await startSimulator({ script: [{ text: 'Done.' }] });
  await run(['do it']);
  const after = await run(['--continue']);
  expect(after.exitCode).toBe(2);
  expect(after.stderr).toContain('No turn was interrupted here');
  expect(simulator.requests).toHaveLength(1);
});
