/** The one gate between a path that the model wrote and the disk. Every tool goes through it, every time. */
import { posix, win32, dirname, isAbsolute, join, relative, sep } from 'node:path';
import type { Files } from '../host.js';
import { decodePath, encodePath } from '../view/codec.js';

/** `relative` has `/` and is the path after links in its folders are resolved; rules must look at it and at nothing else. */
export type Gated = { absolute: string; relative: string } | { refused: string };

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
 * it is a regular file. `root` is absolute and free of links.
 */
export async function resolveInside(
  files: Files,
  root: string,
  path: string,
  purpose: 'read' | 'write',
): Promise<Gated> {
  const spelled = spellInside(root, path);
  if ('refused' in spelled) return spelled;
  const place = await resolvePlace(files, root, spelled.segments);
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

/** The same for a folder that exists, for instance the one in which a command runs. `.` is the workspace folder. */
export async function resolveFolderInside(files: Files, root: string, path: string): Promise<Gated> {
  if (path === '.' || path === './' || path === root) return { absolute: root, relative: '.' };
  const spelled = spellInside(root, path);
  if ('refused' in spelled) return spelled;
  // Resolved is the folder of a path, so a name that nothing depends on is put below it.
  const place = await resolvePlace(files, root, [...spelled.segments, 'x']);
  if ('refused' in place) return refuse(path, place.refused);
  return { absolute: dirname(place.absolute), relative: posix.dirname(place.relative) };
}

function refuse(path: string, why: string): { refused: string } {
  return { refused: `Refused: "${encodePath(decodePath(path))}": ${why}.` };
}

function spellInside(root: string, path: string): { segments: string[] } | { refused: string } {
  const decoded = decodePath(path);
  const local = withoutRoot(root, decoded);
  const trouble = findSpellingTrouble(local);
  if (trouble !== undefined) return refuse(path, trouble);
  const segments = local.split('/').filter((segment) => segment !== '' && segment !== '.');
  if (segments.length === 0) return refuse(path, 'it is the workspace folder itself');
  return { segments };
}

/** An absolute path inside the workspace is taken as if it had been written from there. */
function withoutRoot(root: string, path: string): string {
  if (!isAbsolute(path) || path.split(/[\\/]/).includes('..')) return path;
  const local = relative(root, path);
  return isInside(root, path) ? local.split(sep).join('/') : path;
}

/** True for the root and for whatever lies below it, by whole names: `/ws-evil` is not inside `/ws`. */
export function isInside(root: string, absolute: string): boolean {
  const local = relative(root, absolute);
  return local === '' || (local !== '..' && !local.startsWith(`..${sep}`) && !isAbsolute(local));
}

/** Resolves the deepest existing folder of a path; what does not exist yet cannot be a link. */
async function resolvePlace(files: Files, root: string, segments: readonly string[]): Promise<Gated> {
  let folder = root;
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
    if (!isInside(root, real)) return { refused: 'a folder in it is a symbolic link out of the workspace' };
    const realKind = stat.kind === 'link' ? (await files.lstat(real))?.kind : stat.kind;
    if (realKind !== 'directory') return { refused: `${rest[0]!} is not a folder` };
    folder = real;
    rest.shift();
  }
  const absolute = join(folder, ...rest);
  const local = relative(root, absolute).split(sep).join('/');
  // A link inside the workspace may lead to what its own name hides, for instance into .git.
  const trouble = findSpellingTrouble(local === '' ? '.' : local);
  return trouble === undefined ? { absolute, relative: local } : { refused: trouble };
}
