/** A command is over when its programs are, however long the kernel takes to put the last of them away. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { ensureTools } from '../../scripts/installTools.mjs';
import { singleRoot } from '../../src/core/repository/roots.js';
import { createCommands } from '../../src/node/commands.js';
import { listProcesses } from '../../src/node/processTree.js';
import { createSandbox } from '../../src/node/sandbox.js';
import type { InputWait } from '../../src/protocol/inputWait.js';
import { until } from './processes.js';

beforeAll(() => ensureTools(), 300_000);

const dist = join(import.meta.dirname, '..', '..', 'dist');
let base: string;
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'baleen-ending-')));
  for (const name of ['work', 'state/here']) mkdirSync(join(base, name), { recursive: true });
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

/** The first process of a namespace cannot go before one in it that nobody waits for: this puts one there. */
async function holdBack(pid: number): Promise<() => void> {
  const asUser = process.getuid?.() === 0 ? [] : ['--user', '--preserve-credentials'];
  const line = 'sleep 1000 & exec sleep 1001';
  const holder = spawn('nsenter', ['--target', String(pid), ...asUser, '--pid', '--no-fork', 'sh', '-c', line]);
  await until(() => readFileSync(`/proc/${holder.pid}/cmdline`, 'latin1') === 'sleep\x001001\0');
  return () => void holder.kill('SIGKILL');
}

it('what only the kernel is still at is not said to run in the background', async () => {
  const places = { roots: singleRoot(join(base, 'work')), stateBase: join(base, 'state') };
  const stateFolder = join(places.stateBase, 'here');
  const sandbox = createSandbox({ ...places, stateFolder, programFolder: dist, env: process.env, isOn: () => true });
  const commands = createCommands({ sandbox });
  let wait: InputWait | undefined;
  const running = commands.run(
    {
      ...{ command: 'read x; echo got', cwd: join(base, 'work'), timeoutMs: 3_600_000, sandbox: 'open' },
      ...{ onOutput: () => undefined, onInput: () => undefined, onWait: (found) => (wait = found) },
    },
    new AbortController().signal,
  );
  await until(() => wait !== undefined);
  const { id, command } = wait!;
  const mine = (await listProcesses()).filter(({ mark }) => mark?.endsWith(command.slice(2)));
  const first = mine.find(({ pid }) => /^NSpid:.*\t1$/m.test(readFileSync(`/proc/${pid}/status`, 'latin1')))!;
  const release = await holdBack(first.pid);
  commands.answer(id, '\n');
  const result = await running;
  const stillThere = (await listProcesses()).find(({ pid }) => pid === first.pid);
  release();
  expect(stillThere).toMatchObject({ isEnding: true });
  expect(result).toMatchObject({ exitCode: 0, sandbox: 'open', leftRunning: false });
  expect(commands.background()).toEqual([]);
  expect(commands.find(command)!.state()).toMatchObject({ running: false });
  await commands.dispose();
});
