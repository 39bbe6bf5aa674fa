import { cp, mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commitAll } from './smallRepository.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const copied = [
  'src',
  'docs',
  'media',
  'scripts',
  'test',
  'README.md',
  'LICENSE',
  'AGENTS.md',
  'package.json',
  'package-lock.json',
];

/** A repository of its own with this project's files: one that looks as repositories do. The caller removes it. */
export async function makeOwnRepository(): Promise<string> {
  const folder = join(await realpath(await mkdtemp(join(tmpdir(), 'baleen-own-'))), 'baleen');
  for (const name of copied) {
    await cp(join(root, name), join(folder, name), { recursive: true, filter: isOurs });
  }
  commitAll(folder, 'Begin');
  return folder;
}

/** What the bench installed for itself is none of this project's files. */
function isOurs(path: string): boolean {
  return basename(path) !== 'node_modules';
}
