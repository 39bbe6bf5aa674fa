/** Brings a pack and its change log up to the disk: at the start of a session, and again before each turn. */
import { listRepository, type Listing } from '../repository/listing.js';
import { logPath } from './changeLog.js';
import { detectChanges, type Origin } from './detect.js';
import { makeSnapshot } from './makeSnapshot.js';
import type { MetSecrets } from './metSecrets.js';
import { createOpenPack, type OpenPack } from './openPack.js';
import type { PackOptions, PackProgress, PackState } from './packer.js';
import { createPacer, type PackPorts } from './ports.js';
import type { FileReader } from './reader.js';
import { loadSnapshot, saveSnapshot } from './snapshotStore.js';

/** At the start of a session a log larger than both of these gives way to a new snapshot. */
const mostLogTokens = 60_000;
const mostLogShare = 1 / 8;

export interface PackParts {
  ports: PackPorts;
  reader: FileReader;
  met: MetSecrets;
}

/** The stored pack if it is whole and its log short, else a new one; the caller holds the lock. */
export async function startPack(
  parts: PackParts,
  options: PackOptions,
  onProgress: PackProgress,
  signal: AbortSignal,
): Promise<{ open: OpenPack; state: PackState }> {
  const { files, log } = parts.ports;
  const { root, stateFolder, budgetTokens } = options;
  let listing: Listing | undefined;
  const loaded = await loadSnapshot(files, stateFolder, {
    root,
    budget: budgetTokens,
    selectionKey: async () => (listing = await listRepository(parts.ports, options, signal)).selectionKey,
  });
  let reused = loaded.kind === 'loaded';
  let cacheBreak = loaded.kind === 'damaged' ? `the stored snapshot was damaged (${loaded.reason})` : undefined;
  let open =
    loaded.kind === 'loaded'
      ? createOpenPack(files, options, loaded.snapshot)
      : await renewPack(parts, options, onProgress, signal);
  cacheBreak = (await bringUp(parts, open, signal, undefined, reused ? listing : undefined)) ?? cacheBreak;
  if (open.logTokens > Math.max(mostLogTokens, budgetTokens * mostLogShare)) {
    cacheBreak = `the change log had grown to ${open.logTokens} tokens`;
    reused = false;
    open = await renewPack(parts, options, onProgress, signal);
  }
  if (reused) await meetSecrets(parts, open, signal);
  if (cacheBreak !== undefined) log.warn(`cache break: ${cacheBreak}`);
  const state: PackState = { report: open.snapshot.report, entries: [...open.entries], reused };
  return { open, state: cacheBreak === undefined ? state : { ...state, cacheBreak } };
}

async function renewPack(
  { ports, met }: PackParts,
  options: PackOptions,
  onProgress: PackProgress,
  signal: AbortSignal,
): Promise<OpenPack> {
  const { files, log } = ports;
  const { stateFolder } = options;
  const snapshot = await makeSnapshot(ports, met, options, onProgress, signal);
  onProgress({ type: 'progress', phase: 'save', done: 0, total: 1 });
  // A log of an earlier snapshot with these very bytes tells of another time.
  await files.remove(logPath(stateFolder, snapshot.report));
  await saveSnapshot(files, stateFolder, snapshot, log);
  onProgress({ type: 'progress', phase: 'save', done: 1, total: 1 });
  return createOpenPack(files, options, snapshot);
}

/**
 * Brings the log up to other processes and then to the disk; the caller holds the lock. Answers with what was wrong
 * with it, if anything.
 */
export async function bringUp(
  { ports, reader, met }: PackParts,
  open: OpenPack,
  signal?: AbortSignal,
  origin?: Origin,
  listing?: Listing,
): Promise<string | undefined> {
  const damage = await open.catchUp();
  const detected = await detectChanges(ports, reader, open, origin, signal, listing);
  met.add(detected.distinctive);
  await open.append(detected.records);
  return damage;
}

/** A stored snapshot does not hold the secrets behind its placeholders: the few files that have any are read again. */
async function meetSecrets({ ports, reader, met }: PackParts, open: OpenPack, signal: AbortSignal): Promise<void> {
  const pace = createPacer(signal);
  const holding = [...open.known.values()].filter(({ secrets }) => secrets > 0).map(({ path }) => path);
  for (const file of (await listRepository(ports, open, signal, holding)).files) {
    const reading = await reader.read(open.root, file);
    if (reading?.kind === 'text') met.add(reading.distinctive);
    await pace();
  }
}
