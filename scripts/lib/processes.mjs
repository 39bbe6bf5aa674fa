// Child processes for the scripts: run one to its end, or keep a group that can be ended as a whole.
import { spawn } from 'node:child_process';

const TAIL_CHARACTERS = 4000;

/**
 * Runs a program to its end without showing its output. Throws with the end of that output if it fails.
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<string>} stdout and stderr in their order of arrival
 */
export async function runQuietly(program, args, options = {}) {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (output += text));
  const ended = await waitForEnd(child);
  if (ended.code !== 0) {
    const how = ended.error?.message ?? (ended.signal === null ? `exit code ${ended.code}` : `signal ${ended.signal}`);
    throw new Error(
      `\`${[program, ...args].join(' ')}\` failed (${how}).\n${output.slice(-TAIL_CHARACTERS).trimEnd()}`,
    );
  }
  return output;
}

/**
 * Runs a program to its end on this terminal.
 * @returns {Promise<number>} its exit code; 127 if it does not exist, 128 if a signal ended it
 */
export async function runShown(program, args, options = {}) {
  const ended = await waitForEnd(spawn(program, args, { ...options, stdio: 'inherit' }));
  return ended.error ? 127 : (ended.code ?? 128);
}

/** Resolves when a child has ended or could not be started; never rejects. */
export function waitForEnd(child) {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, error }));
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

/** Ends a process group (a child started with `detached: true`): asks, waits up to `graceMs`, then kills. */
export async function endGroup(child, graceMs = 5000) {
  if (child.pid === undefined) return;
  const ended = child.exitCode !== null || child.signalCode !== null ? Promise.resolve() : waitForEnd(child);
  signalGroup(child.pid, 'SIGTERM');
  let timer;
  const grace = new Promise((resolve) => (timer = setTimeout(resolve, graceMs)));
  await Promise.race([ended, grace]);
  clearTimeout(timer);
  signalGroup(child.pid, 'SIGKILL');
  await ended;
}

/** Sends a signal to every process of a group; a group that is gone is no error. */
export function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
