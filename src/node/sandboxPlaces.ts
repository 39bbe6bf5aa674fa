/** What of a root a command that nobody said yes to must not change or read. */
import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { protectedFromCommands } from '../core/repository/protectedFiles.js';
import { frontOf } from '../core/repository/rootFront.js';
import { isSecretName } from '../core/repository/secretFiles.js';
import { codeOf } from './errnoCode.js';

export interface Places {
  /** Protected files and folders that are there. */
  isProtected: string[];
  /** Those of them that are folders with nothing in them but such folders: no more than names. */
  hollow: Set<string>;
  secret: string[];
  /**
   * Folders further in that hold something protected, the shallow ones first: those that cannot be removed or renamed
   * while a command runs anyway.
   */
  pinned: Set<string>;
}

/** Each is a mount, and mounts cost quadratically: 400 take a quarter of a second, 1,000 one and a half. */
const mostMounts = 600;
const mostEntries = 300_000;

/** Dependencies are full of manifests. What is in there runs as it is, and is made anew by the package manager. */
const dependencies = new Set(['node_modules']);

interface Folder {
  path: string;
  /** Inside its root, with `/`, behind the root's front. */
  local: string;
  /** Protected itself, or the one above it that is. */
  protectedBy: string | undefined;
}

/** A sentence where there is too much to be walled off one by one. */
export async function findPlaces(root: string): Promise<Places | { tooMuch: string }> {
  return walk(root, (entries, { isProtected, secret }) => {
    if (entries > mostEntries) return tooMuch(root, `more than ${mostEntries} files`);
    const mounts = isProtected.length + secret.length;
    return mounts > mostMounts ? tooMuch(root, `more than ${mostMounts} protected and secret files`) : undefined;
  });
}

/** The protected names of a root that hold something, however much there is: what one may have added is no excuse. */
export async function findProtected(root: string): Promise<string[]> {
  // A root itself is never taken away.
  return protectedOf(await walk<never>(root, () => undefined)).filter((path) => path !== root);
}

export function protectedOf({ isProtected, hollow }: Places): string[] {
  return isProtected.filter((path) => !hollow.has(path));
}

/** Until `stop` answers something. */
async function walk<T extends object>(
  root: string,
  stop: (entries: number, places: Places) => T | undefined,
): Promise<Places | T> {
  const places: Places = { isProtected: [], hollow: new Set(), secret: [], pinned: new Set() };
  const front = frontOf(root);
  const isWhole = front !== '' && look(front, true).isProtected;
  if (isWhole) places.isProtected.push(root);
  const waiting: Folder[] = [{ path: root, local: front, protectedBy: isWhole ? root : undefined }];
  let entries = 0;
  for (let at = 0; at < waiting.length; at++) {
    const folder = waiting[at]!;
    // What cannot be listed by us cannot be listed by the command either.
    const children = await listFolder(folder.path);
    if (folder.protectedBy !== undefined && !isHollow(folder, children)) places.hollow.delete(folder.protectedBy);
    if (children === undefined || isGit(folder)) continue;
    entries += children.length;
    for (const child of children) {
      const inner = sortIn(child, folder, root, places);
      if (inner !== undefined) waiting.push(inner);
    }
    const stopped = stop(entries, places);
    if (stopped !== undefined) return stopped;
  }
  return places;
}

/** `undefined` where that is not allowed. What has gone meanwhile, as held places do, is as good as empty. */
async function listFolder(path: string): Promise<Dirent[] | undefined> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? [] : undefined;
  }
}

/** As far as can be told without looking into what is in it. */
function isHollow(folder: Folder, children: readonly Dirent[] | undefined): boolean {
  if (children === undefined || isGit(folder)) return children?.length === 0;
  return children.every((child) => child.isDirectory() && !dependencies.has(child.name));
}

/** Known as a whole, and full of names. */
function isGit({ local }: Folder): boolean {
  return local !== '' && basename(local) === '.git';
}

function tooMuch(root: string, what: string): { tooMuch: string } {
  return { tooMuch: `The sandbox cannot protect ${root}: it holds ${what}.` };
}

/** Answers with the folder that is to be looked into as well. */
function sortIn(child: Dirent, parent: Folder, root: string, places: Places): Folder | undefined {
  const path = join(parent.path, child.name);
  const local = parent.local === '' ? child.name : `${parent.local}/${child.name}`;
  const isFolder = child.isDirectory();
  // What a link is the name of is not known here; the runtime resolves it.
  const isFirst = parent.protectedBy === undefined && look(local, isFolder || child.isSymbolicLink()).isProtected;
  if (isFirst) places.isProtected.push(path);
  if (isFirst && isFolder) places.hollow.add(path);
  if (isFirst && parent.path !== root) places.pinned.add(parent.path);
  if (!isFolder) {
    if (look(local, false).isSecret) places.secret.push(path);
    return undefined;
  }
  if (dependencies.has(child.name)) return undefined;
  return { path, local, protectedBy: isFirst ? path : parent.protectedBy };
}

interface Look {
  isProtected: boolean;
  isSecret: boolean;
}

/** Names say the same in every root, and nearly all come again with the next command. */
const looks = new Map<string, Look>();

function look(local: string, isFolder: boolean): Look {
  const name = isFolder ? `${local}/` : local;
  const known = looks.get(name);
  if (known !== undefined) return known;
  const isProtected =
    protectedFromCommands(local) !== undefined || (isFolder && protectedFromCommands(`${local}/x`) !== undefined);
  const found = { isProtected, isSecret: !isFolder && isSecretName(local) };
  if (looks.size >= mostEntries) looks.clear();
  looks.set(name, found);
  return found;
}
