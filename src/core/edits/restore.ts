import { dirname } from 'node:path';
import type { Files, Log } from '../host.js';
import { resolveInside } from '../repository/pathGate.js';
import type { Roots } from '../repository/roots.js';
import type { Checkpoint } from './checkpoint.js';
import { blobPath, hashBytes, type FileState } from './journalRecords.js';

interface Parts {
  files: Files;
  roots: Roots;
  stateFolder: string;
  log: Log;
}

/** Brings one file back to what it was, its present state journaled first. Answers false if it had to be left alone. */
export async function restoreFile(
  parts: Parts,
  checkpoint: Checkpoint,
  path: string,
  before: FileState,
): Promise<boolean> {
  const { files, roots, log } = parts;
  const place = await resolveInside(files, roots, path, 'write');
  if ('refused' in place || place.relative !== path) {
    log.warn(`${path} was not restored: ${'refused' in place ? place.refused : 'it leads somewhere else now.'}`);
    return false;
  }
  if (before.kind === 'missing') {
    await checkpoint.before(path);
    await files.remove(place.absolute, place.inside);
  } else {
    const bytes = await readBlob(parts, before.sha256);
    if (bytes === undefined) {
      log.error(`${path} was not restored: its old bytes are missing from the journal, or damaged.`);
      return false;
    }
    await checkpoint.before(path);
    await files.makeFolder(dirname(place.absolute), 0o777, place.inside);
    await files.replace(place.absolute, bytes, before.mode, place.inside);
    await files.setMode(place.absolute, before.mode, place.inside);
  }
  await checkpoint.after(path);
  return true;
}

/** Bytes of the journal; `undefined` if they are missing or damaged. */
export async function readBlob(
  { files, stateFolder }: Pick<Parts, 'files' | 'stateFolder'>,
  sha256: string,
): Promise<Uint8Array | undefined> {
  const path = blobPath(stateFolder, sha256);
  if ((await files.lstat(path))?.kind !== 'file') return undefined;
  const bytes = await files.read(path);
  return hashBytes(bytes) === sha256 ? bytes : undefined;
}
