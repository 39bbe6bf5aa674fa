import type { WithheldReason } from '../../protocol/pack.js';
import { withheldFolderLine, withheldLine } from './frames.js';

export interface WithheldEntry {
  path: string;
  bytes: number;
  why: WithheldReason;
}

/** One line of the list of withheld files, and how many it tells of. */
export interface WithheldRow {
  line: string;
  files: number;
}

/** More files of one folder than this, withheld for one reason, are told as a number. */
const mostNamedInFolder = 20;

/**
 * A line a file, but folders full of them in one: the outermost folder in which nothing but files withheld for one
 * reason stands, and else the folder that holds them. In path order, as the files came. `shown` are the files with text.
 */
export function listWithheld(withheld: readonly WithheldEntry[], shown: readonly { path: string }[]): WithheldRow[] {
  const reasons = reasonsOfFolders(withheld, shown);
  const groups = new Map<string, WithheldEntry[]>();
  for (const file of withheld) {
    const key = `${groupFolder(file, reasons)}\0${file.why}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [file]);
    else group.push(file);
  }
  const told = new Set<string>();
  return withheld.flatMap((file) => {
    const folder = groupFolder(file, reasons);
    const key = `${folder}\0${file.why}`;
    const group = groups.get(key) ?? [];
    if (folder === '' || group.length <= mostNamedInFolder) {
      return [{ line: withheldLine(file.path, file.bytes, file.why), files: 1 }];
    }
    if (told.has(key)) return [];
    told.add(key);
    const bytes = group.reduce((sum, one) => sum + one.bytes, 0);
    return [{ line: withheldFolderLine(folder, group.length, bytes, file.why), files: group.length }];
  });
}

/** For each folder that holds withheld files the one reason of all that lies in it, or `undefined` if there is none. */
function reasonsOfFolders(
  withheld: readonly WithheldEntry[],
  shown: readonly { path: string }[],
): ReadonlyMap<string, string | undefined> {
  const reasons = new Map<string, string | undefined>();
  for (const { path, why } of withheld) {
    for (const folder of foldersOf(path))
      reasons.set(folder, reasons.has(folder) && reasons.get(folder) !== why ? undefined : why);
  }
  for (const { path } of shown)
    for (const folder of foldersOf(path)) if (reasons.has(folder)) reasons.set(folder, undefined);
  return reasons;
}

function groupFolder({ path, why }: WithheldEntry, reasons: ReadonlyMap<string, string | undefined>): string {
  const folders = foldersOf(path);
  return folders.find((folder) => reasons.get(folder) === why) ?? folders.at(-1) ?? '';
}

/** Outermost first, each with a slash at its end. */
function foldersOf(path: string): string[] {
  const folders: string[] = [];
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) folders.push(path.slice(0, at + 1));
  return folders;
}
