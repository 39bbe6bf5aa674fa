import { execFileSync } from 'node:child_process';
import { lstatSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

export interface CorpusFiles {
  /** Regular files that git lists, relative. */
  paths: string[];
  bytes: number;
}

export interface Corpus extends CorpusFiles {
  name: string;
  folder: string;
  commit: string;
}

function runGit(folder: string, args: readonly string[]): string {
  return execFileSync('git', ['-C', folder, ...args], { maxBuffer: 1 << 30, encoding: 'utf8' });
}

/** git's list and an lstat of each: the least that anything which looks for changes has to do. */
export function listFiles(folder: string): CorpusFiles {
  const names = runGit(folder, ['ls-files', '-co', '--exclude-standard', '-z']).split('\0');
  let bytes = 0;
  const paths = [...new Set(names)].filter((name) => {
    const stat = name === '' ? undefined : lstatSync(join(folder, name), { throwIfNoEntry: false });
    if (stat?.isFile() !== true) return false;
    bytes += stat.size;
    return true;
  });
  return { paths, bytes };
}

export function openCorpus(path: string): Corpus {
  const folder = resolve(path);
  const commit = runGit(folder, ['rev-parse', '--short=8', 'HEAD']).trim();
  return { name: basename(folder), folder, commit, ...listFiles(folder) };
}
