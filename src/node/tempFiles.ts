/** Temp files that stand beside a file until they take its place: their names tell whose they are. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, readdir, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { isAlive } from './isAlive.js';
import { openRegular } from './regularFile.js';
import { randomHex } from './randomHex.js';

/** A folder may be shared with another machine, where the same number is another process. */
const machine = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
const ownName = new RegExp(`^\\.baleen-${machine}-([1-9]\\d{0,9})-[0-9a-f]{16}\\.tmp$`);

export function tempPathBeside(path: string): string {
  return join(dirname(path), `.baleen-${machine}-${process.pid}-${randomHex(16)}.tmp`);
}

/** Removes temp files of processes that are gone, where `isOurs` knows the bytes; answers with their names. */
export async function removeDeadTemps(
  folder: string,
  isOurs: (bytes: Uint8Array) => Promise<boolean> = async () => true,
): Promise<string[]> {
  const removed: string[] = [];
  for (const name of await readdir(folder)) {
    const pid = ownName.exec(name)?.[1];
    if (pid === undefined) continue;
    const path = join(folder, name);
    const stat = await lstat(path);
    if (!stat.isFile() || isMadeByLiving(Number(pid), stat.mtimeMs)) continue;
    if (!(await isOurs(await readWhole(path)))) continue;
    await unlink(path);
    removed.push(name);
  }
  return removed;
}

async function readWhole(path: string): Promise<Uint8Array> {
  const handle = await openRegular(path, constants.O_RDONLY);
  try {
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

function isMadeByLiving(pid: number, mtimeMs: number): boolean {
  if (pid !== process.pid) return isAlive(pid);
  // In a container the next process often has the number of the last: what is older than we are is not ours.
  const startedAtMs = Date.now() - process.uptime() * 1000;
  return mtimeMs > startedAtMs - 1000;
}
