import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import type { WithheldReason } from '../../protocol/pack.js';
import { BaleenError } from '../errors.js';
import type { Files, FileStat, Git, Log } from '../host.js';
import { walkFolder } from './folderWalk.js';
import { comparePaths } from './paths.js';
import { isSecretName } from './secretFiles.js';

export interface RepositoryPorts {
  files: Files;
  git: Git;
  log: Log;
}

/** Files above this are never read. */
export const mostFileBytes = 4 * 1024 * 1024;

export interface ListedFile {
  /** Relative to the workspace folder, with `/`. */
  path: string;
  stat: FileStat;
  /** Known without reading. */
  withheld?: WithheldReason;
}

const atOnce = 64;
/** More paths than this are picked from a full list: a command line has an end. */
const mostNamed = 200;

/**
 * What git would list in a folder, tracked or not, without what is ignored and without what is missing on disk; outside
 * git the same by a walk of our own. Sorted. With `only`, no other paths are looked at. Throws a `BaleenError` where git
 * is there and fails: a guess in its place could show files that the user ignores.
 */
export async function listRepository(
  ports: RepositoryPorts,
  root: string,
  signal?: AbortSignal,
  only?: readonly string[],
): Promise<ListedFile[]> {
  if (only !== undefined && only.length > mostNamed) {
    const wanted = new Set(only);
    return (await listRepository(ports, root, signal)).filter((file) => wanted.has(file.path));
  }
  const names = (await listByGit(ports, root, signal, only)) ?? (await listByWalk(ports, root, signal, only));
  const paths = [...new Set(names)].sort(comparePaths);
  const parents = new Map<string, Promise<boolean>>();
  const listed: ListedFile[] = [];
  for (let at = 0; at < paths.length; at += atOnce) {
    signal?.throwIfAborted();
    const batch = paths.slice(at, at + atOnce);
    const found = await Promise.all(batch.map((path) => examine(ports.files, root, path, parents)));
    for (const file of found) if (file !== undefined) listed.push(file);
  }
  return listed;
}

async function listByGit(
  { git, log }: RepositoryPorts,
  root: string,
  signal: AbortSignal | undefined,
  only: readonly string[] | undefined,
): Promise<string[] | undefined> {
  if (only?.length === 0) return [];
  const args = ['--literal-pathspecs', 'ls-files', '-co', '--exclude-standard', '-z'];
  let answer: Awaited<ReturnType<Git['run']>>;
  try {
    answer = await git.run(root, only === undefined ? args : [...args, '--', ...only], signal);
  } catch (error) {
    signal?.throwIfAborted();
    if (!isMissingProgram(error)) throw error;
    log.warn('git was not found; the files are listed by the ignore files alone.');
    return undefined;
  }
  if (answer.exitCode === 0) return splitNames(answer.stdout);
  if (/not a git repository|cannot use bare repository|must be run in a work tree/i.test(answer.stderr))
    return undefined;
  throw new BaleenError(
    `git could not list the files of ${root}, and nothing was read: ${answer.stderr.trim().split('\n')[0] ?? ''} ` +
      (answer.stderr.includes('dubious ownership')
        ? `If you trust this folder, run: git config --global --add safe.directory ${root}`
        : 'Mend the repository (git status shows more) and try again.'),
  );
}

function isMissingProgram(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** Names between NUL bytes. A nested repository ends with a slash, which is no part of its name. */
function splitNames(stdout: Uint8Array): string[] {
  const names = Buffer.from(stdout.buffer, stdout.byteOffset, stdout.byteLength).toString('utf8').split('\0');
  return names.filter((name) => name !== '').map((name) => (name.endsWith('/') ? name.slice(0, -1) : name));
}

async function listByWalk(
  ports: RepositoryPorts,
  root: string,
  signal: AbortSignal | undefined,
  only: readonly string[] | undefined,
): Promise<string[]> {
  const paths = await walkFolder(ports.files, root, signal);
  if (only === undefined) return paths;
  const wanted = new Set(only);
  return paths.filter((path) => wanted.has(path));
}

async function examine(
  files: Files,
  root: string,
  path: string,
  parents: Map<string, Promise<boolean>>,
): Promise<ListedFile | undefined> {
  // Such a name was not UTF-8, so that the file cannot be opened by it.
  if (path.includes('\ufffd')) return { path, stat: noStat, withheld: 'unreadable' };
  // git lists what its index holds even where a parent folder has become a link to somewhere else.
  if (!(await isInRealFolder(files, root, path, parents))) return undefined;
  const stat = await files.lstat(join(root, path)).catch(() => noStat);
  if (stat === undefined) return undefined;
  const withheld = stat === noStat ? 'unreadable' : withheldByLook(path, stat);
  return withheld === undefined ? { path, stat } : { path, stat, withheld };
}

const noStat: FileStat = { kind: 'other', size: 0, mtimeMs: 0, mode: 0, links: 0, identity: '' };

function withheldByLook(path: string, stat: FileStat): WithheldReason | undefined {
  if (stat.kind === 'link') return 'symbolic link';
  if (stat.kind === 'directory') return 'submodule or nested repository';
  if (stat.kind === 'other') return 'not a regular file';
  if (isSecretName(path)) return 'secret file';
  return stat.size > mostFileBytes ? 'too large' : undefined;
}

function isInRealFolder(
  files: Files,
  root: string,
  path: string,
  parents: Map<string, Promise<boolean>>,
): Promise<boolean> {
  const slash = path.lastIndexOf('/');
  if (slash < 0) return Promise.resolve(true);
  const folder = path.slice(0, slash);
  const known = parents.get(folder);
  if (known !== undefined) return known;
  const answer = (async () => {
    if (!(await isInRealFolder(files, root, folder, parents))) return false;
    return (await files.lstat(join(root, folder)).catch(() => undefined))?.kind === 'directory';
  })();
  parents.set(folder, answer);
  return answer;
}
