import type { Files, Log } from '../core/host.js';
import type { Packer } from '../core/pack/packer.js';
import type { Roots } from '../core/repository/roots.js';
import { createNodeFiles } from './files.js';
import { openPackEngine } from './packEngine.js';
import { packFilesOf } from './packFiles.js';
import { resolveRoots } from './resolveRoots.js';
import { workspaceStateFolder } from './stateFolder.js';

export interface LocalPackerOptions {
  /** Links in them are resolved here. */
  folders: Roots;
  /** From `stateBaseFolder`. */
  stateBase: string;
  /** The folder that holds the bundles. */
  programFolder: string;
  log: Log;
}

export interface LocalPacker {
  packer: Packer;
  files: Files;
  roots: Roots;
  stateFolder: string;
}

/**
 * The packer in the thread that asks for it, for a program that does nothing else meanwhile: a second thread would cost
 * it as much as a small repository.
 */
export async function openLocalPacker({
  folders,
  stateBase,
  programFolder,
  log,
}: LocalPackerOptions): Promise<LocalPacker> {
  const files = createNodeFiles();
  const roots = await resolveRoots(files, log, folders);
  const packer = await openPackEngine(packFilesOf(programFolder), log);
  return { packer, files, roots, stateFolder: workspaceStateFolder(stateBase, roots) };
}
