import type { FileStat } from '../host.js';
import type { JournalParts } from './journalParts.js';

/**
 * For one look at many files: the folders on the way to them are looked at once. What is done with a file afterwards
 * goes through every folder again (`inside`), so that one that has become a link meanwhile leads nowhere.
 */
export function rememberFolders(parts: JournalParts): JournalParts {
  const { files } = parts;
  const folders = new Map<string, FileStat>();
  return {
    ...parts,
    files: {
      ...files,
      async lstat(path) {
        const known = folders.get(path);
        if (known !== undefined) return known;
        const stat = await files.lstat(path);
        if (stat?.kind === 'directory') folders.set(path, stat);
        return stat;
      },
    },
  };
}
