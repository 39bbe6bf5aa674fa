import { execFile } from 'node:child_process';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { markerVariable } from './commandEnvironment.js';
import { pipeName } from './commandPipes.js';

const run = promisify(execFile);

export interface Process {
  pid: number;
  parent: number;
  group: number;
  /** With the pid it names one process for good: pids are used again. */
  startedAt: string;
  /** The mark of the command whose environment it has inherited. */
  mark: string | undefined;
  /** Marks of the commands whose output it can write to; empty where that was not looked at. */
  writesTo: readonly string[];
  /** Its program is over and only the kernel is still at it, which takes long for the first of a sandbox. */
  isEnding: boolean;
}

/** Where the processes of a command are found from. */
export interface TreeRoot {
  /** The shell, which leads their group; `undefined` once it has ended, since then its number may be somebody else's. */
  pid: number | undefined;
  /** What every process of the command inherits. */
  mark: string;
}

/** Of the flags in /proc/PID/stat: PF_EXITING. */
const exitingFlag = 0x4;
const pollMs = 40;
const graceMs = 600;
const giveUpMs = 1500;

/**
 * Ends a command's processes: SIGTERM, and SIGKILL after 0.6 s; gives up after 1.5 s. Found are those of the shell's
 * group, its descendants, and whatever carries the command's mark in its environment or holds its output open, wherever
 * it has moved to.
 */
export async function killTree(root: TreeRoot, known = new Map<number, string>()): Promise<void> {
  if (process.platform === 'win32') {
    if (root.pid !== undefined) await run('taskkill', ['/PID', String(root.pid), '/T', '/F']).catch(() => undefined);
    return;
  }
  const told = new Set<number>();
  const startedAt = performance.now();
  for (;;) {
    const alive = treeOf(await listProcesses({ withOutputs: true }), root, known);
    if (alive.length === 0) return;
    const elapsed = performance.now() - startedAt;
    for (const one of alive) {
      if (elapsed >= graceMs) send(one.pid, 'SIGKILL');
      // Each is told once: some programs take a second SIGTERM as an order to leave their work as it is.
      else if (!told.has(one.pid)) send(one.pid, 'SIGTERM');
      told.add(one.pid);
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

/**
 * The processes of a command that are alive. `known` are those that were seen before, by pid and start: one that has
 * left the group, its parent and its environment is still one of them. It grows with what is found.
 */
export function treeOf(all: readonly Process[], root: TreeRoot, known: Map<number, string>): Process[] {
  const mine = new Set<number>();
  for (const one of all) {
    // All of our commands descend from us.
    if (one.pid === process.pid) continue;
    const isKnown = known.get(one.pid) === one.startedAt;
    const isMarked = one.mark === root.mark || one.writesTo.includes(root.mark);
    if (isMarked || isKnown || (root.pid !== undefined && one.group === root.pid)) mine.add(one.pid);
  }
  for (let grew = true; grew;) {
    grew = false;
    for (const one of all) {
      if (mine.has(one.pid) || !mine.has(one.parent)) continue;
      mine.add(one.pid);
      grew = true;
    }
  }
  const found = all.filter((one) => mine.has(one.pid) && one.pid !== process.pid);
  for (const one of found) known.set(one.pid, one.startedAt);
  return found;
}

/** Every process that can be seen, except those that have ended and were not waited for. None on Windows. */
export async function listProcesses({ withOutputs = false } = {}): Promise<Process[]> {
  if (process.platform === 'win32') return [];
  return process.platform === 'linux' ? listFromProc(withOutputs) : listFromPs();
}

async function listFromProc(withOutputs: boolean): Promise<Process[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map((pid) => readProc(Number(pid), withOutputs)));
  return found.filter((one) => one !== undefined);
}

async function readProc(pid: number, withOutputs: boolean): Promise<Process | undefined> {
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
      isEnding: (Number(fields[6]) & exitingFlag) !== 0,
      mark: markIn(environment),
      writesTo: withOutputs ? await readOutputs(pid) : [],
    };
  } catch {
    return undefined;
  }
}

const pipePattern = new RegExp(`/${pipeName('([0-9a-f.]+)')}`);

async function readOutputs(pid: number): Promise<string[]> {
  const names = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const marks = await Promise.all(names.map((name) => readOutput(`/proc/${pid}/fd/${name}`)));
  return marks.filter((mark) => mark !== undefined);
}

/** Of a descriptor that can be written to: the other end is our own. */
async function readOutput(descriptor: string): Promise<string | undefined> {
  const mark = pipePattern.exec(await readlink(descriptor).catch(() => ''))?.[1];
  if (mark === undefined) return undefined;
  const stat = await lstat(descriptor).catch(() => undefined);
  return stat !== undefined && (stat.mode & 0o200) !== 0 ? mark : undefined;
}

/** macOS and the BSDs: `-E` adds the environment to the command of processes of the same user. */
async function listFromPs(): Promise<Process[]> {
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
      isEnding: match[4]!.includes('E'),
      mark: markIn(line),
      writesTo: [],
    });
  }
  return found;
}

const markPattern = new RegExp(`(?:^|[\\0 ])${markerVariable}=([0-9a-f.]+)`);

function markIn(environment: string): string | undefined {
  return markPattern.exec(environment)?.[1];
}
