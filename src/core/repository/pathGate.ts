/** The one gate between a path that the model wrote and the disk. Every tool goes through it, every time. */
import { posix, win32, dirname, isAbsolute, join, relative, sep } from 'node:path';
import type { Root } from '../../protocol/pack.js';
import type { Files } from '../host.js';
import { decodePath, encodePath } from '../view/codec.js';
import { areNamed, asFolder, innermost, isInside, pathIn, type Roots } from './roots.js';

/** Where a path leads, links in its folders resolved. */
export interface Place {
  absolute: string;
  /** Workspace path, with `/`; rules about names must look at its spellings (`roots.ts`) and at nothing else. */
  relative: string;
  /** The root's folder: what the port of files is to stay inside of. */
  inside: string;
}

export type Gated = Place | { refused: string };

const longestPath = 4096;
const longestName = 255;

// C0, C1, DEL and the two Unicode line ends: in a log or a dialog they could show another path than the one used.
const controlCharacters = /[\p{Cc}\u2028\u2029]/u;
// Invisible, and ignored by HFS+ when it compares names: `.g<U+200C>it` is `.git` there. Lone surrogates have no bytes.
const invisibleCharacters = /[\p{Cf}\p{Cs}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0]/u;
const reservedName = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\..*)?$/i;
// What Windows makes of a long name: at most eight characters with ~ and a number, and an extension of three.
const shortName = /^[^.]{1,6}~\d{1,6}(?:\.[^.]{0,3})?$/;
const encodedTraversal = /%(?:2f|5c|00)/i;

/** Says what is wrong with a workspace-relative path as it is written, by the rules of every system at once. */
export function findSpellingTrouble(path: string): string | undefined {
  if (path === '') return 'the path is empty';
  if (path.length > longestPath) return 'the path is too long';
  if (controlCharacters.test(path)) return 'the path contains control characters';
  if (invisibleCharacters.test(path)) return 'the path contains invisible characters';
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(path) || /^(?:file|data|vscode|untitled):/i.test(path)) return 'it is a URL';
  if (posix.isAbsolute(path) || win32.isAbsolute(path) || /^[a-z]:/i.test(path)) {
    return 'it lies outside the workspace folder; paths are relative to it';
  }
  if (path.includes('\\')) return 'paths are written with forward slashes';
  if (path.startsWith('~')) return '`~` stands for a folder outside the workspace';
  for (const segment of path.split('/')) {
    const trouble = findSegmentTrouble(segment);
    if (trouble !== undefined) return trouble;
  }
  return undefined;
}

function findSegmentTrouble(segment: string): string | undefined {
  if (segment === '' || segment === '.') return undefined;
  if (segment === '..' || segment.replace(/%2e/gi, '.') === '..' || encodedTraversal.test(segment)) {
    return '`..` is not allowed; write the path from the workspace folder on';
  }
  if (new TextEncoder().encode(segment).length > longestName) return 'a name in the path is too long';
  if (segment.includes(':')) return 'a name contains a colon (a stream or a drive on Windows)';
  if (/[. ]$/.test(segment)) return 'a name ends in a dot or a space, which Windows leaves out';
  if (shortName.test(segment)) return 'a name has the form of a short name of Windows';
  if (segment.toLowerCase() === '.git') return '`.git` belongs to git; no tool reads or changes it';
  return undefined;
}

/**
 * Answers where a path of the model really is, or refuses in a sentence. The file itself may be missing; if it exists
 * it is a regular file. A link leads no further than its own root. The roots are absolute and free of links.
 */
export async function resolveInside(
  files: Files,
  roots: Roots,
  path: string,
  purpose: 'read' | 'write',
): Promise<Gated> {
  const spelled = spellInside(roots, path);
  if ('refused' in spelled) return spelled;
  const place = await resolvePlace(files, roots, spelled.root, spelled.segments);
  if ('refused' in place) return refuse(path, place.refused);
  const stat = await files.lstat(place.absolute);
  const name = place.relative.slice(place.relative.lastIndexOf('/') + 1);
  if (stat?.kind === 'link') return refuse(path, 'it is a symbolic link; name the file that it points to');
  if (stat?.kind === 'directory') return refuse(path, 'it is a folder');
  if (stat?.kind === 'other') return refuse(path, 'it is not a regular file');
  // Windows never has a regular file of such a name; elsewhere an existing one is just a file.
  if (stat === undefined && reservedName.test(name)) return refuse(path, 'the name is reserved on Windows');
  if (purpose === 'write' && stat !== undefined && (stat.mode & 0o222) === 0) {
    return refuse(path, 'it is read-only; the user has to make it writable first');
  }
  return place;
}

/** The same for a folder that exists, for instance the one in which a command runs. `.` is the first root. */
export async function resolveFolderInside(files: Files, roots: Roots, path: string): Promise<Gated> {
  const top = path === '.' || path === './' ? roots[0] : roots.find((root) => isTopOf(root, path));
  if (top !== undefined) return { absolute: top.folder, relative: asFolder(top), inside: top.folder };
  const spelled = spellInside(roots, path);
  if ('refused' in spelled) return spelled;
  // Resolved is the folder of a path, so a name that nothing depends on is put below it.
  const place = await resolvePlace(files, roots, spelled.root, [...spelled.segments, 'x']);
  if ('refused' in place) return refuse(path, place.refused);
  return { ...place, absolute: dirname(place.absolute), relative: posix.dirname(place.relative) };
}

function isTopOf({ name, folder }: Root, path: string): boolean {
  return path === folder || (name !== '' && decodePath(path).replace(/^\.\/|\/$/g, '') === name);
}

function refuse(path: string, why: string): { refused: string } {
  return { refused: `Refused: "${encodePath(decodePath(path))}": ${why}.` };
}

function spellInside(roots: Roots, path: string): { root: Root; segments: string[] } | { refused: string } {
  const written = fromRoots(roots, decodePath(path));
  const trouble = findSpellingTrouble(written);
  if (trouble !== undefined) return refuse(path, trouble);
  const segments = written.split('/').filter((segment) => segment !== '' && segment !== '.');
  // Only a whole name of a root counts: a path that another root would know is not looked for there.
  const name = areNamed(roots) ? (segments.shift() ?? '') : '';
  const root = roots.find((one) => one.name === name);
  if (root === undefined && name !== '') {
    const names = roots.map((one) => encodePath(one.name)).join(', ');
    return refuse(path, `paths begin with the name of a workspace folder, which are: ${names}`);
  }
  if (root === undefined || segments.length === 0) return refuse(path, 'it is the workspace folder itself');
  return { root, segments };
}

/** An absolute path inside the workspace is taken as if it had been written from there. */
function fromRoots(roots: Roots, path: string): string {
  if (!isAbsolute(path) || path.split(/[\\/]/).includes('..')) return path;
  return pathIn(roots, path) ?? path;
}

/** Resolves the deepest existing folder of a path; what does not exist yet cannot be a link. */
async function resolvePlace(files: Files, roots: Roots, root: Root, segments: readonly string[]): Promise<Gated> {
  let folder = root.folder;
  const rest = [...segments];
  while (rest.length > 1) {
    const next = join(folder, rest[0]!);
    const stat = await files.lstat(next);
    if (stat === undefined) {
      const trouble = rest.slice(0, -1).some((name) => reservedName.test(name));
      if (trouble) return { refused: 'a folder of that name is reserved on Windows' };
      break;
    }
    const real = stat.kind === 'link' ? await files.realpath(next) : next;
    if (real === undefined) return { refused: 'a folder in it is a symbolic link that leads nowhere' };
    if (!isInside(root.folder, real))
      return { refused: 'a folder in it is a symbolic link out of the workspace folder' };
    const realKind = stat.kind === 'link' ? (await files.lstat(real))?.kind : stat.kind;
    if (realKind !== 'directory') return { refused: `${rest[0]!} is not a folder` };
    folder = real;
    rest.shift();
  }
  const absolute = join(folder, ...rest);
  const local = relative(root.folder, absolute).split(sep).join('/');
  // A link inside the workspace may lead to what its own name hides, for instance into .git.
  const trouble = findSpellingTrouble(local === '' ? '.' : local);
  if (trouble !== undefined) return { refused: trouble };
  // Written from an outer root, a file of an inner one is still the inner one's.
  const inner = innermost(roots, absolute) ?? root;
  return { absolute, relative: pathIn(roots, absolute) ?? local, inside: inner.folder };
}
