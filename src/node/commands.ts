import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { BaleenError, messageOf } from '../core/errors.js';
import type { CommandRequest, CommandResult, Commands } from '../core/host.js';
import { buildEnvironment, withheldVariables } from './commandEnvironment.js';
import { createKeptOutput } from './commandOutput.js';
import { openOutputPipe } from './outputPipe.js';
import type { Call, CommandSandbox, ConfinedCall } from './sandbox.js';
import { interruptGroup, killGroupNow, killTree } from './processTree.js';

export interface CommandSettings {
  /** Path or name of bash, sh, cmd or PowerShell; by default what the platform has. */
  shell?: string;
  extraEnv?: Readonly<Record<string, string>>;
  /** Globs of environment variables that commands do not see; by default `withheldVariables`. */
  withheld?: readonly string[];
  /** Absent: every command runs outside. */
  sandbox?: CommandSandbox;
}

/** How long a finished shell's output is waited for while something in the background holds the pipe. */
const quietMs = 1000;
const longestWaitMs = 3000;
const longestTimerMs = 2 ** 31 - 1;

/**
 * Runs each line in a shell of its own. What is written to its input goes to stdin; a lone Ctrl-D closes stdin and a
 * lone Ctrl-C interrupts. Without `onInput` stdin is empty. `run` never rejects: a shell that cannot be started is
 * exit code 127 with a sentence as its output.
 */
export function createCommands(settings: CommandSettings = {}): Commands {
  return { run: (request, signal) => runCommand(request, signal, settings) };
}

async function runCommand(
  request: CommandRequest,
  signal: AbortSignal,
  settings: CommandSettings,
): Promise<CommandResult> {
  const startedAt = performance.now();
  const kept = createKeptOutput();
  let confined: ConfinedCall | undefined;
  const finish = (exitCode: number | null, timedOut: boolean, cancelled: boolean): CommandResult => ({
    exitCode,
    durationMs: Math.round(performance.now() - startedAt),
    timedOut,
    cancelled,
    ...kept.finish(),
    ...(confined === undefined || confined.level === 'none' ? {} : { sandbox: confined.level }),
  });
  if (signal.aborted) return finish(null, false, true);
  const marker = randomBytes(8).toString('hex');
  const onText = (text: string): void => {
    kept.add(text);
    request.onOutput(text);
  };
  const call = callShell(request, settings, marker);
  try {
    confined = await confine(call, request, settings);
  } catch (error) {
    onText(`Not run: ${messageOf(error)}\n`);
    return finish(126, false, false);
  }
  const pipe = await openOutputPipe();
  if (signal.aborted) {
    pipe?.closeWriteEnd();
    pipe?.readEnd.destroy();
    confined.release();
    return finish(null, false, true);
  }
  const shell = start(request, call, confined, pipe?.writeEnd ?? 'pipe');
  pipe?.closeWriteEnd();
  const shellEnd = waitForEnd(shell);
  const output = readOutput(shell, pipe === undefined ? [shell.stdout, shell.stderr] : [pipe.readEnd], onText);
  const { pid } = shell;
  if (pid === undefined) {
    const end = await shellEnd;
    confined.release();
    onText(`The shell could not be started in ${request.cwd}: ${end.problem ?? 'unknown reason'}\n`);
    return finish(127, false, false);
  }
  connectInput(shell, pid, request);
  const stop = waitForStop(request.timeoutMs, signal);
  const onExit = (): void => killGroupNow(pid);
  process.once('exit', onExit);
  try {
    const whole = shellEnd.then((end) => waitForOutput(output).then((background) => ({ end, background })));
    const first = await Promise.race([whole, stop.reason]);
    if (typeof first === 'string') {
      await killTree(pid, marker);
      await output.settle(100);
      return finish(null, first === 'timeout', first === 'cancel');
    }
    if (first.background) kept.add('[the shell has ended; a process that it started still runs in the background]\n');
    return finish(first.end.exitCode, false, false);
  } finally {
    process.off('exit', onExit);
    stop.dispose();
    output.detach();
    shell.stdin?.destroy();
    confined.release();
  }
}

interface ShellCall extends Call {
  options: Pick<SpawnOptions, 'detached' | 'windowsVerbatimArguments'>;
}

function callShell({ command }: CommandRequest, settings: CommandSettings, marker: string): ShellCall {
  const env = buildEnvironment(process.env, settings.withheld ?? withheldVariables, settings.extraEnv ?? {}, marker);
  if (process.platform !== 'win32') {
    const shell = settings.shell ?? ['/bin/bash', '/usr/bin/bash'].find((path) => existsSync(path)) ?? '/bin/sh';
    // One pipe for both streams keeps their order; the outer shell only joins them and is replaced by the inner one.
    const args = ['-c', 'exec "$@" 2>&1', 'sh', shell, '-c', command];
    return { program: '/bin/sh', args, env, options: { detached: true } };
  }
  const shell = settings.shell ?? process.env['ComSpec'] ?? 'cmd.exe';
  if (/(?:pwsh|powershell)(?:\.exe)?$/i.test(shell)) {
    return { program: shell, args: ['-NoProfile', '-NonInteractive', '-Command', command], env, options: {} };
  }
  const args = ['/d', '/s', '/c', `"${command}"`];
  return { program: shell, args, env, options: { windowsVerbatimArguments: true } };
}

/** Throws a sentence where the command may only run inside a sandbox and there is none. */
async function confine(call: Call, request: CommandRequest, settings: CommandSettings): Promise<ConfinedCall> {
  const { sandbox } = settings;
  if (sandbox !== undefined) return sandbox.confine(call, request.sandbox ?? 'open');
  if (request.sandbox === 'closed') throw new BaleenError('There is no sandbox for commands here.');
  return { ...call, level: 'none', release: () => undefined };
}

function start(
  request: CommandRequest,
  { options }: ShellCall,
  { program, args, env }: Call,
  output: number | 'pipe',
): ChildProcess {
  return spawn(program, [...args], {
    ...options,
    cwd: request.cwd,
    env,
    stdio: [request.onInput === undefined ? 'ignore' : 'pipe', output, output],
    windowsHide: true,
  });
}

interface ShellEnd {
  exitCode: number | null;
  problem?: string;
}

function waitForEnd(shell: ChildProcess): Promise<ShellEnd> {
  return new Promise((resolve) => {
    shell.once('error', (error) => resolve({ exitCode: 127, problem: messageOf(error) }));
    shell.once('exit', (exitCode) => resolve({ exitCode }));
  });
}

function connectInput(shell: ChildProcess, pid: number, request: CommandRequest): void {
  const { stdin } = shell;
  if (stdin === null) return;
  // Writing to a process that has closed its input is no failure of the command.
  stdin.on('error', () => undefined);
  request.onInput?.((text) => {
    if (text === '\u0003') interruptGroup(pid);
    else if (text === '\u0004') stdin.end();
    else if (stdin.writable) stdin.write(text);
  });
}

interface OutputReader {
  /** Resolves when every writer has closed the pipe. */
  closed: Promise<void>;
  lastDataAt(): number;
  /** Lets what already stands in the pipe arrive. */
  settle(ms: number): Promise<void>;
  /** Reads on without keeping anything, so that a background process is neither blocked nor killed by a broken pipe. */
  detach(): void;
}

function readOutput(
  shell: ChildProcess,
  sources: readonly (Readable | null)[],
  onText: (text: string) => void,
): OutputReader {
  let isDetached = false;
  let lastDataAt = performance.now();
  const streams = sources.filter((stream): stream is Readable => stream !== null);
  const flushes: (() => void)[] = [];
  const ends = streams.map((stream) => {
    const decoder = new TextDecoder();
    let isFlushed = false;
    const flush = (): void => {
      if (isFlushed) return;
      isFlushed = true;
      const rest = decoder.decode();
      if (rest !== '' && !isDetached) onText(rest);
    };
    flushes.push(flush);
    stream.on('data', (chunk: Buffer) => {
      lastDataAt = performance.now();
      if (!isDetached) onText(decoder.decode(chunk, { stream: true }));
    });
    stream.on('error', () => undefined);
    return new Promise<void>((resolve) => {
      stream.once('close', () => {
        flush();
        resolve();
      });
    });
  });
  const closed = Promise.all(ends).then(() => undefined);
  return {
    closed,
    lastDataAt: () => lastDataAt,
    settle: (ms) => Promise.race([closed, delay(ms)]),
    detach() {
      for (const flush of flushes) flush();
      isDetached = true;
      shell.unref();
      for (const stream of streams) if (stream instanceof Socket) stream.unref();
    },
  };
}

/** Answers true if something in the background still holds the pipe. */
async function waitForOutput(output: OutputReader): Promise<boolean> {
  const endedAt = performance.now();
  let isClosed = false;
  void output.closed.then(() => {
    isClosed = true;
  });
  for (;;) {
    await output.settle(50);
    if (isClosed) return false;
    const now = performance.now();
    if (now - endedAt >= longestWaitMs || now - Math.max(endedAt, output.lastDataAt()) >= quietMs) return true;
  }
}

type StopReason = 'timeout' | 'cancel';

function waitForStop(timeoutMs: number, signal: AbortSignal): { reason: Promise<StopReason>; dispose: () => void } {
  let dispose = (): void => undefined;
  const reason = new Promise<StopReason>((resolve) => {
    const timer = setTimeout(() => resolve('timeout'), Math.min(Math.max(timeoutMs, 1), longestTimerMs));
    const onAbort = (): void => resolve('cancel');
    signal.addEventListener('abort', onAbort, { once: true });
    dispose = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
  });
  return { reason, dispose };
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
