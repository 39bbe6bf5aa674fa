import { posix } from 'node:path';
import { messageOf } from '../errors.js';
import { resolveInside } from '../repository/pathGate.js';
import { absoluteOf } from '../repository/roots.js';
import type { JournalParts } from './journalParts.js';
import { readAll } from './journalState.js';

/**
 * Removes what a process that was killed in mid-write left beside the user's files. A write is journaled before it
 * begins, so only the folders that the journal names are looked into. Never throws: it is only tidying.
 */
export async function removeLeftTemps(parts: JournalParts): Promise<void> {
  const { files, roots, log } = parts;
  try {
    const folders = new Set<string>();
    for (const { files: recorded } of (await readAll(parts)).values())
      for (const path of recorded.keys()) folders.add(posix.dirname(path));
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
