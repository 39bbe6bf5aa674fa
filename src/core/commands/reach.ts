/** Which files a command names that it should not reach without a yes. */
import { isAbsolute, posix } from 'node:path';
import type { Files } from '../host.js';
import { resolveFolderInside, resolveInside } from '../repository/pathGate.js';
import { protectedFromCommands } from '../repository/protectedFiles.js';
import { pathIn, spellingsOf, type Roots } from '../repository/roots.js';
import { isSecretName } from '../repository/secretFiles.js';
import { findReader } from './readers.js';
import type { ShellPart } from './readTree.js';

/** Where a command runs, and what it may see there. */
export interface Surroundings {
  files: Files;
  roots: Roots;
  /** The user has excluded one of these, or it is a secret file. */
  isHidden: (...paths: string[]) => Promise<boolean>;
  /** Something in its text is taken for a secret, or nobody has looked. */
  holdsSecrets: (path: string) => Promise<boolean>;
  /** Hidden files that git tracks. */
  hiddenInGit: () => Promise<readonly string[]>;
}

const unsearched = 'holds secrets, or was not searched for them';
const nowhere = new Set(['/dev/null', '/dev/stdout', '/dev/stderr']);

/** What a part does to files by the words that it shows, as the end of a sentence that begins with "it". */
export function findReach(part: ShellPart, folder: string, roots: Roots): string[] {
  const found = new Set<string>();
  const words = part.words.slice(1);
  const known = part.words.every((word) => word !== undefined) ? findReader(part.words) : undefined;
  for (const word of words) {
    for (const path of word === undefined ? [] : pathsIn(word)) {
      for (const what of judgePath(path, folder, roots, known === undefined)) found.add(what);
    }
  }
  for (const { writes, target } of part.redirections) {
    if (target === undefined || nowhere.has(target)) continue;
    if (/^\d+$/.test(target)) continue;
    if (/^\/dev\/(?:tcp|udp)\//.test(target)) found.add('reaches the network');
    for (const what of judgePath(target, folder, roots, writes)) found.add(what);
  }
  return [...found];
}

/** A word as a path, and what stands in it behind `=` and each `:`. */
function pathsIn(word: string): string[] {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(word)) return [];
  const paths = [word, word.slice(word.indexOf('=') + 1), ...behindColons(word)];
  return [...new Set(paths)].filter((path) => path !== '' && !path.startsWith('-'));
}

/** In git `HEAD:path` and `:0:path` name a file. */
function behindColons(word: string): string[] {
  return word.split(':').map((_part, index, all) => all.slice(index).join(':'));
}

function judgePath(path: string, folder: string, roots: Roots, mayWrite: boolean): string[] {
  if (nowhere.has(path)) return [];
  const inside = insideOf(path, folder, roots);
  if (inside === undefined) return [`names ${path}, outside the workspace`];
  if (inside === '' || inside === '.') return [];
  const names = safeSpellings(roots, inside);
  const found: string[] = [];
  if (names.some(isSecretName)) found.push(`names ${path}, a secret file`);
  const protection = mayWrite ? names.map(protectedFromCommands).find((why) => why !== undefined) : undefined;
  if (protection !== undefined) found.push(`names ${path}, which is protected (${protection})`);
  return found;
}

/** The workspace path of what a command in `folder` calls `path`, by its spelling; `undefined` outside the workspace. */
function insideOf(path: string, folder: string, roots: Roots): string | undefined {
  if (path.startsWith('~')) return undefined;
  if (isAbsolute(path)) return pathIn(roots, posix.normalize(path));
  const joined = posix.join(folder, path);
  if (joined === '..' || joined.startsWith('../')) return undefined;
  return joined;
}

function safeSpellings(roots: Roots, path: string): string[] {
  try {
    return spellingsOf(roots, path);
  } catch {
    // With several roots, what begins with none of their names.
    return [path];
  }
}

/**
 * What keeps an operand from being read without a yes; looks at the disk, since a link may lead anywhere. With
 * `showsText`, a file with a secret in it asks: parts of one, which a command may show, are not known for what they are.
 */
export async function findPathTrouble(
  operand: string,
  folder: string,
  { files, roots, isHidden, holdsSecrets }: Surroundings,
  showsText: boolean,
): Promise<string | undefined> {
  if (isAbsolute(operand) || operand.split('/').includes('..')) return `names ${operand}, outside its folder`;
  const path = posix.join(folder, operand);
  // Of a folder only names are told.
  const asFolder = await resolveFolderInside(files, roots, path);
  if (!('refused' in asFolder) && (await files.lstat(asFolder.absolute))?.kind === 'directory') return undefined;
  const place = await resolveInside(files, roots, path, 'read');
  if ('refused' in place) return `names ${operand}, which is not a plain file or folder of the workspace`;
  if (safeSpellings(roots, place.relative).some(isSecretName)) return `names ${operand}, a secret file`;
  if (await isHidden(place.relative)) return `names ${operand}, which is kept from the model`;
  if (!showsText || (await files.lstat(place.absolute)) === undefined) return undefined;
  return (await holdsSecrets(place.relative))
    ? `names ${operand}, which holds secrets or was not searched for them`
    : undefined;
}

const onlyRevision = /^(?:HEAD|@|[0-9a-f]{7,40})(?:[~^]\d*)*$/;

/** The same for what git looks up: it reads its own objects, and no path of it leaves the repository. */
export async function findRevisionTrouble(
  operand: string,
  folder: string,
  { files, roots, isHidden, holdsSecrets }: Surroundings,
): Promise<string | undefined> {
  if (!/^[A-Za-z0-9_.^@:][A-Za-z0-9_./^~@:+-]*$/.test(operand)) return `names ${operand}, which is no plain revision`;
  for (const part of behindColons(operand)) {
    if (isAbsolute(part) || part.split('/').includes('..')) return `names ${operand}, outside its folder`;
    const path = posix.join(folder, part).replace(/\/$/, '');
    if (safeSpellings(roots, path).some(isSecretName)) return `names ${operand}, a secret file`;
    if (part.includes(':') || onlyRevision.test(part)) continue;
    // A file that is gone from the disk still stands in the history, and so does a folder's.
    if (await isHidden(path, `${path}/x`)) return `names ${operand}, which is kept from the model`;
    const place = await resolveInside(files, roots, path, 'read');
    if ('refused' in place || (await files.lstat(place.absolute)) === undefined) continue;
    if (await holdsSecrets(place.relative)) return `names ${operand}, which ${unsearched}`;
  }
  return undefined;
}
