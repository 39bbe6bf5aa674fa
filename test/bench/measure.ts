/**
 * What a program costs, with everything that it starts. Linux only: it reads /proc.
 *
 * CPU is the growth of this process's `cutime + cstime`: user and system time of every descendant that was waited for,
 * git included, in ticks of 10 ms. A descendant that outlives its parent is missed. The peak is the highest sum of
 * resident memory over the tree, looked at every 10 ms, and never less than the highest mark of any one process; pages
 * that processes share count for each of them.
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface Cost {
  cpuMs: number;
  wallMs: number;
  peakBytes: number;
}

const tickMs = 10;
const lookEveryMs = 10;

/** CPU of every descendant that has ended and was waited for. */
export function childCpuMs(): number {
  const text = readFileSync('/proc/self/stat', 'utf8');
  // The program's name stands in parentheses and may hold spaces; the state, field 3, follows it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [cutime, cstime] = [fields[16 - 3], fields[17 - 3]];
  return (Number(cutime) + Number(cstime)) * tickMs;
}

/** Throws with the end of its error output if the program fails. One program at a time. */
export async function measure(
  program: string,
  args: readonly string[],
  { cwd, env }: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Cost & { stdout: string }> {
  const cpuBefore = childCpuMs();
  const startedAt = performance.now();
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let peakBytes = 0;
  const look = (): void => {
    if (child.pid !== undefined) peakBytes = Math.max(peakBytes, treeBytes(child.pid));
  };
  const timer = setInterval(look, lookEveryMs);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-4000)));
  try {
    const ended = await new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
      child.once('error', reject).once('close', (code, signal) => resolve(code ?? signal));
    });
    const wallMs = performance.now() - startedAt;
    if (ended !== 0) throw new Error(`${[program, ...args].join(' ')} ended with ${ended}.\n${stderr}`);
    return { cpuMs: childCpuMs() - cpuBefore, wallMs, peakBytes, stdout };
  } finally {
    clearInterval(timer);
  }
}

function treeBytes(root: number): number {
  let sum = 0;
  let highest = 0;
  for (const pid of treeOf(root)) {
    const status = readOrNothing(`/proc/${pid}/status`);
    sum += kilobytes(status, 'VmRSS');
    highest = Math.max(highest, kilobytes(status, 'VmHWM'));
  }
  return Math.max(sum, highest) * 1024;
}

function treeOf(root: number): number[] {
  const pids = [root];
  for (const pid of pids) {
    for (const thread of listOrNothing(`/proc/${pid}/task`)) {
      const children = readOrNothing(`/proc/${pid}/task/${thread}/children`);
      pids.push(...children.split(' ').filter(Boolean).map(Number));
    }
  }
  return pids;
}

function kilobytes(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
}

/** A process may end while it is looked at. */
function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function listOrNothing(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
