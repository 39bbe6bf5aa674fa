import type { Clock, Files, Log } from '../host.js';
import type { Roots } from '../repository/roots.js';

/** Who works under a checkpoint: a process, so that one that was killed can be told from one that goes on. */
export interface JournalOwner {
  name: string;
  isAlive(name: string): boolean;
}

export interface JournalParts {
  files: Files;
  roots: Roots;
  /** Outside the workspace. */
  stateFolder: string;
  clock: Clock;
  randomHex: (digits: number) => string;
  owner: JournalOwner;
  log: Log;
}
