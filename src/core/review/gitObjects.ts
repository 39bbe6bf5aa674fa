/** Trees, the index and blobs by git's plumbing. `git diff` is never used: a repository can name programs for it to run. */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { BaleenError } from '../errors.js';
import type { Git } from '../host.js';

/** Blob hash by path, relative to the folder; regular files only. */
export type Tree = ReadonlyMap<string, string>;

export async function isInGit(git: Git, root: string): Promise<boolean> {
  try {
    const answer = await git.run(root, ['rev-parse', '--is-inside-work-tree']);
    return answer.exitCode === 0 && textOf(answer.stdout).trim() === 'true';
  } catch {
    return false;
  }
}

/** The commit of a name, or `undefined`. */
export async function findCommit(git: Git, root: string, name: string): Promise<string | undefined> {
  const answer = await git.run(root, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`]);
  return answer.exitCode === 0 ? textOf(answer.stdout).trim() : undefined;
}

/** Where two lines of work parted; without a common commit the first itself. */
export async function findMergeBase(git: Git, root: string, commit: string, head: string): Promise<string> {
  const answer = await git.run(root, ['merge-base', commit, head]);
  return answer.exitCode === 0 ? textOf(answer.stdout).trim() : commit;
}

export async function readTree(git: Git, root: string, commit: string): Promise<Tree> {
  const answer = await git.run(root, ['ls-tree', '-r', '-z', commit]);
  if (answer.exitCode !== 0) throw gitFailed('list the files of a commit', answer.stderr);
  return parseRows(answer.stdout, /^100\d{3} blob ([0-9a-f]+)\t([^]+)$/);
}

/** What is staged; files in a conflict are left out. */
export async function readIndex(git: Git, root: string): Promise<Tree> {
  const answer = await git.run(root, ['ls-files', '-s', '-z']);
  if (answer.exitCode !== 0) throw gitFailed('list the staged files', answer.stderr);
  return parseRows(answer.stdout, /^100\d{3} ([0-9a-f]+) 0\t([^]+)$/);
}

export async function readBlob(git: Git, root: string, hash: string): Promise<Uint8Array> {
  const answer = await git.run(root, ['cat-file', 'blob', hash]);
  if (answer.exitCode !== 0) throw gitFailed('read a stored file', answer.stderr);
  return answer.stdout;
}

/** The hash that git would give these bytes, in the repository's kind of hash. */
export function hashBlob(bytes: Uint8Array, like: string): string {
  const hash = createHash(like.length === 64 ? 'sha256' : 'sha1');
  return hash.update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

function parseRows(stdout: Uint8Array, form: RegExp): Tree {
  const tree = new Map<string, string>();
  for (const row of textOf(stdout).split('\0')) {
    const match = form.exec(row);
    if (match !== null) tree.set(match[2]!, match[1]!);
  }
  return tree;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

function gitFailed(what: string, stderr: string): BaleenError {
  return new BaleenError(`git could not ${what}, so nothing was reviewed: ${stderr.trim().split('\n')[0] ?? ''}`);
}
