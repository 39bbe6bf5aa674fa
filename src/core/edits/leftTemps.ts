import { posix } from 'node:path';
import { messageOf } from '../errors.js';
import { resolveInside } from '../repository/pathGate.js';
import { absoluteOf } from '../repository/roots.js';
import { inBatches } from './batches.js';
import type { JournalParts } from './journalParts.js';
import type { Recorded } from './journalState.js';

/**
 * Removes what a process that was killed in mid-write left beside the user's files. A write is journaled before it
 * begins, so only the folders that the journal names are looked into. Never throws: it is only tidying.
 */
export async function removeLeftTemps(parts: JournalParts, all: ReadonlyMap<string, Recorded>): Promise<void> {
  const { files, roots, log } = parts;
  try {
    const folders = new Set<string>();
    for (const { files: recorded } of all.values())
      for (const path of recorded.keys()) folders.add(posix.dirname(path));
    await inBatches([...folders], async (folder) => {
      const probe = folder === '.' ? 'x' : `${folder}/x`;
      const place = await resolveInside(files, roots, probe, 'read');
      if ('refused' in place || place.relative !== probe) return;
      for (const name of await files.removeDeadTemps(absoluteOf(roots, folder), place.inside))
        log.info(`${posix.join(folder, name)} was removed: a process that was killed had left it there.`);
    });
  } catch (error) {
    log.warn(
      `Temp files of a killed process may still stand in ${roots.map((root) => root.folder).join(', ')}: ${messageOf(error)}`,
    );
  }
}
