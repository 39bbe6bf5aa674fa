import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import type { PackSelection, WithheldReason } from '../../protocol/pack.js';
import { BaleenError } from '../errors.js';
import type { Files, FileStat, Git, Log } from '../host.js';
import { walkFolder } from './folderWalk.js';
import { comparePaths } from './paths.js';
import { isJudgedByContent, isSecretName } from './secretFiles.js';
import { ignoreFileName, isRuleFile, readSelector, type Selector } from './selection.js';
import { foldsCase, isMissingProgram, readWalkOptions } from './userExcludes.js';
import { createKindFinder } from './withholding.js';

export interface RepositoryPorts {
  files: Files;
  git: Git;
  log: Log;
}

/** A workspace folder, and which of its files the user wants. */
export interface SelectedFolder {
  /** Absolute, resolved. */
  root: string;
  selection: PackSelection;
  /** What the selection's patterns name the folder by, with a slash at its end; absent where they begin in it. */
  under?: string;
}

/** Files above this are never read unless the user asks for one by a `!pattern`. */
export const mostFileBytes = 4 * 1024 * 1024;
/** Nothing larger fits any window, so that it would only cost time. */
const mostWantedBytes = 16 * 1024 * 1024;

/** What the user allows of a file though a rule would withhold it. */
export interface FileRights {
  /** The user brought it back: its text is not judged by the rules of `withholding.ts`. */
  isWanted?: true;
  /** The user has it read though it is a secret file. */
  isAllowedSecret?: true;
}

export interface ListedFile extends FileRights {
  /** Relative to the workspace folder, with `/`. */
  path: string;
  stat: FileStat;
  /** Known without reading. */
  withheld?: WithheldReason;
}

export function rightsOf({ isWanted, isAllowedSecret }: FileRights): FileRights {
  return { ...(isWanted && { isWanted }), ...(isAllowedSecret && { isAllowedSecret }) };
}

export function haveSameRights(a: FileRights, b: FileRights): boolean {
  return a.isWanted === b.isWanted && a.isAllowedSecret === b.isAllowedSecret;
}

export interface Listing {
  files: ListedFile[];
  /** Of the rules that the user and the repository set for it; for a part of the files, of those that count for them. */
  selectionKey: string;
  /** By the same rules; for a part of the files, it knows about those only. */
  judge: NameJudge;
}

/** Why a file is withheld by its name and the user's rules; it need not be on disk. */
export type NameJudge = (path: string, bytes: number) => WithheldReason | undefined;

/** The most bytes that are read of a file. */
export function mostBytesOf(file: FileRights): number {
  return file.isWanted === true ? mostWantedBytes : mostFileBytes;
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
  folder: SelectedFolder,
  signal?: AbortSignal,
  only?: readonly string[],
): Promise<Listing> {
  if (only !== undefined && only.length > mostNamed) {
    const wanted = new Set(only);
    const { files, ...rest } = await listRepository(ports, folder, signal);
    return { files: files.filter((file) => wanted.has(file.path)), ...rest };
  }
  const { root } = folder;
  const asked = only === undefined ? undefined : [...new Set([...only, ...only.flatMap(ruleFilesAbove)])];
  const paths = await listNames(ports, root, signal, asked);
  const looked = await lookAt(ports.files, root, paths, signal);
  const selector = await readSelector(ports.files, folder, looked.keys(), await foldsCase(ports.files, root));
  const judge = createNameJudge(selector);
  const describe = createDescriber(selector, judge);
  const wanted = only === undefined ? looked : [...looked].filter(([path]) => only.includes(path));
  return { files: [...wanted].map(([path, stat]) => describe(path, stat)), selectionKey: selector.key, judge };
}

/** The user's rules by themselves, for files that need not be on disk. */
export async function openSelector(
  ports: RepositoryPorts,
  folder: SelectedFolder,
  signal?: AbortSignal,
): Promise<Selector> {
  const { root } = folder;
  const ruleFiles = (await listNames(ports, root, signal, undefined)).filter(isRuleFile);
  const looked = await lookAt(ports.files, root, ruleFiles, signal);
  return readSelector(ports.files, folder, looked.keys(), await foldsCase(ports.files, root));
}

function ruleFilesAbove(path: string): string[] {
  const above: string[] = [];
  for (let end = path.lastIndexOf('/') + 1; ; end = path.lastIndexOf('/', end - 2) + 1) {
    const folder = path.slice(0, end);
    above.push(`${folder}.gitattributes`, `${folder}${ignoreFileName}`);
    if (end === 0) return above;
  }
}

async function listNames(
  ports: RepositoryPorts,
  root: string,
  signal: AbortSignal | undefined,
  only: readonly string[] | undefined,
): Promise<string[]> {
  const names = (await listByGit(ports, root, signal, only)) ?? (await listByWalk(ports, root, signal, only));
  return [...new Set(names)].sort(comparePaths);
}

/** The stats of paths that are there; what cannot be opened by its name has none. */
async function lookAt(
  files: Files,
  root: string,
  paths: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Map<string, FileStat | undefined>> {
  const parents = new Map<string, Promise<boolean>>();
  const looked = new Map<string, FileStat | undefined>();
  for (let at = 0; at < paths.length; at += atOnce) {
    signal?.throwIfAborted();
    const batch = paths.slice(at, at + atOnce);
    const found = await Promise.all(batch.map((path) => look(files, root, path, parents)));
    for (const [index, path] of batch.entries()) {
      const one = found[index];
      if (one !== 'gone') looked.set(path, one);
    }
  }
  return looked;
}

async function look(
  files: Files,
  root: string,
  path: string,
  parents: Map<string, Promise<boolean>>,
): Promise<FileStat | 'gone' | undefined> {
  // Such a name was not UTF-8, so that the file cannot be opened by it.
  if (path.includes('\ufffd')) return undefined;
  // git lists what its index holds even where a parent folder has become a link to somewhere else.
  if (!(await isInRealFolder(files, root, path, parents))) return 'gone';
  return files.lstat(join(root, path)).then(
    (stat) => stat ?? 'gone',
    () => undefined,
  );
}

const noStat: FileStat = { kind: 'other', size: 0, mtimeMs: 0, mode: 0, links: 0, identity: '' };

/** Says of a file what is known of it without reading it. */
function createDescriber(
  selector: Selector,
  judge: NameJudge,
): (path: string, stat: FileStat | undefined) => ListedFile {
  return (path, stat) => {
    if (stat === undefined) return { path, stat: noStat, withheld: 'unreadable' };
    const file: ListedFile = { path, stat };
    if (selector.verdict(path) === 'wanted' || selector.isGenerated(path) === false) file.isWanted = true;
    if (selector.allowsSecretFile(path)) file.isAllowedSecret = true;
    const withheld = withheldByKind(stat) ?? judge(path, stat.size);
    if (withheld !== undefined) file.withheld = withheld;
    else if (stat.size > mostBytesOf(file)) file.withheld = 'too large';
    return file;
  };
}

function withheldByKind({ kind }: FileStat): WithheldReason | undefined {
  if (kind === 'link') return 'symbolic link';
  if (kind === 'directory') return 'submodule or nested repository';
  return kind === 'other' ? 'not a regular file' : undefined;
}

/** The order of precedence stands in `selection.ts`. */
export function createNameJudge(selector: Selector): NameJudge {
  const kindOf = createKindFinder();
  return (path, bytes) => {
    if (isSecretName(path) && !selector.allowsSecretFile(path)) return 'secret file';
    const verdict = selector.verdict(path);
    if (verdict !== undefined) return verdict === 'excluded' ? verdict : undefined;
    // Its text must be looked at before anybody reads it.
    if (isJudgedByContent(path)) return undefined;
    const isGenerated = selector.isGenerated(path);
    if (isGenerated !== undefined) return isGenerated ? 'generated' : undefined;
    return kindOf(path, bytes);
  };
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
  const paths = await walkFolder(ports.files, root, await readWalkOptions(ports, root, signal), signal);
  if (only === undefined) return paths;
  const wanted = new Set(only);
  return paths.filter((path) => wanted.has(path));
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
