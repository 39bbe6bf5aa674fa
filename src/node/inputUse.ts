/** What the processes of a command do with its input, as Linux tells of each thread that is blocked (proc(5)). */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { isInputOf } from './commandPipes.js';
import { codeOf } from './errnoCode.js';
import type { Process } from './processTree.js';

/**
 * `reads`: does nothing until something is typed. `idles`: waits for input in one of its threads, or until a time that it
 * has set. `listens`: waits for several things, of which input may be one. `unknown`: whoever holds it cannot be looked at.
 */
export type InputUse = 'reads' | 'idles' | 'listens' | 'unknown' | 'unused';

/** Where several processes hold the input, the first of these that one of them shows. */
const surestFirst: readonly InputUse[] = ['reads', 'idles', 'listens', 'unknown', 'unused'];

interface SystemCalls {
  /** The first argument is the descriptor. */
  read: readonly number[];
  /** The first argument is an epoll descriptor; `timed` has its timeout as the fourth, in milliseconds. */
  epoll: readonly number[];
  /** What they wait for stands in the memory of the process. */
  poll: readonly number[];
}

/** By `process.arch`. read, readv, recvfrom, recvmsg; epoll_wait, epoll_pwait; poll, ppoll, select, pselect6, io_uring_enter. */
const systemCalls: Partial<Record<NodeJS.Architecture, SystemCalls>> = {
  x64: { read: [0, 19, 45, 47], epoll: [232, 281], poll: [7, 271, 23, 270, 426, 441] },
  arm64: { read: [63, 65, 207, 212], epoll: [22], poll: [73, 72, 426, 441] },
};

/** Of one process; a program with more threads is looked at in part. */
const mostThreads = 64;

export const canSeeInputUse = process.platform === 'linux' && systemCalls[process.arch] !== undefined;

/** `tree`: all processes of the command that has this mark. */
export async function findInputUse(tree: readonly Process[], mark: string): Promise<InputUse> {
  const calls = systemCalls[process.arch];
  if (!canSeeInputUse || calls === undefined) return 'unknown';
  const parents = new Set(tree.map(({ parent }) => parent));
  const uses = await Promise.all(tree.map(({ pid }) => usesOf(pid, mark, calls, parents.has(pid))));
  const found = new Set(uses.flat());
  return surestFirst.find((use) => found.has(use)) ?? 'unused';
}

async function usesOf(pid: number, mark: string, calls: SystemCalls, hasChildren: boolean): Promise<InputUse[]> {
  let links: Map<number, string>;
  try {
    links = await readDescriptors(pid);
  } catch (error) {
    return [isGone(error) ? 'unused' : 'unknown'];
  }
  const inputs = new Set([...links].filter(([, link]) => isInputOf(link, mark)).map(([descriptor]) => descriptor));
  if (inputs.size === 0) return ['unused'];
  const holder = { pid, links, inputs, hasChildren };
  try {
    const threads = (await readdir(`/proc/${pid}/task`)).slice(0, mostThreads);
    return await Promise.all(threads.map((thread) => useOf(Number(thread), holder, calls)));
  } catch (error) {
    return [isGone(error) ? 'unused' : 'unknown'];
  }
}

/** A process with our input among its descriptors. */
interface Holder {
  pid: number;
  links: ReadonlyMap<number, string>;
  inputs: ReadonlySet<number>;
  /** The end of one may be what it waits for. */
  hasChildren: boolean;
}

async function useOf(thread: number, holder: Holder, calls: SystemCalls): Promise<InputUse> {
  const place = `/proc/${holder.pid}`;
  const blocked = parseSystemCall(await readFile(`${place}/task/${thread}/syscall`, 'latin1'));
  if (blocked === undefined) return 'unused';
  const { number, first, fourth } = blocked;
  const isMain = thread === holder.pid;
  if (calls.read.includes(number)) return holder.inputs.has(first) ? sureIf(isMain) : 'unused';
  if (calls.poll.includes(number)) return isMain ? 'listens' : 'unused';
  if (!calls.epoll.includes(number)) return 'unused';
  const watched = parseWatched(await readFile(`${place}/fdinfo/${first}`, 'latin1'));
  if (!watched.some((descriptor) => holder.inputs.has(descriptor))) return 'unused';
  const others = watched.filter((descriptor) => !holder.inputs.has(descriptor));
  const isAlone = others.every((descriptor) => ownOfLoop.test(holder.links.get(descriptor) ?? ''));
  return isAlone && !holder.hasChildren ? sureIf(isMain && fourth === endless) : 'listens';
}

/** What another thread reads may be for a key that ends the work of the main one. */
function sureIf(isNothingElse: boolean): InputUse {
  return isNothingElse ? 'reads' : 'idles';
}

async function readDescriptors(pid: number): Promise<Map<number, string>> {
  const names = await readdir(`/proc/${pid}/fd`);
  const links = await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')));
  return new Map(names.map((name, at) => [Number(name), links[at]!]));
}

const endless = 0xffffffff;

/** `undefined` for a thread that runs, or is blocked in no system call. */
export function parseSystemCall(line: string): { number: number; first: number; fourth: number } | undefined {
  const words = line.trim().split(' ');
  if (words.length < 7) return undefined;
  const low = (word: string): number => Number(BigInt.asUintN(32, BigInt(word)));
  return { number: Number(words[0]), first: low(words[1]!), fourth: low(words[4]!) };
}

const readable = 0x1;

/** Descriptors that an epoll instance watches for something to read, from its `fdinfo`. */
export function parseWatched(fdinfo: string): number[] {
  const rows = [...fdinfo.matchAll(/^tfd:\s*(\d+)\s+events:\s*([0-9a-f]+)/gm)];
  return rows.filter((row) => (Number.parseInt(row[2]!, 16) & readable) !== 0).map((row) => Number(row[1]));
}

/** What an event loop keeps for itself: to be woken by its own threads, and by signals. */
const ownOfLoop = /^(?:pipe:|anon_inode:\[(?:eventfd|signalfd|io_uring|eventpoll)\])/;

function isGone(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ESRCH';
}
