/** Who uses a stored snapshot, and when it was last sent: what decides how long it is kept, and when it may give way. */
import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import { messageOf } from '../errors.js';
import type { Files, Log } from '../host.js';
import type { LogPlace } from './packer.js';
import { readMetas, snapshotFolder } from './snapshotStore.js';

/** Snapshots kept beside the one in use, whoever uses them. */
const keptOlder = 3;
/** Older ones that sessions began with are kept within these bounds. */
const mostPinned = 12;
const mostPinnedBytes = 256 * 1024 * 1024;
const longestUnsentMs = 30 * 24 * 3_600_000;
/** How often it is noted that a snapshot was sent, while its log does not grow. */
const sentEveryMs = 10 * 60_000;
/** Longer than this no host keeps a prefix in its cache. */
const cacheLifeMs = 24 * 3_600_000;

const sessionsSuffix = '.sessions';
const sentSuffix = '.sent';

/** The end of the log when the snapshot last went into a request. */
export interface Sent extends LogPlace {
  /** In milliseconds since 1970. */
  at: number;
}

/** Notes that a session begins with a snapshot, so that it is kept as long as can be. */
export async function pinSnapshot(files: Files, stateFolder: string, sha256: string, session: string): Promise<void> {
  await files.append(join(snapshotFolder(stateFolder), sha256 + sessionsSuffix), Buffer.from(`${session}\n`));
}

/** Notes with each request that a snapshot was sent, and up to where its log; written where that is news. */
export function createSentNotes(
  files: Files,
  log: Log,
): (stateFolder: string, sha256: string, end: LogPlace) => Promise<void> {
  const noted = new Map<string, { number: number; at: number }>();
  return async (stateFolder, sha256, end) => {
    const last = noted.get(sha256);
    const at = Date.now();
    if (last?.number === end.number && at - last.at < sentEveryMs) return;
    noted.set(sha256, { number: end.number, at });
    const sent: Sent = { at, ...end };
    const path = join(snapshotFolder(stateFolder), sha256 + sentSuffix);
    // A request does not wait for a full disk to be mended.
    await files
      .replace(path, Buffer.from(JSON.stringify(sent)), 0o600)
      .catch((error: unknown) => log.warn(`It could not be noted that the snapshot was sent: ${messageOf(error)}`));
  };
}

export async function forgetSent(files: Files, stateFolder: string, sha256: string): Promise<void> {
  await files.remove(join(snapshotFolder(stateFolder), sha256 + sentSuffix));
}

/** `undefined` if it was never sent, or nobody can tell. */
export async function readSent(files: Files, stateFolder: string, sha256: string): Promise<Sent | undefined> {
  try {
    const path = join(snapshotFolder(stateFolder), sha256 + sentSuffix);
    const { at, number, chain } = JSON.parse(Buffer.from(await files.read(path)).toString('utf8')) as Partial<Sent>;
    const isWhole = typeof at === 'number' && typeof number === 'number' && typeof chain === 'string';
    return isWhole ? { at, number, chain } : undefined;
  } catch {
    return undefined;
  }
}

export function isOutOfCache({ at }: Sent): boolean {
  return Date.now() - at > cacheLifeMs;
}

/**
 * Bounds the folder: damaged snapshots go, and the oldest, each with its log. Answers with the sessions that can only be
 * read from now on.
 */
export async function pruneSnapshots(files: Files, stateFolder: string, current: string, log: Log): Promise<string[]> {
  const folder = snapshotFolder(stateFolder);
  const older = (await readMetas(files, stateFolder)).filter((one) => one.sha256 !== current && one.meta !== undefined);
  const kept = new Set([current, ...older.slice(-keptOlder).map(({ sha256 }) => sha256)]);
  const evicted: string[] = [];
  let pinned = 0;
  let bytes = 0;
  for (const { sha256 } of older.slice(0, -keptOlder).reverse()) {
    const sessions = await sessionsOf(files, stateFolder, sha256);
    bytes += (await files.lstat(join(folder, `${sha256}.pack.br`)))?.size ?? 0;
    const lastSent = (await readSent(files, stateFolder, sha256))?.at ?? 0;
    const isRecent = Date.now() - lastSent < longestUnsentMs;
    if (sessions.length > 0 && isRecent && ++pinned <= mostPinned && bytes <= mostPinnedBytes) kept.add(sha256);
    else evicted.push(...sessions);
  }
  for (const name of await files.list(folder)) {
    if (!kept.has(name.slice(0, name.indexOf('.'))) && !name.startsWith('.')) await files.remove(join(folder, name));
  }
  await pruneLogs(files, stateFolder, kept, log);
  return evicted;
}

/** Sessions that began with a snapshot and whose logs are still there. */
async function sessionsOf(files: Files, stateFolder: string, sha256: string): Promise<string[]> {
  const path = join(snapshotFolder(stateFolder), sha256 + sessionsSuffix);
  if ((await files.lstat(path)) === undefined) return [];
  const named = Buffer.from(await files.read(path))
    .toString('utf8')
    .split('\n');
  const found: string[] = [];
  for (const session of new Set(named.filter((name) => /^[\w-]+$/.test(name)))) {
    if ((await files.lstat(join(stateFolder, 'sessions', `${session}.jsonl`))) !== undefined) found.push(session);
  }
  return found;
}

async function pruneLogs(files: Files, stateFolder: string, kept: ReadonlySet<string>, log: Log): Promise<void> {
  const folder = join(stateFolder, 'log');
  if ((await files.lstat(folder)) === undefined) return;
  for (const name of await files.list(folder)) {
    const isKept = [...kept].some((sha256) => name.includes(sha256.slice(0, 16)));
    if (!name.endsWith('.jsonl') || isKept) continue;
    log.info(`removed the change log ${name} of a snapshot that is gone`);
    await files.remove(join(folder, name));
  }
}
