/** A shell as a process of its own: its end, its output as bytes, its input. */
import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { messageOf } from '../core/errors.js';
import { openCommandPipes } from './commandPipes.js';
import type { WaitedOutput } from './outputWait.js';
import { interruptGroup } from './processTree.js';
import type { ShellCall } from './shell.js';

export interface ShellEnd {
  /** `null` if it was killed. */
  exitCode: number | null;
  /** Why it was not started, in a sentence. */
  problem?: string;
}

export interface CommandProcess {
  /** `undefined` if it could not be started. */
  pid: number | undefined;
  end: Promise<ShellEnd>;
  output: WaitedOutput;
  /** A lone Ctrl-D closes the input, a lone Ctrl-C interrupts. */
  write(text: string): boolean;
  /** This program may end although the process has not. */
  unref: () => void;
  /** Nothing of it is read or written any more. */
  close(): void;
}

/** Takes the bytes of one stream; while a promise that it answers with is open, no more are read. */
export interface OutputSink {
  take(chunk: Uint8Array): Promise<void> | undefined;
  end(): void;
}

interface ProcessParts {
  mark: string;
  call: ShellCall;
  cwd: string;
  takesInput: boolean;
  openSink: () => OutputSink;
}

/** `undefined` if `signal` aborted before anything was started. */
export async function startProcess(parts: ProcessParts, signal?: AbortSignal): Promise<CommandProcess | undefined> {
  const pipes = await openCommandPipes(parts.mark, parts.takesInput);
  if (signal?.aborted === true) {
    pipes?.closeChildEnds();
    pipes?.output.destroy();
    pipes?.input?.destroy();
    return undefined;
  }
  const { program, args, env, options } = parts.call;
  const output = pipes?.outputEnd ?? 'pipe';
  const stdio = [pipes?.inputEnd ?? (parts.takesInput ? 'pipe' : 'ignore'), output, output] as const;
  const child = spawn(program, args, { ...options, cwd: parts.cwd, env, stdio: [...stdio] });
  pipes?.closeChildEnds();
  const input = pipes?.input ?? child.stdin;
  // Writing to a process that has closed its input is no failure of the command.
  input?.on('error', () => undefined);
  const streams: (Readable | null)[] = pipes === undefined ? [child.stdout, child.stderr] : [pipes.output];
  const read = readStreams(
    streams.filter((stream) => stream !== null),
    parts.openSink,
  );
  return {
    pid: child.pid,
    end: waitForEnd(child, parts.cwd),
    output: read.output,
    write: (text) => writeInput(child, input, text),
    unref() {
      child.unref();
      for (const stream of [...read.streams, input]) if (stream instanceof Socket) stream.unref();
    },
    close() {
      input?.destroy();
      for (const stream of read.streams) stream.destroy();
    },
  };
}

/** What there is of a process that was never started. */
export function neverStarted(end: ShellEnd): CommandProcess {
  return {
    pid: undefined,
    end: Promise.resolve(end),
    output: { closed: Promise.resolve(), isClosed: () => true, lastDataAt: () => 0 },
    write: () => false,
    unref: () => undefined,
    close: () => undefined,
  };
}

function waitForEnd(child: ChildProcess, cwd: string): Promise<ShellEnd> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      resolve({ exitCode: 127, problem: `The shell could not be started in ${cwd}: ${messageOf(error)}` });
    });
    child.once('exit', (exitCode) => resolve({ exitCode }));
  });
}

function writeInput(child: ChildProcess, input: Writable | null, text: string): boolean {
  const { pid } = child;
  if (pid === undefined || input === null || !input.writable) return false;
  if (text === '\u0003') {
    // The number of a shell that has ended may be another's.
    if (child.exitCode !== null || child.signalCode !== null) return false;
    interruptGroup(pid);
  } else if (text === '\u0004') input.end();
  else input.write(text);
  return true;
}

function readStreams(streams: Readable[], openSink: () => OutputSink): { streams: Readable[]; output: WaitedOutput } {
  let lastDataAt = performance.now();
  let isClosed = false;
  const ends = streams.map((stream) => {
    const sink = openSink();
    stream.on('data', (chunk: Buffer) => {
      lastDataAt = performance.now();
      const wait = sink.take(chunk);
      if (wait === undefined) return;
      stream.pause();
      void wait.then(() => stream.resume());
    });
    stream.on('error', () => undefined);
    return new Promise<void>((resolve) => {
      stream.once('close', () => {
        sink.end();
        resolve();
      });
    });
  });
  const closed = Promise.all(ends).then(() => {
    isClosed = true;
  });
  return { streams, output: { closed, isClosed: () => isClosed, lastDataAt: () => lastDataAt } };
}
