import { BaleenError } from '../core/errors.js';
import type { Files, Log } from '../core/host.js';
import type { Roots } from '../core/repository/roots.js';
import type { Root } from '../protocol/pack.js';

/** Throws a sentence when there is no such folder; of several, those that are missing are left out. */
export async function resolveRoots(files: Files, log: Log, folders: Roots): Promise<Roots> {
  const found: Root[] = [];
  for (const { name, folder } of folders) {
    const real = await files.realpath(folder);
    const isFolder = real !== undefined && (await files.lstat(real))?.kind === 'directory';
    // One folder under two names would be two places for the same bytes.
    if (isFolder && !found.some((root) => root.folder === real)) found.push({ name, folder: real });
    else if (folders.length > 1) log.warn(`${folder} is left out: it is no folder, or another one of the workspace.`);
  }
  const [first, ...others] = found;
  if (first !== undefined) return [first, ...others];
  throw new BaleenError(`${folders[0].folder} is not a folder. Name one that exists.`, 'bad_usage');
}
