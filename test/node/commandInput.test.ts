/** What the input of a command, a FIFO, changes for programs that do not read it, look at what it is, or are ended. */
import { mkdtempSync, readdirSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { joinOutput } from '../../src/core/commandOutput.js';
import type { Commands } from '../../src/core/host.js';
import { createCommands } from '../../src/node/commands.js';
import { endOfInput, type InputWait } from '../../src/protocol/inputWait.js';
import { findShell } from '../support/shells.js';
import { isAlive, until } from './processes.js';

let temp: string;
let commands: Commands;
beforeEach(() => {
  temp = realpathSync(mkdtempSync(join(tmpdir(), 'baleen-input-')));
  vi.stubEnv('TMPDIR', temp);
});
afterEach(async () => {
  await commands.dispose();
  vi.unstubAllEnvs();
  // No file of the input is left, and no descriptor of ours that leads to it.
  expect(readdirSync(temp)).toEqual([]);
  await until(() => openPipes().length === 0);
  rmSync(temp, { recursive: true, force: true });
});

function openPipes(): string[] {
  const links = readdirSync('/proc/self/fd').map((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`);
    } catch {
      return '';
    }
  });
  return links.filter((link) => link.startsWith(temp));
}

const common = { cwd: import.meta.dirname, timeoutMs: 3_600_000, onOutput: () => undefined };
const never = new AbortController().signal;
const node = `"${process.execPath}"`;
/** Typed at each wait, in turn; at none that is not expected. */
type Answers = readonly string[];

interface Row {
  what: string;
  line: string;
  answers?: Answers;
  output: string;
  exitCode?: number;
}

const rows: Row[] = [
  { what: 'that never reads', line: 'echo one; echo two', output: 'one\ntwo\n' },
  {
    what: 'that is given its input by the line',
    line: 'echo one | cat; cat < /dev/null; echo two',
    output: 'one\ntwo\n',
  },
  { what: 'that closes its input', line: `sh -c 'exec <&-; cat 2>/dev/null; echo "code $?"'`, output: 'code 1\n' },
  { what: 'that copies its input', line: 'cat; echo end', answers: ['one\n', endOfInput], output: 'one\nend\n' },
  { what: 'that reads what has ended', line: 'cat; cat; echo end', answers: [endOfInput], output: 'end\n' },
  { what: 'that reads its input by its name', line: 'head -n 1 /dev/stdin', answers: ['one\n'], output: 'one\n' },
  { what: 'that fails after it has read', line: "sh -c 'read x; exit 3'", answers: ['one\n'], output: '', exitCode: 3 },
  {
    what: 'that looks for a terminal',
    line: `sh -c 'for n in 0 1 2; do [ -t $n ] || echo "$n is none"; done'; ${node} -p 'process.stdin.isTTY'; sh -c 'tty'`,
    output: '0 is none\n1 is none\n2 is none\nundefined\nnot a tty\n',
    exitCode: 1,
  },
];

describe.each(['bash', 'sh', 'zsh', 'fish'])('in %s, a command', (shell) => {
  beforeEach(() => {
    commands = createCommands({ shell: findShell(shell) });
  });

  test.each(rows)('$what', async ({ line, answers = [], output, exitCode = 0 }) => {
    const asked: string[] = [];
    const onWait = (wait: InputWait | undefined): void => {
      if (wait === undefined) return;
      expect(readdirSync(temp)).toEqual([]);
      asked.push(wait.id);
      commands.answer(wait.id, answers[asked.length - 1]!);
    };
    const result = await commands.run({ ...common, command: line, onInput: () => undefined, onWait }, never);
    expect(joinOutput(result)).toBe(output);
    expect(result).toMatchObject({ exitCode, leftRunning: false });
    expect(asked.length).toBe(answers.length);
  });

  test('without an input reads that there is none', async () => {
    const result = await commands.run({ ...common, command: 'cat; echo end' }, never);
    expect(result).toMatchObject({ exitCode: 0, leftRunning: false });
    expect(joinOutput(result)).toBe('end\n');
  });

  test('in the background reads what is typed, to its end', async () => {
    const command = await commands.start({ ...common, command: 'cat; echo end' });
    expect(command.write('one\n')).toBe(true);
    await until(() => joinOutput(command.kept()) === 'one\n');
    expect(command.write(endOfInput)).toBe(true);
    await until(async () => !(await command.look()).running);
    expect(command.state()).toMatchObject({ exitCode: 0, stopped: false });
    expect(joinOutput(command.kept())).toBe('one\nend\n');
    expect(command.write('more\n')).toBe(false);
  });

  test('is ended while it reads, in the background and in the foreground', async () => {
    const line = "sh -c 'echo $$; exec cat'; echo after";
    const command = await commands.start({ ...common, command: line });
    await until(() => joinOutput(command.kept()).endsWith('\n'));
    const stop = new AbortController();
    let output = '';
    const onOutput = (text: string): void => {
      output += text;
      if (output.endsWith('\n')) stop.abort();
    };
    const onInput = (): void => undefined;
    const result = await commands.run({ ...common, command: line, onOutput, onInput }, stop.signal);
    expect(result).toMatchObject({ cancelled: true, exitCode: null, leftRunning: false });
    await command.stop();
    const pids = [output, joinOutput(command.kept())].map(Number);
    expect(pids.every((pid) => pid > 1)).toBe(true);
    expect(pids.filter(isAlive)).toEqual([]);
  });

  test('that takes nothing any more is typed to in vain, and goes on', async () => {
    let write: (text: string) => void = () => undefined;
    let output = '';
    const onOutput = (text: string): void => {
      output += text;
      if (output === 'closed\n') for (const line of ['one\n', 'two\n', endOfInput]) write(line);
    };
    const line = "sh -c 'exec <&-; echo closed; sleep 0.2; echo end'";
    const onInput = (given: typeof write): void => void (write = given);
    const result = await commands.run({ ...common, command: line, onOutput, onInput }, never);
    expect(result).toMatchObject({ exitCode: 0, leftRunning: false });
    expect(joinOutput(result)).toBe('closed\nend\n');
  });
});
