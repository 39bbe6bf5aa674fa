/** This process by a name that no later one has, also where numbers are used again (containers begin at the same ones). */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { JournalOwner } from '../core/edits/journalParts.js';
import { isAlive } from './isAlive.js';

const machine = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
const ownName = nameOf(process.pid);

export const owner: JournalOwner = {
  name: ownName,
  isAlive(name) {
    if (name === ownName) return true;
    const [on, pid] = name.split('-');
    // A folder may be shared with another machine, whose processes cannot be seen from here.
    if (on !== machine) return true;
    return isAlive(Number(pid)) && name === nameOf(Number(pid));
  },
};

/** Where the system tells it, with the moment of the start, in its own ticks. */
function nameOf(pid: number): string {
  let started = '0';
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name of the program may hold anything; behind its last bracket stand plain fields, the start the 22nd of all.
    started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '0';
  } catch {
    // No such files on this system.
  }
  return `${machine}-${pid}-${started}`;
}
