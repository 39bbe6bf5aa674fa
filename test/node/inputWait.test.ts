/** Issue 5, terminal: a command that asks for input is seen to wait, by what its processes do and not by a clock. */
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import { joinOutput } from '../../src/core/commandOutput.js';
import type { CommandResult, Commands } from '../../src/core/host.js';
import { createCommands, type CommandSettings } from '../../src/node/commands.js';
import { findInputUse, type InputUse } from '../../src/node/inputUse.js';
import { createInputWatch } from '../../src/node/inputWait.js';
import { looksLikeQuestion } from '../../src/node/question.js';
import { listProcesses, type Process } from '../../src/node/processTree.js';
import { endOfInput, type InputWait } from '../../src/protocol/inputWait.js';
import { findShell } from '../support/shells.js';
import { until } from './processes.js';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'baleen-wait-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Asked {
  result: Promise<CommandResult>;
  commands: Commands;
  /** All that it said about waiting; the last is what holds now. */
  waits: (InputWait | undefined)[];
  /** Resolves when it waits, for a question that was not seen before. */
  nextWait(): Promise<InputWait>;
}

interface AskOptions {
  settings?: CommandSettings;
  timeoutMs?: number;
}

function ask(command: string, { settings, timeoutMs = 3_600_000 }: AskOptions = {}): Asked {
  const commands = createCommands(settings);
  const waits: (InputWait | undefined)[] = [];
  const result = commands.run(
    {
      ...{ command, cwd: folder, timeoutMs, onOutput: () => undefined, onInput: () => undefined },
      onWait: (wait) => waits.push(wait),
    },
    new AbortController().signal,
  );
  const seen = new Set<string>();
  return {
    ...{ result, commands, waits },
    async nextWait() {
      await until(() => waits.some((wait) => wait !== undefined && !seen.has(wait.id)));
      const wait = waits.findLast((one) => one !== undefined)!;
      seen.add(wait.id);
      return wait;
    },
  };
}

describe.each(['bash', 'sh', 'zsh', 'fish'])('%s', (shell) => {
  test('a read is seen, with its question, and takes the answer', async () => {
    const { result, commands, waits, nextWait } = ask(
      'printf "First name? "; read first; echo "Last name?"; read last; echo "hello $first $last"',
      { settings: { shell: findShell(shell) } },
    );
    const first = await nextWait();
    expect(first.question).toContain('First name?');
    expect(first.sure).toBe(true);
    expect(commands.answer(first.id, 'blue\n')).toBe(true);
    // What was answered is over, for a second answer, too.
    expect(waits.at(-1)).toBe(undefined);
    expect(commands.answer(first.id, 'again\n')).toBe(false);
    const last = await nextWait();
    expect(last).toMatchObject({ question: 'Last name?', sure: true });
    expect(commands.answer(last.id, 'whale\n')).toBe(true);
    const ended = await result;
    expect(ended).toMatchObject({ exitCode: 0, answered: true });
    expect(joinOutput(ended)).toContain('hello blue whale\n');
    expect(ended.waited).toBe(undefined);
    await commands.dispose();
  });
});

describe('what is seen of a command’s input', () => {
  const node = (script: string): string => `"${process.execPath}" -e '${script}'`;
  const readline = 'require("readline").createInterface({ input: process.stdin, output: process.stdout })';

  it('an event loop that has nothing but its input to wait for reads it', async () => {
    const line = node(
      `${readline}.question("package name: (pod) ", (name) => { console.log("[" + name + "]"); process.exit() })`,
    );
    const { result, commands, nextWait } = ask(line);
    const wait = await nextWait();
    expect(wait).toMatchObject({ question: 'package name: (pod)', sure: true });
    commands.answer(wait.id, '\n');
    expect(joinOutput(await result)).toBe('package name: (pod) []\n');
    await commands.dispose();
  });

  it('a program at the head of a pipe, and the end of its input', async () => {
    const { result, commands, nextWait } = ask('echo "no question"; cat | sed s/a/b/; echo end');
    const wait = await nextWait();
    expect(wait).toMatchObject({ question: 'no question', sure: true });
    expect(commands.answer(wait.id, endOfInput)).toBe(true);
    expect(joinOutput(await result)).toBe('no question\nend\n');
    await commands.dispose();
  });

  it('a question whose program waits for other things, too, may be one', async () => {
    const server = 'require("net").createServer().listen(0, "127.0.0.1");';
    const { result, commands, nextWait } = ask(
      node(`${server} ${readline}.question("Use another port? (Y/n) ", () => process.exit(3))`),
    );
    const wait = await nextWait();
    expect(wait).toMatchObject({ question: 'Use another port? (Y/n)', sure: false });
    expect(commands.answer(wait.id, 'y\n')).toBe(true);
    expect((await result).exitCode).toBe(3);
    await commands.dispose();
  });

  it('control sequences of the question are not in it', async () => {
    const { result, commands, nextWait } = ask(`printf '\\033]0;title\\007\\033[2K\\033[1mSure?\\033[0m '; read x`);
    const wait = await nextWait();
    expect(wait.question).toBe('Sure?');
    await commands.find(wait.command)!.stop();
    expect(await result).toMatchObject({ exitCode: null, stopped: true, cancelled: false, timedOut: false });
    await commands.dispose();
  });

  it('in the background it is part of the state, and what the model types ends it', async () => {
    const commands = createCommands();
    let told = 0;
    commands.onChange(() => told++);
    const command = await commands.start({
      ...{ command: 'printf "Go on? "; read x; echo "got $x"; sleep 300', cwd: folder, onOutput: () => undefined },
    });
    await until(() => command.state().waits !== undefined);
    expect(command.state().waits).toMatchObject({ command: command.id, question: 'Go on?', sure: true });
    expect(told).toBeGreaterThan(1);
    command.write('yes\n');
    expect(command.state().waits).toBe(undefined);
    await until(() => joinOutput(command.kept()).includes('got yes'));
    await commands.dispose();
  });

  it('a program that sleeps, and one whose input is empty, do not wait for any', async () => {
    const commands = createCommands();
    const word = `300.${process.pid}`;
    const command = await commands.start({
      ...{ command: `printf "Really? "; exec sleep ${word}`, cwd: folder, onOutput: () => undefined },
    });
    const isAsleep = (pid: number): boolean => readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(`\0${word}`);
    let found: Process | undefined;
    await until(async () => {
      found = (await listProcesses()).find((one) => one.mark !== undefined && isAsleep(one.pid));
      return found !== undefined && readFileSync(`/proc/${found.pid}/wchan`, 'latin1').includes('sleep');
    });
    expect(await findInputUse([found!], found!.mark!)).toBe('unused');
    await command.stop();
    await commands.dispose();
  });
});

describe('the time limit of a command that waits', () => {
  afterEach(() => void vi.useRealTimers());

  it('ends it, and the result says what it waited for', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const { result, commands, waits } = ask('echo first; printf "Proceed? [y/N] "; read x');
    await until(async () => {
      await vi.advanceTimersByTimeAsync(500);
      return waits.length > 0;
    });
    await vi.advanceTimersByTimeAsync(3_600_000);
    vi.useRealTimers();
    const ended = await result;
    expect(ended).toMatchObject({ timedOut: true, exitCode: null });
    expect(ended.waited).toMatchObject({ question: 'Proceed? [y/N]', sure: true });
    expect(ended.answered).toBe(undefined);
    await commands.dispose();
  });
});

describe('where processes cannot be looked at', () => {
  function watch() {
    let now = 0;
    const found: (InputWait | undefined)[] = [];
    const input = createInputWatch(
      'c-01234567',
      (wait) => found.push(wait),
      () => now,
    );
    const pass = async (ms: number, use: InputUse): Promise<void> => {
      now += ms;
      if (input.isDue()) await input.look(async () => use);
    };
    return { input, found, pass };
  }

  it('only a question that is silent for three seconds may be one', async () => {
    const { input, found, pass } = watch();
    input.addOutput('Done.\nOverwrite? [y/N] ');
    for (let second = 0; second < 2; second++) await pass(1000, 'unknown');
    expect(found).toEqual([]);
    await pass(1000, 'unknown');
    expect(found).toMatchObject([{ question: 'Overwrite? [y/N]', sure: false }]);
    input.addOutput('\n');
    expect(found.at(-1)).toBe(undefined);
  });

  it('it is looked at more rarely the longer it is silent, and not at all while it prints', async () => {
    const { input, pass } = watch();
    let looks = 0;
    for (let second = 0; second < 100; second++) {
      if (input.isDue()) looks++;
      await pass(1000, 'unused');
    }
    expect(looks).toBeLessThanOrEqual(24);
    looks = 0;
    for (let step = 0; step < 100; step++) {
      input.addOutput('.');
      if (input.isDue()) looks++;
      await pass(500, 'unused');
    }
    expect(looks).toBe(0);
  });

  it('output that comes while it is looked at makes it an old look', async () => {
    const { input, found } = watch();
    await input.look(async () => {
      input.addOutput('go on');
      return 'reads';
    }, true);
    expect(found).toEqual([]);
  });

  it.each([
    ...[
      'Password: ',
      'Continue? ',
      '> ',
      'Proceed [Y/n] ',
      'package name: (pod) ',
      '>>> ',
      '$ ',
      'Wirklich löschen? (j/N)',
    ],
  ])('%j looks like a question', (line) => expect(looksLikeQuestion(line)).toBe(true));

  it.each(['', 'Compiling…', 'Running tests ...', '[=====     ]', '[#####]', '12 %', 'done', 'Building. '])(
    '%j does not',
    (line) => expect(looksLikeQuestion(line)).toBe(false),
  );
});
