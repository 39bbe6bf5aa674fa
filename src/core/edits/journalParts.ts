import type { Clock, Files, Log, OpenDocuments } from '../host.js';
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
  /** What is not saved stands there, and goes back there. */
  documents: Pick<OpenDocuments, 'unsaved' | 'replaceText'>;
  log: Log;
}
