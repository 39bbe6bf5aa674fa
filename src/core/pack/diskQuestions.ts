/** What tools ask of the files of the open workspace as they are on disk now; neither pack nor log changes by it. */
import { listWorkspace } from '../repository/workspaceListing.js';
import { createFolderScans, listWithReasons } from './folderLook.js';
import { createHiddenInGit } from './hiddenInGit.js';
import type { OpenPack } from './openPack.js';
import { findOriginals } from './originals.js';
import type { Packer } from './packer.js';
import type { PackPorts } from './ports.js';
import type { FileReader } from './reader.js';
import { searchFiles } from './search.js';
import { findHidden, holdsSecrets } from './taint.js';

export type DiskQuestions = Pick<
  Packer,
  'list' | 'findHidden' | 'holdsSecrets' | 'hiddenInGit' | 'search' | 'scan' | 'changedSince' | 'originals'
>;

/** `newest` throws a sentence while nothing is open. */
export function createDiskQuestions(ports: PackPorts, reader: FileReader, newest: () => OpenPack): DiskQuestions {
  const scans = createFolderScans(ports);
  const hiddenInGit = createHiddenInGit(ports);
  return {
    list: async (query, signal) => listWithReasons(ports, reader, newest(), query, signal),
    findHidden: async (paths, signal) => findHidden(ports, reader, newest(), paths, signal),
    holdsSecrets: async (path) => holdsSecrets(ports.files, reader, newest().roots, path),
    hiddenInGit: async (signal) => hiddenInGit.list(newest(), signal),
    async search(query, signal) {
      const open = newest();
      const { files } = await listWorkspace(ports, open, signal);
      return searchFiles(reader, open.roots, files, query, signal);
    },
    scan: async (signal) => scans.scan(newest(), signal),
    changedSince: async (scan) => scans.changedSince(newest(), scan),
    originals: async (paths) => findOriginals(newest(), scans.looksBefore(), paths),
  };
}
