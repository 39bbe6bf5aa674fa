import { posix } from 'node:path';
import { messageOf } from '../errors.js';
import type { Files, Log } from '../host.js';
import { resolveInside } from '../repository/pathGate.js';
import { absoluteOf, type Roots } from '../repository/roots.js';
import { readRecords } from './journalRecords.js';

interface Parts {
  files: Files;
  roots: Roots;
  stateFolder: string;
  log: Log;
}

/**
 * Removes what a process that was killed in mid-write left beside the user's files. A write is journaled before it
 * begins, so only the folders that the journal names are looked into. Never throws: it is only tidying.
 */
export async function removeLeftTemps({ files, roots, stateFolder, log }: Parts): Promise<void> {
  try {
    const folders = new Set<string>();
    for (const entry of await readRecords(files, stateFolder, log))
      if (entry.type === 'before') folders.add(posix.dirname(entry.path));
    for (const folder of folders) {
      const probe = folder === '.' ? 'x' : `${folder}/x`;
      const place = await resolveInside(files, roots, probe, 'read');
      if ('refused' in place || place.relative !== probe) continue;
      for (const name of await files.removeDeadTemps(absoluteOf(roots, folder), place.inside))
        log.info(`${posix.join(folder, name)} was removed: a process that was killed had left it there.`);
    }
  } catch (error) {
    log.warn(
      `Temp files of a killed process may still stand in ${roots.map((root) => root.folder).join(', ')}: ${messageOf(error)}`,
    );
  }
}
