import { Buffer } from 'node:buffer';
import { join, posix } from 'node:path';
import { messageOf } from '../errors.js';
import { resolveInside } from '../repository/pathGate.js';
import { absoluteOf } from '../repository/roots.js';
import { inPool } from './pool.js';
import { readBlob } from './fileStates.js';
import type { JournalParts } from './journalParts.js';
import { blobFolder } from './journalRecords.js';
import type { Recorded } from './journalState.js';

/**
 * Removes what a process that was killed in mid-write left beside the user's files. A write is journaled before it
 * begins, so only the folders that the journal names are looked into, and only what was planned there, or a beginning of
 * it, is ours, whatever its name. Among the journal's own bytes any is. Never throws: it is only tidying.
 */
export async function removeLeftTemps(parts: JournalParts, all: ReadonlyMap<string, Recorded>): Promise<void> {
  const { files, roots, stateFolder, log } = parts;
  const blobs = blobFolder(stateFolder);
  try {
    const folders = (await files.list(blobs)).filter((name) => /^[0-9a-f]{2}$/.test(name));
    await inPool(folders, (name) => files.removeDeadTemps(join(blobs, name)));
    await inPool([...findPlanned(all)], async ([folder, planned]) => {
      const probe = folder === '.' ? 'x' : `${folder}/x`;
      const place = await resolveInside(files, roots, probe, 'read');
      if ('refused' in place || place.relative !== probe) return;
      for (const name of await files.removeDeadTemps(absoluteOf(roots, folder), place.inside, (bytes) =>
        isBeginningOf(parts, planned, bytes),
      ))
        log.info(`${posix.join(folder, name)} was removed: a process that was killed had left it there.`);
    });
  } catch (error) {
    log.warn(
      `Temp files of a killed process may still stand in ${roots.map((root) => root.folder).join(', ')}: ${messageOf(error)}`,
    );
  }
}

/** By folder, the hashes of what was to be written in it, or written back, when a process ended. */
function findPlanned(all: ReadonlyMap<string, Recorded>): Map<string, string[]> {
  const folders = new Map<string, string[]>();
  for (const { files } of all.values()) {
    for (const [path, { open }] of files) {
      if (open === undefined) continue;
      const hashes = [open.from, open.to].flatMap((state) => (state.kind === 'file' ? [state.sha256] : []));
      const folder = posix.dirname(path);
      folders.set(folder, [...(folders.get(folder) ?? []), ...hashes]);
    }
  }
  return folders;
}

async function isBeginningOf(parts: JournalParts, planned: readonly string[], bytes: Uint8Array): Promise<boolean> {
  for (const sha256 of planned) {
    const whole = await readBlob(parts, sha256);
    if (whole !== undefined && Buffer.compare(whole.subarray(0, bytes.length), bytes) === 0) return true;
  }
  return false;
}
