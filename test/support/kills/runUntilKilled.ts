import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Runs a program that is to end by SIGKILL: by itself, or where the environment says (`killAt.mjs`). */
export async function runUntilKilled(
  program: string,
  args: readonly string[],
  { cwd, env = {} }: { cwd: string; env?: Record<string, string> },
): Promise<void> {
  const given = ['--import', join(import.meta.dirname, 'killAt.mjs'), program, ...args];
  const child = spawn(process.execPath, given, {
    ...{ cwd, env: { ...process.env, ...env } },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (signal !== 'SIGKILL') throw new Error(`It was to be killed and ended with ${code}: ${err}`);
}
