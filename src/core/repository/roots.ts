/**
 * The folders of a workspace. A **workspace path** is what the model, the pack, the logs and the journal name a file by:
 * with one folder the path inside it; with several the name of its root, `/`, and the path inside that.
 */
import { basename, isAbsolute, join, relative, sep } from 'node:path';
import type { Root } from '../../protocol/pack.js';
import { BaleenError } from '../errors.js';
import { frontOf } from './rootFront.js';

/** The first is where commands run unless they say otherwise. */
export type Roots = readonly [Root, ...Root[]];

/** The only folder of a workspace. */
export function singleRoot(folder: string): Roots {
  return [{ name: '', folder }];
}

/** Workspace paths begin with a name. */
export function areNamed(roots: Roots): boolean {
  return roots[0].name !== '';
}

/** The root that a workspace path names, by its beginning; `undefined` if there is none of that name. */
export function rootOf(roots: Roots, path: string): Root | undefined {
  if (!areNamed(roots)) return roots[0];
  const slash = path.indexOf('/');
  const name = slash < 0 ? path : path.slice(0, slash);
  return roots.find((root) => root.name === name);
}

/** Where a workspace path stands on disk. The path has to be one that passed the gate or came from a listing. */
export function absoluteOf(roots: Roots, path: string): string {
  const root = rootOf(roots, path);
  if (root === undefined)
    throw new BaleenError(`${path} lies in none of the open folders. Open its folder again first.`);
  return join(root.folder, path.slice(root.name.length));
}

/** The workspace path of an absolute one, by the innermost root; `undefined` outside all of them. */
export function pathIn(roots: Roots, absolute: string): string | undefined {
  const root = innermost(roots, absolute);
  return root === undefined ? undefined : underName(root, toSlashes(relative(root.folder, absolute)));
}

/** The root to which a place on disk belongs: of two, one inside the other, the inner one. */
export function innermost(roots: Roots, absolute: string): Root | undefined {
  const holding = roots.filter((root) => isInside(root.folder, absolute));
  return holding.sort((a, b) => b.folder.length - a.folder.length)[0];
}

/** The workspace path of a path inside a root. */
export function underName({ name }: Root, local: string): string {
  if (name === '') return local;
  return local === '' ? name : `${name}/${local}`;
}

/** The reverse of `underName`, for a path that begins with the root's name. */
export function belowName({ name }: Root, path: string): string {
  return name === '' ? path : path.slice(name.length + 1);
}

/** A root itself as a folder that commands run in. */
export function asFolder({ name }: Root): string {
  return name === '' ? '.' : name;
}

/** Tells whether a path inside a root belongs to another root further in. */
export function belongsFurtherIn(roots: Roots, { folder }: Root): (local: string) => boolean {
  const inner = roots
    .filter((other) => other.folder !== folder && isInside(folder, other.folder))
    .map((other) => toSlashes(relative(folder, other.folder)));
  return (local) => inner.some((path) => local === path || local.startsWith(`${path}/`));
}

/**
 * A file under every name that a rule about names has to look at. Neither the name that a root was given, nor a root
 * inside another, nor the end of a root may hide what a folder is called: `ci/workflows/x.yml` of a root "ci" in
 * `.github` is protected, and so is `x.yml` where `.github/workflows` is the only root.
 */
export function spellingsOf(roots: Roots, path: string): string[] {
  if (!areNamed(roots)) {
    const front = frontOf(roots[0].folder);
    return front === '' ? [path] : [path, `${front}/${path}`];
  }
  const absolute = absoluteOf(roots, path);
  const holding = roots.filter(({ folder }) => isInside(folder, absolute));
  const spelled = holding.flatMap(({ folder }) => {
    const local = toSlashes(relative(folder, absolute));
    const front = frontOf(folder);
    return [`${basename(folder)}/${local}`, ...(front === '' ? [] : [`${front}/${local}`])];
  });
  return [...new Set([path, ...spelled])];
}

/** What is kept of a workspace tells by this whether it is the same one; the order of its folders plays no part. */
export function keyOf(roots: Roots): string {
  if (!areNamed(roots)) return JSON.stringify([roots[0].folder]);
  return JSON.stringify(roots.map(({ name, folder }) => `${name}\0${folder}`).sort());
}

/** As reports, logs and events name the folders: the first, and all of them where they have names. */
export function describeRoots(roots: Roots): { root: string; roots?: Root[] } {
  return { root: roots[0].folder, ...(areNamed(roots) ? { roots: [...roots] } : {}) };
}

/** The reverse of `describeRoots`. */
export function rootsOf({ root, roots }: { root: string; roots?: readonly Root[] }): Roots {
  const [first, ...others] = roots ?? [];
  return first === undefined ? singleRoot(root) : [first, ...others];
}

/** True for the folder and for whatever lies below it, by whole names: `/ws-evil` is not inside `/ws`. */
export function isInside(folder: string, absolute: string): boolean {
  const local = relative(folder, absolute);
  return local === '' || (local !== '..' && !local.startsWith(`..${sep}`) && !isAbsolute(local));
}

function toSlashes(local: string): string {
  return sep === '/' ? local : local.split(sep).join('/');
}
