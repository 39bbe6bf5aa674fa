/** Runs the built command line as a process of its own, with its state in a folder of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentEvent, AgentEventType, EventOf } from '../../src/protocol/events.js';

export const program = join(import.meta.dirname, '..', '..', 'dist', 'cli.cjs');

export interface CliRun {
  exitCode: number | null;
  stdout: string;
  stderr: string;
  /** stdout read as JSON lines. */
  events(): AgentEvent[];
  ofType<T extends AgentEventType>(type: T): EventOf<T>[];
}

export interface CliOptions {
  cwd: string;
  /** From `makeStateHome`; runs that share it share snapshot, journal and sessions. */
  stateHome: string;
  env?: Record<string, string>;
  signal?: AbortSignal;
  /** What an abort of `signal` sends; SIGINT if not given. */
  killWith?: NodeJS.Signals;
  /** Another copy of the program, and who runs it. */
  program?: string;
  uid?: number;
  /** Called with the process as soon as it runs. */
  onStart?: (child: ChildProcess) => void;
}

export function makeStateHome(): string {
  return mkdtempSync(join(tmpdir(), 'baleen-state-'));
}

export function runCli(args: readonly string[], options: CliOptions): Promise<CliRun> {
  const { DEEPSEEK_API_KEY: _key, BALEEN_BASE_URL: _url, BALEEN_ALLOWED_HOSTS: _hosts, ...inherited } = process.env;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [options.program ?? program, ...args], {
      cwd: options.cwd,
      ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
      env: { ...inherited, XDG_STATE_HOME: options.stateHome, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    options.onStart?.(child);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    options.signal?.addEventListener('abort', () => child.kill(options.killWith ?? 'SIGINT'), { once: true });
    child.on('error', reject);
    child.on('close', (exitCode) => {
      const events = (): AgentEvent[] =>
        stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as AgentEvent);
      const ofType = <T extends AgentEventType>(type: T): EventOf<T>[] =>
        events().filter((event): event is EventOf<T> => event.type === type);
      resolve({ exitCode, stdout, stderr, events, ofType });
    });
  });
}
