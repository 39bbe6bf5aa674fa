/** Keeps the journal within its bounds. Whoever calls holds its lock. */
import { join } from 'node:path';
import { inPool } from './pool.js';
import type { JournalParts } from './journalParts.js';
import {
  blobFolder,
  blobPath,
  listIds,
  readCheckpoint,
  recordsPath,
  stampOf,
  type CheckpointFile,
} from './journalRecords.js';
import { interpret } from './journalState.js';

export interface JournalBounds {
  /** The newest so many stay, whatever they hold. */
  alwaysKept: number;
  most: number;
  mostBytes: number;
  longestMs: number;
}

const usualBounds: JournalBounds = {
  alwaysKept: 20,
  most: 500,
  mostBytes: 512 << 20,
  longestMs: 30 * 24 * 3_600_000,
};

/**
 * Takes the oldest checkpoints away, records before bytes: a crash in between leaves bytes without a name, and these go
 * at the next time. Those of a process that runs stay. While a record that cannot be read may still name bytes, none go.
 */
export async function pruneJournal(parts: JournalParts, bounds: JournalBounds = usualBounds): Promise<void> {
  const { files, stateFolder, clock, log } = parts;
  const ids = (await listIds(parts)).reverse();
  const named = new Set<string>();
  let bytes = 0;
  let removed = 0;
  let mayNameMore = false;
  for (const [index, id] of ids.entries()) {
    const read = await readCheckpoint({ ...parts, log: { ...log, warn: () => undefined } }, id);
    if (read === undefined) continue;
    const blobs = namesIn(read);
    const fresh = [...blobs].filter((sha256) => !named.has(sha256));
    const sizes = await inPool(fresh, async (one) => (await files.lstat(blobPath(stateFolder, one)))?.size ?? 0);
    bytes += sizes.reduce((sum, size) => sum + size, 0);
    const isRecent = clock.now() - stampOf(id) <= bounds.longestMs;
    const isWithin = isRecent && index < bounds.most && bytes <= bounds.mostBytes;
    if (index < bounds.alwaysKept || isWithin || isInUse(parts, read)) {
      for (const sha256 of blobs) named.add(sha256);
      mayNameMore ||= read.isDamaged;
    } else if (!read.isDamaged) {
      await files.remove(recordsPath(stateFolder, id));
      removed++;
    }
  }
  if (!mayNameMore) await removeUnnamed(parts, named);
  if (removed > 0) log.info(`${removed} old checkpoints were removed from the journal.`);
}

function namesIn(read: CheckpointFile): ReadonlySet<string> {
  return interpret(read)?.blobs ?? new Set();
}

function isInUse({ owner }: JournalParts, read: CheckpointFile): boolean {
  const last = read.records.findLast((entry) => entry.type === 'begin' || entry.type === 'reopened');
  return last !== undefined && owner.isAlive(last.owner);
}

async function removeUnnamed({ files, stateFolder }: JournalParts, named: ReadonlySet<string>): Promise<void> {
  const folder = blobFolder(stateFolder);
  if ((await files.lstat(folder))?.kind !== 'directory') return;
  for (const sub of (await files.list(folder)).filter((name) => /^[0-9a-f]{2}$/.test(name))) {
    const inside = join(folder, sub);
    for (const sha256 of await files.list(inside)) {
      if (/^[0-9a-f]{64}$/.test(sha256) && !named.has(sha256)) await files.remove(join(inside, sha256));
    }
  }
}
