/** The commands of one program: run, kept in the background, found again, and ended with it. */
import { join } from 'node:path';
import type { CommandRequest, CommandResult, Commands, HeldBack, OutputPart } from '../core/host.js';
import { readConsoleEncodings } from './consoleEncodings.js';
import { cleanOutputLogs, readOutputLog } from './outputLog.js';
import { listProcesses } from './processTree.js';
import { startCommand, type RunningCommand } from './runningCommand.js';
import type { CommandSandbox } from './sandbox.js';
import type { ShellSettings } from './shell.js';
import { startWatchdog, type Watchdog } from './watchdog.js';
import { randomHex } from './randomHex.js';

export interface CommandSettings extends ShellSettings {
  /** Where whole outputs are kept; without it only their heads and tails are, in memory. */
  logFolder?: string;
  /** Absent: every command runs outside. */
  sandbox?: CommandSandbox;
}

/**
 * How often commands are looked at: those in the background, whether they live and which ports they have opened; all, once
 * they are silent, whether they wait for input.
 */
const lookMs = 1000;
/** Ended commands whose head and tail stay in memory. */
const mostEnded = 32;
const longestTimerMs = 2 ** 31 - 1;
const idPattern = /^c-[0-9a-f]{8}$/;

/** A shell that cannot be started is exit code 127 with a sentence as its output. */
export function createCommands(settings: CommandSettings = {}): Commands {
  const { logFolder } = settings;
  const program = randomHex(16);
  const all = new Map<string, RunningCommand>();
  const inBackground = new Map<string, RunningCommand>();
  const inForeground = new Set<RunningCommand>();
  const listeners = new Set<() => void>();
  const heldBackListeners = new Set<(command: string, found: HeldBack) => void>();
  let watchdog: Watchdog | undefined;
  let prepared: Promise<readonly string[] | undefined> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const tell = (id: string): void => {
    const command = inBackground.get(id);
    if (command === undefined) return;
    if (!command.state().running) inBackground.delete(id);
    for (const listener of [...listeners]) listener();
  };
  const onExit = (): void => {
    for (const command of all.values()) command.killNow();
  };
  const prepare = async (): Promise<readonly string[] | undefined> => {
    watchdog = startWatchdog(`${program}.`);
    if (watchdog === undefined) process.once('exit', onExit);
    if (logFolder !== undefined) await cleanOutputLogs(logFolder, Date.now());
    return readConsoleEncodings();
  };
  const start = async (
    request: CommandRequest,
    takesInput: boolean,
    signal?: AbortSignal,
  ): Promise<RunningCommand | undefined> => {
    const encodings = await (prepared ??= prepare());
    const mark = randomHex(8);
    const id = `c-${mark}`;
    const parts = { id, mark: `${program}.${mark}`, settings, logFolder, encodings, takesInput };
    const onHeldBack = (found: HeldBack): void => {
      for (const listener of [...heldBackListeners]) listener(request.command, found);
    };
    const command = await startCommand(request, { ...parts, onChange: () => tell(id), onHeldBack }, signal);
    if (command !== undefined) all.set(command.id, command);
    forgetEnded(all);
    return command;
  };
  const look = async (): Promise<void> => {
    for (const command of [...inForeground]) if (command.isLookDue()) await command.lookForWait();
    const processes = inBackground.size === 0 ? [] : await listProcesses();
    for (const command of [...inBackground.values()]) await command.note(processes);
    timer = undefined;
    lookLater();
  };
  const lookLater = (): void => {
    if (inBackground.size + inForeground.size > 0) timer ??= setTimeout(() => void look(), lookMs).unref();
  };
  const putInBackground = (command: RunningCommand): void => {
    if (!command.state().running) return;
    inBackground.set(command.id, command);
    command.unref();
    lookLater();
    tell(command.id);
  };

  return {
    async run(request, signal) {
      const command = signal.aborted ? undefined : await start(request, request.onInput !== undefined, signal);
      if (command === undefined) return nothingStarted;
      const stop = waitForStop(request.timeoutMs, signal);
      inForeground.add(command);
      lookLater();
      try {
        const reason = await Promise.race([command.shellDone.then(() => undefined), stop.reason]);
        inForeground.delete(command);
        if (reason === 'timeout') await command.lookForWait(true);
        const waited = reason === 'timeout' ? command.state().waits : undefined;
        if (reason !== undefined) await command.stop();
        else putInBackground(command);
        return { ...resultOf(command, reason), ...(waited === undefined ? {} : { waited }) };
      } finally {
        inForeground.delete(command);
        stop.dispose();
      }
    },
    async start(request) {
      const command = (await start(request, true))!;
      putInBackground(command);
      return command;
    },
    find: (id) => all.get(id),
    answer: (wait, text) => [...all.values()].some((command) => command.answer(wait, text)),
    background: () => [...inBackground.values()],
    readOutput: (id, from, mostBytes) => readOutput(id, from, mostBytes, all.get(id), logFolder),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    onHeldBack(listener) {
      heldBackListeners.add(listener);
      return () => void heldBackListeners.delete(listener);
    },
    async dispose() {
      clearTimeout(timer);
      await Promise.all([...all.values()].map((command) => command.stop()));
      process.off('exit', onExit);
      await watchdog?.end();
      watchdog = undefined;
      prepared = undefined;
    },
  };
}

const nothingStarted: CommandResult = {
  ...{ id: '', exitCode: null, durationMs: 0, timedOut: false, cancelled: true, leftRunning: false, readAs: [] },
  ...{ head: '', tail: '', omittedBytes: 0 },
};

function resultOf(command: RunningCommand, reason: StopReason | undefined): CommandResult {
  const { running, exitCode, stopped } = command.state();
  const heldBack = command.heldBack();
  return {
    id: command.id,
    exitCode: reason === undefined ? (exitCode ?? null) : null,
    durationMs: command.shellMs(),
    timedOut: reason === 'timeout',
    cancelled: reason === 'cancel',
    ...(stopped && reason === undefined ? { stopped: true as const } : {}),
    ...(command.answered() ? { answered: true as const } : {}),
    leftRunning: running,
    readAs: command.readAs(),
    ...(command.sandbox === 'none' ? {} : { sandbox: command.sandbox }),
    ...(heldBack === undefined ? {} : { heldBack }),
    ...command.kept(),
  };
}

async function readOutput(
  id: string,
  from: number,
  mostBytes: number,
  command: RunningCommand | undefined,
  logFolder: string | undefined,
): Promise<OutputPart | undefined> {
  if (logFolder === undefined || !idPattern.test(id)) return undefined;
  await command?.written();
  const part = await readOutputLog(join(logFolder, id), from, mostBytes);
  return part ?? (command?.outputBytes() === 0 ? { text: '', from: 0, to: 0, total: 0 } : undefined);
}

function forgetEnded(all: Map<string, RunningCommand>): void {
  const ended = [...all.values()].filter((command) => !command.state().running);
  for (const command of ended.slice(0, Math.max(0, ended.length - mostEnded))) all.delete(command.id);
}

type StopReason = 'timeout' | 'cancel';

function waitForStop(timeoutMs: number, signal: AbortSignal): { reason: Promise<StopReason>; dispose: () => void } {
  let dispose = (): void => undefined;
  const reason = new Promise<StopReason>((resolve) => {
    const timer = setTimeout(() => resolve('timeout'), Math.min(Math.max(timeoutMs, 1), longestTimerMs));
    const onAbort = (): void => resolve('cancel');
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    dispose = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
  });
  return { reason, dispose };
}
