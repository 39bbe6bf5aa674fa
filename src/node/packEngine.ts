import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../core/host.js';
import { createPackEngine } from '../core/pack/engine.js';
import { hashOf } from '../core/pack/frames.js';
import type { Packer } from '../core/pack/packer.js';
import { createTokenCounter } from '../core/tokens/counter.js';
import { loadTokenTables } from '../core/tokens/tables.js';
import { createBlockingFiles } from './blockingReads.js';
import { createNodeGit } from './git.js';
import type { PackFiles } from './packFiles.js';

/** The packer made of Node's parts. It blocks its thread for short whiles. */
export async function openPackEngine({ workerFile, tablesFile, grammarsFolder }: PackFiles, log: Log): Promise<Packer> {
  const [tables, program] = await Promise.all([readFile(tablesFile), readFile(workerFile)]);
  return createPackEngine({
    files: createBlockingFiles(),
    git: createNodeGit(),
    counter: createTokenCounter(loadTokenTables(tables)),
    loadGrammar: (name) => readFile(join(grammarsFolder, `${name}.wasm`)),
    programVersion: hashOf(program),
    log,
  });
}
