/** The folders on the way to files: what they are, and which of them a change has made. */
import { messageOf } from '../errors.js';
import { resolveInside } from '../repository/pathGate.js';
import { absoluteOf } from '../repository/roots.js';
import type { JournalParts } from './journalParts.js';

/** Outermost first: a folder that is missing is followed by missing ones only. */
export async function lookAtFolders(
  { files, roots }: JournalParts,
  path: string,
): Promise<{ modes: number[]; missing: string[] }> {
  const modes: number[] = [];
  const missing: string[] = [];
  for (const folder of foldersTo(path)) {
    const stat = await files.lstat(absoluteOf(roots, folder));
    if (stat === undefined) missing.push(folder);
    else if (missing.length === 0) modes.push(stat.mode & 0o7777);
  }
  return { modes, missing };
}

/** Workspace paths, outermost first. */
export function foldersTo(path: string): string[] {
  const names = path.split('/').slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}

/** Gives folders that were made the modes that they had before; the innermost first, since one may end up read-only. Never throws: the files are back. */
export async function setFolderModes(parts: JournalParts, modes: ReadonlyMap<string, number>): Promise<void> {
  for (const [folder, mode] of [...modes].sort(([a], [b]) => (a < b ? 1 : -1))) {
    try {
      const inside = await insideOf(parts, folder);
      if (inside !== undefined) await parts.files.setFolderMode(absoluteOf(parts.roots, folder), mode, inside);
    } catch (error) {
      parts.log.warn(`The folder ${folder} could not be given its mode ${mode.toString(8)}: ${messageOf(error)}`);
    }
  }
}

/** Those of the folders that a change had made and that hold nothing any more. */
export async function removeEmptied(parts: JournalParts, folders: readonly string[]): Promise<void> {
  for (const folder of [...new Set(folders)].sort().reverse()) {
    if ((await insideOf(parts, folder)) !== undefined)
      await parts.files.removeEmptyFolder(absoluteOf(parts.roots, folder));
  }
}

/** The folder of its root; `undefined` where the way to it leads somewhere else now. */
async function insideOf({ files, roots }: JournalParts, folder: string): Promise<string | undefined> {
  const probe = await resolveInside(files, roots, `${folder}/x`, 'read');
  return 'refused' in probe || probe.relative !== `${folder}/x` ? undefined : probe.inside;
}
