import type { PackSelection, Root, WithheldReason } from '../../protocol/pack.js';
import {
  createNameJudge,
  listRepository,
  openSelector,
  type ListedFile,
  type Listing,
  type NameJudge,
  type RepositoryPorts,
  type SelectedFolder,
} from './listing.js';
import { comparePaths } from './paths.js';
import { areNamed, belongsFurtherIn, belowName, rootOf, spellingsOf, underName, type Roots } from './roots.js';
import { frontOf } from './rootFront.js';
import { isSecretName } from './secretFiles.js';
import { describeKindRule, isWithheldKind } from './withholding.js';

/** The folders of a workspace, and which of their files the user wants. */
export interface SelectedWorkspace {
  roots: Roots;
  /** Patterns are of workspace paths. */
  selection: PackSelection;
}

/**
 * What `listRepository` lists in each root, by workspace path. A file of a root inside another is the inner one's alone;
 * a folder that is gone has no files. With `only`, no other paths are looked at.
 */
export async function listWorkspace(
  ports: RepositoryPorts,
  { roots, selection }: SelectedWorkspace,
  signal?: AbortSignal,
  only?: readonly string[],
): Promise<Listing> {
  if (!areNamed(roots)) {
    const listing = await listRepository(ports, { root: roots[0].folder, selection }, signal, only);
    if (frontOf(roots[0].folder) === '') return listing;
    const judge = joinJudges(roots, new Map([['', listing.judge]]));
    return { ...listing, files: listing.files.map((file) => checkName(roots, file)), judge };
  }
  const listed: ListedFile[] = [];
  const keys: string[] = [];
  const judges = new Map<string, NameJudge>();
  for (const root of roots) {
    const wanted = only
      ?.filter((path) => rootOf(roots, path) === root && path !== root.name)
      .map((path) => belowName(root, path));
    if (wanted?.length === 0) continue;
    if (!(await isThere(ports, root))) continue;
    const isOthers = belongsFurtherIn(roots, root);
    const { files, selectionKey, judge } = await listRepository(ports, selectedFolder(root, selection), signal, wanted);
    keys.push(`${root.name} ${selectionKey}`);
    judges.set(root.name, judge);
    for (const file of files) {
      if (!isOthers(file.path)) listed.push(checkName(roots, { ...file, path: underName(root, file.path) }));
    }
  }
  return {
    files: listed.sort((a, b) => comparePaths(a.path, b.path)),
    selectionKey: keys.sort().join('\n'),
    judge: joinJudges(roots, judges),
  };
}

/** Of several roots one may be gone, for instance on a disk that was taken out. */
async function isThere({ files, log }: RepositoryPorts, { folder }: Root): Promise<boolean> {
  if ((await files.lstat(folder))?.kind === 'directory') return true;
  log.warn(`${folder} is gone; its files are left out until it is there again.`);
  return false;
}

function selectedFolder({ name, folder }: Root, selection: PackSelection): SelectedFolder {
  return name === '' ? { root: folder, selection } : { root: folder, selection, under: `${name}/` };
}

/** From its root on, `credentials` is just a name; where the root is `.aws`, it is not. */
function checkName(roots: Roots, file: ListedFile): ListedFile {
  if (file.withheld !== undefined || file.isAllowedSecret === true || !spellingsOf(roots, file.path).some(isSecretName))
    return file;
  return { ...file, withheld: 'secret file' };
}

/** Whether two keys of `listWorkspace` stand for equal rules. A root that is gone for a moment has none to compare. */
export function haveEqualRules(one: string, other: string): boolean {
  const keyOf = (line: string): [string, string] => [line.slice(0, line.lastIndexOf(' ') + 1), line];
  const ofRoot = new Map(one.split('\n').map(keyOf));
  return other
    .split('\n')
    .map(keyOf)
    .every(([root, line]) => (ofRoot.get(root) ?? line) === line);
}

/**
 * By which pattern or rule a file is withheld, or was brought back, in words; `undefined` where neither decides, but its
 * bytes or its form.
 */
export async function findDecidingRule(
  ports: RepositoryPorts,
  { roots, selection }: SelectedWorkspace,
  { path, bytes, why }: { path: string; bytes: number; why?: WithheldReason },
  signal?: AbortSignal,
): Promise<string | undefined> {
  const root = rootOf(roots, path);
  if (root === undefined) return undefined;
  const local = belowName(root, path);
  const selector = await openSelector(ports, selectedFolder(root, selection), signal);
  if (why === undefined || why === 'excluded') return selector.decidedBy(local);
  if (!isWithheldKind(why)) return undefined;
  return selector.isGenerated(local) === true ? 'linguist-generated in .gitattributes' : describeKindRule(local, bytes);
}

export async function openNameJudge(
  ports: RepositoryPorts,
  { roots, selection }: SelectedWorkspace,
  signal?: AbortSignal,
): Promise<NameJudge> {
  const judges = new Map<string, NameJudge>();
  for (const root of roots) {
    if (areNamed(roots) && !(await isThere(ports, root))) continue;
    judges.set(root.name, createNameJudge(await openSelector(ports, selectedFolder(root, selection), signal)));
  }
  return joinJudges(roots, judges);
}

/** `judges` by the names of their roots. */
function joinJudges(roots: Roots, judges: ReadonlyMap<string, NameJudge>): NameJudge {
  return (path, bytes) => {
    const root = rootOf(roots, path);
    const why = root === undefined ? undefined : judges.get(root.name)?.(belowName(root, path), bytes);
    return why ?? (spellingsOf(roots, path).some(isSecretName) ? 'secret file' : undefined);
  };
}
