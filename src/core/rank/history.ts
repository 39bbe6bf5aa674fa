import { Buffer } from 'node:buffer';
import type { Git } from '../host.js';

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

/** By path below the folder; empty outside of git, without commits, and where git fails. */
export async function readHistory(git: Git, root: string, signal?: AbortSignal): Promise<Map<string, FileHistory>> {
  // A signature would start a program that the repository names; renames would cost more than they tell.
  const args = [
    ...['log', '-z', `--max-count=${mostCommits}`, '--no-merges', '--no-show-signature', '--no-ext-diff'],
    ...['--no-textconv', '--no-renames', '--name-only', '--relative', `--format=tformat:%x01`, 'HEAD', '--', '.'],
  ];
  const answer = await git.run(root, args, signal).catch((error: unknown) => {
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
