/** TCP ports on which processes listen: what a server in the background can be reached at. */
import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Sorted. Empty on Windows, where nothing tells it without a program of ours. */
export async function findOpenPorts(pids: readonly number[]): Promise<number[]> {
  if (pids.length === 0) return [];
  const found = process.platform === 'linux' ? await readFromProc(pids) : await readFromLsof(pids);
  return [...new Set(found)].sort((a, b) => a - b);
}

async function readFromProc(pids: readonly number[]): Promise<number[]> {
  const sockets = await Promise.all(pids.map(listSockets));
  const found = await Promise.all(
    pids.map(async (pid, at) => {
      const mine = sockets[at]!;
      if (mine.size === 0) return [];
      // Of the process's own network namespace, which a sandbox may have given it.
      const tables = await Promise.all(
        ['tcp', 'tcp6'].map((name) => readFile(`/proc/${pid}/net/${name}`, 'latin1').catch(() => '')),
      );
      return tables.flatMap(parseListening).filter(({ inode }) => mine.has(inode));
    }),
  );
  return found.flat().map(({ port }) => port);
}

async function listSockets(pid: number): Promise<Set<string>> {
  const names = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const links = await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')));
  const inodes = links.map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1]);
  return new Set(inodes.filter((inode) => inode !== undefined));
}

const listening = '0A';

/** Rows of /proc/net/tcp (proc(5)): local address, state and inode are the second, fourth and tenth field. */
export function parseListening(table: string): { port: number; inode: string }[] {
  return table.split('\n').flatMap((row) => {
    const fields = row.trim().split(/\s+/);
    const port = /:([0-9A-F]{4})$/.exec(fields[1] ?? '')?.[1];
    const inode = fields[9];
    return port === undefined || inode === undefined || fields[3] !== listening
      ? []
      : [{ port: Number.parseInt(port, 16), inode }];
  });
}

async function readFromLsof(pids: readonly number[]): Promise<number[]> {
  if (process.platform === 'win32') return [];
  const args = ['-nP', '-a', '-iTCP', '-sTCP:LISTEN', '-p', pids.join(','), '-Fn'];
  // It fails where nothing listens.
  const { stdout } = await run('lsof', args).catch(() => ({ stdout: '' }));
  return [...stdout.matchAll(/^n.*:(\d+)$/gm)].map((match) => Number(match[1]));
}
