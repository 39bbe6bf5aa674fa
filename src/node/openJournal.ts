/** The journal of a workspace by itself: what a crash left is looked for before anything else is needed. */
import type { Journal } from '../core/edits/checkpoint.js';
import { createJournal } from '../core/edits/journal.js';
import type { Files, Log, OpenDocuments } from '../core/host.js';
import type { Roots } from '../core/repository/roots.js';
import { createClock } from './clock.js';
import { createNodeFiles } from './files.js';
import { owner } from './owner.js';
import { randomHex } from './randomHex.js';
import { resolveRoots } from './resolveRoots.js';
import { workspaceStateFolder } from './stateFolder.js';

export interface OpenedJournal {
  journal: Journal;
  files: Files;
  /** Links in them are resolved. */
  roots: Roots;
  stateFolder: string;
}

export async function openJournal(
  folders: Roots,
  stateBase: string,
  log: Log,
  documents: OpenDocuments,
): Promise<OpenedJournal> {
  const files = createNodeFiles();
  const roots = await resolveRoots(files, log, folders);
  const stateFolder = workspaceStateFolder(stateBase, roots);
  const clock = createClock();
  const journal = createJournal({ files, roots, stateFolder, clock, randomHex, owner, log, documents });
  return { files, roots, stateFolder, journal };
}
