import { Buffer } from 'node:buffer';
import type { Git } from '../host.js';
import { underName, type Roots } from '../repository/roots.js';

/** What the last commits did to a file. */
export interface FileHistory {
  commits: number;
  /** A commit counts half as much as one that is so many commits younger. */
  weight: number;
}

const mostCommits = 400;
const halfLife = 60;
/** A commit that touches more files than this is a sweep, and says nothing about any of them. */
const mostFilesOfCommit = 200;
const commitMark = '\u0001';

/** By workspace path; nothing of a folder outside of git, without commits, or where git fails. */
export async function readHistory(git: Git, roots: Roots, signal?: AbortSignal): Promise<Map<string, FileHistory>> {
  const history = new Map<string, FileHistory>();
  for (const root of roots) {
    const ofRoot = await readRootHistory(git, root.folder, signal);
    for (const [path, one] of ofRoot) history.set(underName(root, path), one);
  }
  return history;
}

async function readRootHistory(git: Git, folder: string, signal?: AbortSignal): Promise<Map<string, FileHistory>> {
  // A signature would start a program that the repository names; renames would cost more than they tell.
  const args = [
    ...['log', '-z', `--max-count=${mostCommits}`, '--no-merges', '--no-show-signature', '--no-ext-diff'],
    ...['--no-textconv', '--no-renames', '--name-only', '--relative', `--format=tformat:%x01`, 'HEAD', '--', '.'],
  ];
  const answer = await git.run(folder, args, signal).catch((error: unknown) => {
    signal?.throwIfAborted();
    if (error instanceof Error) return undefined;
    throw error;
  });
  if (answer === undefined || answer.exitCode !== 0) return new Map();
  const { stdout } = answer;
  return weighCommits(Buffer.from(stdout.buffer, stdout.byteOffset, stdout.byteLength).toString('utf8'));
}

function weighCommits(log: string): Map<string, FileHistory> {
  const history = new Map<string, FileHistory>();
  const commits = log.split(commitMark).slice(1);
  for (const [age, commit] of commits.entries()) {
    const paths = commit
      .split('\0')
      .map((path) => path.replace(/^\n+/, ''))
      .filter((path) => path !== '');
    if (paths.length > mostFilesOfCommit) continue;
    const weight = 2 ** (-age / halfLife);
    for (const path of paths) {
      const before = history.get(path) ?? { commits: 0, weight: 0 };
      history.set(path, { commits: before.commits + 1, weight: before.weight + weight });
    }
  }
  return history;
}
