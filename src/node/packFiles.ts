import { join } from 'node:path';

/** What a packer reads of the program, as absolute paths. */
export interface PackFiles {
  /** The worker's bundle: the hash of its bytes names this build, in whatever thread the packer runs. */
  workerFile: string;
  tablesFile: string;
  /** With the grammars of outlines. */
  grammarsFolder: string;
}

/** Of the folder that holds the bundles. */
export function packFilesOf(programFolder: string): PackFiles {
  return {
    workerFile: join(programFolder, 'worker.cjs'),
    tablesFile: join(programFolder, 'deepseek.bin'),
    grammarsFolder: join(programFolder, 'grammars'),
  };
}
