/**
 * Runs the built command line on a terminal of its own, which `script` (util-linux) makes, and types there. At its end
 * `stty -a` says in which state it left the terminal.
 */
import { spawn } from 'node:child_process';
import { quoteWords } from '../../src/node/shellQuote.js';
import { until } from '../node/processes.js';
import { program, type CliOptions } from './cli.js';

export interface TerminalRun {
  /** All that has stood on the terminal, what it echoes itself included. */
  screen(): string;
  type(keys: string): void;
  /** Resolves when this stands there, behind what earlier calls have waited for. */
  shows(text: string): Promise<void>;
  ended: Promise<number | null>;
}

export function startOnTerminal(args: readonly string[], options: CliOptions): TerminalRun {
  const { DEEPSEEK_API_KEY: _key, BALEEN_BASE_URL: _url, BALEEN_ALLOWED_HOSTS: _hosts, ...inherited } = process.env;
  const line = `${quoteWords([process.execPath, program, ...args])}; code=$?; stty -a; exit $code`;
  // Our end is a pipe, for which it would turn the terminal's echo off.
  const child = spawn('script', ['-q', '-e', '-E', 'always', '-c', line, '/dev/null'], {
    cwd: options.cwd,
    env: { ...inherited, SHELL: '/bin/sh', XDG_STATE_HOME: options.stateHome, ...options.env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let screen = '';
  let seen = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => (screen += text));
  child.stdin.on('error', () => undefined);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return {
    screen: () => screen,
    type: (keys) => void child.stdin.write(keys),
    async shows(text) {
      await until(() => screen.includes(text, seen));
      seen = screen.indexOf(text, seen) + text.length;
    },
    ended,
  };
}
