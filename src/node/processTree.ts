import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { markerVariable } from './commandEnvironment.js';

const run = promisify(execFile);

interface Process {
  pid: number;
  parent: number;
  group: number;
  /** With the pid it names one process for good: pids are used again. */
  startedAt: string;
  marked: boolean;
}

const pollMs = 40;
const graceMs = 600;
const giveUpMs = 1500;

/**
 * Ends a command's processes: SIGTERM, and SIGKILL after 0.6 s; gives up after 1.5 s. Found are those of the shell's
 * group, its descendants, and whatever carries the command's mark in its environment, wherever it has moved to.
 */
export async function killTree(shellPid: number, marker: string): Promise<void> {
  if (process.platform === 'win32') {
    await run('taskkill', ['/PID', String(shellPid), '/T', '/F']).catch(() => undefined);
    return;
  }
  const known = new Map<number, string>();
  const startedAt = performance.now();
  for (;;) {
    const alive = await findTree(shellPid, marker, known);
    if (alive.length === 0) return;
    const elapsed = performance.now() - startedAt;
    for (const one of alive) {
      if (elapsed >= graceMs) send(one.pid, 'SIGKILL');
      // Each is told once: some programs take a second SIGTERM as an order to leave their work as it is.
      else if (!known.has(one.pid)) send(one.pid, 'SIGTERM');
      known.set(one.pid, one.startedAt);
    }
    if (elapsed > giveUpMs) return;
    await sleep(pollMs);
  }
}

/** For the moment when our own process ends and there is no time to look. */
export function killGroupNow(shellPid: number): void {
  send(process.platform === 'win32' ? shellPid : -shellPid, 'SIGKILL');
}

export function interruptGroup(shellPid: number): void {
  send(process.platform === 'win32' ? shellPid : -shellPid, 'SIGINT');
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
}

async function findTree(shellPid: number, marker: string, known: ReadonlyMap<number, string>): Promise<Process[]> {
  const all = process.platform === 'linux' ? await listFromProc(marker) : await listFromPs(marker);
  const mine = new Set<number>();
  for (const one of all) {
    const isKnown = known.get(one.pid) === one.startedAt;
    if (one.marked || isKnown || one.group === shellPid || one.pid === shellPid) mine.add(one.pid);
  }
  for (let grew = true; grew;) {
    grew = false;
    for (const one of all) {
      if (mine.has(one.pid) || !mine.has(one.parent)) continue;
      mine.add(one.pid);
      grew = true;
    }
  }
  return all.filter((one) => mine.has(one.pid) && one.pid !== process.pid);
}

async function listFromProc(marker: string): Promise<Process[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map((pid) => readProc(Number(pid), marker)));
  return found.filter((one) => one !== undefined);
}

async function readProc(pid: number, marker: string): Promise<Process | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
    // The name in parentheses may hold anything; the fields after it are numbers (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, parent, group] = fields;
    if (state === undefined || state === 'Z' || state === 'X') return undefined;
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
    return {
      pid,
      parent: Number(parent),
      group: Number(group),
      startedAt: fields[19] ?? '',
      marked: environment.includes(`${markerVariable}=${marker}`),
    };
  } catch {
    return undefined;
  }
}

/** macOS and the BSDs: `-E` adds the environment to the command of processes of the same user. */
async function listFromPs(marker: string): Promise<Process[]> {
  const { stdout } = await run('ps', ['-Aww', '-E', '-o', 'pid=,ppid=,pgid=,state=,lstart=,command='], {
    maxBuffer: 64 * 1024 * 1024,
  }).catch(() => ({ stdout: '' }));
  const found: Process[] = [];
  for (const line of stdout.split('\n')) {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s/.exec(line);
    if (match === null || match[4]?.startsWith('Z')) continue;
    found.push({
      pid: Number(match[1]),
      parent: Number(match[2]),
      group: Number(match[3]),
      startedAt: match[5] ?? '',
      marked: line.includes(`${markerVariable}=${marker}`),
    });
  }
  return found;
}
