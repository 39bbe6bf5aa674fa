/** A command that waits for input as the model is told of it, over the real tools and real processes. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { InputWait } from '../../../src/protocol/inputWait.js';
import { until } from '../../node/processes.js';
import { createBench, type Bench } from './bench.js';

let bench: Bench;
let waits: (InputWait | undefined)[];
beforeEach(async () => {
  bench = await createBench();
  waits = [];
  const { commands } = bench.host;
  // As both programs do: without somebody who could type, a command's input is empty.
  bench.host.commands = {
    ...commands,
    run: (request, signal) => commands.run({ ...request, onInput: () => undefined }, signal),
  };
  bench.context.inputWait = (wait) => waits.push(wait);
});
afterEach(async () => {
  vi.useRealTimers();
  await bench.dispose();
});

async function nextWait(): Promise<InputWait> {
  await until(() => waits.at(-1) !== undefined);
  return waits.at(-1)!;
}

describe('run_command', () => {
  it('that nobody answers says after its time what it waited for, and what to do', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const command = 'echo "2 packages"; printf "Proceed? [y/N] "; read x';
    const called = bench.call('run_command', { command, timeout_seconds: 3600 });
    await until(async () => {
      await vi.advanceTimersByTimeAsync(500);
      return waits.length > 0;
    });
    await vi.advanceTimersByTimeAsync(3_600_000);
    vi.useRealTimers();
    const { text, failed } = await called;
    expect(failed).toBe(true);
    expect(text).toMatch(/^timed out after .*; the command and what it started were ended\n/);
    expect(text).toContain(
      '\nIt waited for input, and nobody gave any: “Proceed? [y/N]”. Use an option that needs no answer (such as --yes), ',
    );
    expect(text).toContain('\n2 packages\nProceed? [y/N] ');
  });

  it('that the user answers says that, and what was typed only if the command printed it', async () => {
    const command = 'printf "Password: "; read -s word; echo; printf "Name? "; read name; echo "${#word} for $name"';
    const called = bench.call('run_command', { command });
    const password = await nextWait();
    expect(password).toMatchObject({ question: 'Password:', sure: true });
    expect(bench.host.commands.answer(password.id, 'orca-and-krill\n')).toBe(true);
    const name = await nextWait();
    expect(name.question).toBe('Name?');
    bench.host.commands.answer(name.id, 'whale\n');
    const result = await called;
    expect(result.failed).toBe(false);
    expect(result.text).toContain('The user typed into it while it ran; what was typed is not shown to you.');
    expect(result.text).toContain('14 for whale\n');
    expect(JSON.stringify([result, bench.shown, bench.logged, waits])).not.toContain('krill');
    expect(waits.at(-1)).toBe(undefined);
  });

  it('that the user ends alone is stopped by the user, and the turn goes on', async () => {
    const called = bench.call('run_command', { command: 'printf "Go on? "; read x' });
    await bench.host.commands.find((await nextWait()).command)!.stop();
    const { text, failed } = await called;
    expect(text).toMatch(/^stopped by the user after \d/);
    expect(failed).toBe(true);
    expect(bench.context.signal.aborted).toBe(false);
  });

  it('in the background says what it waits for, and goes on with what is typed by command_output', async () => {
    const command = 'printf "Port? "; read port; echo "port $port"; sleep 300';
    const started = await bench.call('run_command', { command, background: true });
    const id = /c-[0-9a-f]{8}/.exec(started.text)![0];
    // The machine may have been too busy for it within the two seconds.
    await until(async () => (await bench.host.commands.find(id)!.look()).waits !== undefined);
    const waiting = await bench.call('command_output', { id, wait_seconds: 300 });
    expect(waiting.text).toMatch(/: running for .* s, waiting for input: “Port\?”\n/);
    const typed = await bench.call('command_output', { id, input: '8080\n', wait_seconds: 300 });
    expect(typed.text).toMatch(/: running for [^,\n]* s\n/);
    expect(typed.text).toContain('port 8080\n');
    expect(waits).toEqual([]);
  });
});
