/** Brings a pack and its change log up to the disk: at the start of a session, and again before each turn. */
import type { Listing } from '../repository/listing.js';
import { haveEqualRules, listWorkspace } from '../repository/workspaceListing.js';
import { logPath } from './changeLog.js';
import type { WholeRule } from './changes.js';
import { detectChanges, type Detected } from './detect.js';
import { isWorthRenewing, logRoomOf } from './logRoom.js';
import { makeSnapshot, type SnapshotParts } from './makeSnapshot.js';
import { createOpenPack, holdsAny, type OpenPack, type OpenPlace } from './openPack.js';
import type { LogPlace, LogTail, Look, PackOptions, PackProgress, PackState } from './packer.js';
import { createPacer, giveWay } from './ports.js';
import type { FileReader } from './reader.js';
import { dropSnapshots, loadSnapshot, saveSnapshot } from './snapshotStore.js';
import { forgetSent, isOutOfCache, pruneSnapshots, readSent } from './snapshotUse.js';
import { fullLog, goneSnapshot, otherLog, taintedPack } from './stopped.js';
import { countFiles, summarize } from './summary.js';

export interface PackParts extends SnapshotParts {
  reader: FileReader;
  rule: WholeRule;
}

export interface Started {
  open: OpenPack;
  state: PackState;
}

/** The stored pack if it is whole and may stay, else a new one; the caller holds the lock. */
export async function startPack(
  parts: PackParts,
  options: PackOptions,
  onProgress: PackProgress,
  signal: AbortSignal,
): Promise<Started> {
  const { files, log } = parts.ports;
  const { roots, stateFolder, budgetTokens: budget } = options;
  const loaded = await loadSnapshot(files, stateFolder, { roots, budget });
  if (loaded.kind !== 'loaded') {
    const reason = loaded.kind === 'damaged' ? `the stored snapshot was damaged (${loaded.reason})` : undefined;
    return renewPack(parts, options, reason, onProgress, signal);
  }
  const open = createOpenPack(files, options, loaded.snapshot);
  const listing = await listWorkspace(parts.ports, options, signal);
  const brought = await bringUp(parts, open, undefined, signal, listing);
  const reason =
    options.renew === true ? 'you asked for a new snapshot' : await reasonToRenew(parts, open, brought, listing);
  if (reason !== undefined) return renewPack(parts, options, reason, onProgress, signal);
  await meetSecrets(parts, open, signal);
  const cacheBreak = brought.damage ?? (await findLoss(parts, open));
  if (cacheBreak === undefined) return { open, state: stateOf(open, true) };
  log.info(`cache break: ${cacheBreak}`);
  return { open, state: { ...stateOf(open, true), cacheBreak } };
}

/** The pack that a session began with, and its log; a sentence is thrown if the session cannot go on with them. */
export async function startPinned(
  parts: PackParts,
  place: OpenPlace,
  sha256: string,
  signal?: AbortSignal,
): Promise<Started> {
  const { files, log } = parts.ports;
  const loaded = await loadSnapshot(files, place.stateFolder, { sha256 });
  if (loaded.kind !== 'loaded') throw goneSnapshot();
  const open = createOpenPack(files, place, loaded.snapshot);
  const { damage, tainted, isFull } = await bringUp(parts, open, undefined, signal);
  if (damage !== undefined) log.warn(`${damage}; what is missing was told again`);
  if (tainted !== undefined) throw taintedPack(tainted);
  if (isFull) throw fullLog();
  await meetSecrets(parts, open, signal);
  return { open, state: stateOf(open, true) };
}

function stateOf(open: OpenPack, reused: boolean): PackState {
  const { entries, logTokens } = open;
  const { report } = open.snapshot;
  return {
    report: summarize(report),
    counts: countFiles(report),
    entries: [...entries],
    end: endOf(open),
    reused,
    proposesRenewal: isWorthRenewing(logTokens, report.tokens),
  };
}

export function endOf(open: OpenPack): LogPlace {
  const number = open.entries.length;
  return { number, chain: open.chainAt(number) ?? '' };
}

/** Throws a sentence if the log is not the one in which that place was. */
export function tailOf(open: OpenPack, after: LogPlace): LogTail {
  if (open.chainAt(after.number) !== after.chain) throw otherLog();
  const { entries, logTokens } = open;
  const proposesRenewal = isWorthRenewing(logTokens, open.snapshot.report.tokens);
  return { entries: entries.slice(after.number), end: endOf(open), logTokens, proposesRenewal };
}

async function reasonToRenew(
  { ports }: PackParts,
  open: OpenPack,
  { tainted, isFull }: Brought,
  { selectionKey }: Listing,
): Promise<string | undefined> {
  if (tainted !== undefined) return `${tainted.path} ${tainted.why}, and the stored snapshot showed its text`;
  if (holdsAny(open, ports.ownKeys?.() ?? [])) {
    await dropSnapshots(ports.files, open.stateFolder);
    return 'your API key stood in the stored snapshot';
  }
  const { report } = open.snapshot;
  if (!haveEqualRules(open.snapshot.selectionKey, selectionKey))
    return 'the choice of files has changed (.baleenignore or settings)';
  if (isFull) return 'more has changed than the change log has room for';
  if (open.logTokens > logRoomOf(report).renewTokens) return `the change log had grown to ${open.logTokens} tokens`;
  if (open.entries.length === 0) return undefined;
  const sent = await readSent(ports.files, open.stateFolder, report.sha256);
  if (sent === undefined || !isOutOfCache(sent)) return undefined;
  return 'the stored snapshot was not sent for more than a day, so that no cache holds it any more';
}

/** What went into a request and is no longer in the log, for instance after a damaged end. */
async function findLoss({ ports }: PackParts, open: OpenPack): Promise<string | undefined> {
  const sent = await readSent(ports.files, open.stateFolder, open.snapshot.report.sha256);
  if (sent === undefined || open.chainAt(sent.number) === sent.chain) return undefined;
  return 'the change log had lost entries that were sent, and tells them anew';
}

async function renewPack(
  parts: PackParts,
  options: PackOptions,
  reason: string | undefined,
  onProgress: PackProgress,
  signal: AbortSignal,
): Promise<Started> {
  const { files, log } = parts.ports;
  const { stateFolder } = options;
  const snapshot = await makeSnapshot(parts, options, onProgress, signal);
  signal.throwIfAborted();
  onProgress({ type: 'progress', phase: 'save', done: 0, total: 1 });
  await giveWay(signal);
  // A log of an earlier snapshot with these very bytes tells of another time, and so does what was sent of it.
  await files.remove(logPath(stateFolder, snapshot.report));
  await forgetSent(files, stateFolder, snapshot.report.sha256);
  await saveSnapshot(files, stateFolder, snapshot, signal);
  const evicted = await pruneSnapshots(files, stateFolder, snapshot.report.sha256, log);
  onProgress({ type: 'progress', phase: 'save', done: 1, total: 1 });
  const open = createOpenPack(files, options, snapshot);
  const state = { ...stateOf(open, false), ...(evicted.length === 0 ? {} : { evicted }) };
  if (reason === undefined) return { open, state };
  log.info(`cache break: ${reason}`);
  return { open, state: { ...state, cacheBreak: reason } };
}

export interface Brought {
  /** What was wrong with the log. */
  damage?: string;
  /** The frozen bytes may not leave any more; every stored snapshot is gone, since older ones hold the file too. */
  tainted?: NonNullable<Detected['tainted']>;
  /** There was more to tell than the log has room for; nothing of it was appended. */
  isFull: boolean;
}

/**
 * Brings the log up to other processes and then to the disk; the caller holds the lock. A `listing` that was just made
 * need not be made again.
 */
export async function bringUp(
  parts: PackParts,
  open: OpenPack,
  look?: Look,
  signal?: AbortSignal,
  listing?: Listing,
): Promise<Brought> {
  const damage = await open.catchUp();
  const room = logRoomOf(open.snapshot.report);
  const detected = await detectChanges(parts, open, room, look, signal, listing);
  const { records, distinctive, tainted, isFull } = detected;
  parts.met.add(distinctive);
  if (tainted !== undefined) await dropSnapshots(parts.ports.files, open.stateFolder);
  else if (!isFull) await open.append(records);
  return {
    ...(damage === undefined ? {} : { damage }),
    ...(tainted === undefined ? {} : { tainted }),
    isFull,
  };
}

/** A stored snapshot does not hold the secrets behind its placeholders: the few files that have any are read again. */
async function meetSecrets({ ports, reader, met }: PackParts, open: OpenPack, signal?: AbortSignal): Promise<void> {
  const pace = createPacer(signal);
  const holding = [...open.known.values()].filter(({ secrets }) => secrets > 0).map(({ path }) => path);
  for (const file of (await listWorkspace(ports, open, signal, holding)).files) {
    const reading = await reader.read(open.roots, file);
    if (reading?.kind === 'text') met.add(reading.distinctive);
    await pace();
  }
}
