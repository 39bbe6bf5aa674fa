import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import { BaleenError } from '../errors.js';
import { listRepository } from '../repository/listing.js';
import { countPrompt } from '../tokens/template.js';
import { joinBody, refuseSecrets, splitBody } from './body.js';
import { logPath } from './changeLog.js';
import { collectFiles } from './collect.js';
import { detectChanges, type Origin } from './detect.js';
import type { KnownFile } from './known.js';
import { createOpenPack, type OpenPack } from './openPack.js';
import type { ChangeEntry, Packer, PackOptions, PackProgress, PackState } from './packer.js';
import { createPacer, type PackPorts } from './ports.js';
import { createFileReader } from './reader.js';
import { renderPack } from './render.js';
import { searchFiles } from './search.js';
import { loadSnapshot, readPack, saveSnapshot, type Snapshot } from './snapshotStore.js';

/** At the start of a session a log larger than both of these gives way to a new snapshot. */
const mostLogTokens = 60_000;
const mostLogShare = 1 / 8;
/** More values than anybody has; a folder full of made-up ones must not fill the memory. */
const mostSecretsKept = 10_000;

/** The packer itself; it runs in a worker. One folder is open at a time. */
export function createPackEngine(ports: PackPorts): Packer {
  const { files, counter, log } = ports;
  const reader = createFileReader(files);
  const distinctive = new Set<string>();
  /** Escaped pack texts by SHA-256: one in use, and perhaps one of an older session. */
  const escaped = new Map<string, Buffer>();
  let current: OpenPack | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  /** Work that changes the state runs one after the other, and under the lock of the state folder. */
  function alone<T>(stateFolder: string, work: () => Promise<T>): Promise<T> {
    const result = queue.then(async () => {
      await files.makeFolder(join(stateFolder, 'log'));
      return files.withLock(join(stateFolder, 'pack.lock'), work);
    });
    queue = result.catch(() => undefined);
    return result;
  }

  function needOpen(): OpenPack {
    if (current === undefined) throw new BaleenError('No folder is packed yet. Open one first.');
    return current;
  }

  function remember(values: readonly string[]): void {
    for (const value of values) if (distinctive.size < mostSecretsKept) distinctive.add(value);
  }

  async function makeSnapshot(options: PackOptions, onProgress: PackProgress, signal: AbortSignal): Promise<Snapshot> {
    const { root, budgetTokens } = options;
    const checkedAtMs = Date.now();
    const collection = await collectFiles(ports, root, budgetTokens, onProgress, signal);
    remember(collection.distinctive);
    onProgress({ type: 'progress', phase: 'render', done: 0, total: collection.files.length });
    const { bytes, report, spans } = await renderPack(collection, budgetTokens, counter, signal);
    const known = (file: { path: string; stat: { size: number; mtimeMs: number; mode: number; identity: string } }) => {
      const { size, mtimeMs, mode, identity } = file.stat;
      return { path: file.path, size, mtimeMs, mode, identity, checkedAtMs };
    };
    const kept = collection.files.map((file) => {
      const span = spans.get(file.path);
      const { sha256, secrets } = file;
      return span === undefined
        ? { ...known(file), sha256, secrets, as: 'listed' as const }
        : { ...known(file), sha256, secrets, as: 'full' as const, span };
    });
    const withheld = collection.withheld.map((file) => ({
      ...known(file),
      sha256: file.sha256,
      secrets: 0,
      as: 'withheld' as const,
      why: file.why,
    }));
    return { bytes, report: { root, ...report }, files: [...kept, ...withheld] };
  }

  async function renew(options: PackOptions, onProgress: PackProgress, signal: AbortSignal): Promise<OpenPack> {
    const { root, stateFolder } = options;
    const snapshot = await makeSnapshot(options, onProgress, signal);
    onProgress({ type: 'progress', phase: 'save', done: 0, total: 1 });
    // A log of an earlier snapshot with these very bytes tells of another time.
    await files.remove(logPath(stateFolder, snapshot.report));
    await saveSnapshot(files, stateFolder, snapshot, log);
    onProgress({ type: 'progress', phase: 'save', done: 1, total: 1 });
    return createOpenPack(files, root, stateFolder, snapshot);
  }

  async function openLocked(options: PackOptions, onProgress: PackProgress, signal: AbortSignal): Promise<PackState> {
    const { root, stateFolder, budgetTokens } = options;
    const loaded = await loadSnapshot(files, stateFolder, { root, budget: budgetTokens });
    let reused = loaded.kind === 'loaded';
    let cacheBreak = loaded.kind === 'damaged' ? `the stored snapshot was damaged (${loaded.reason})` : undefined;
    let open =
      loaded.kind === 'loaded'
        ? createOpenPack(files, root, stateFolder, loaded.snapshot)
        : await renew(options, onProgress, signal);
    cacheBreak = (await bringUp(open, signal)) ?? cacheBreak;
    if (open.logTokens > Math.max(mostLogTokens, budgetTokens * mostLogShare)) {
      cacheBreak = `the change log had grown to ${open.logTokens} tokens`;
      reused = false;
      open = await renew(options, onProgress, signal);
    }
    if (reused) await meetSecrets(open, signal);
    current = open;
    if (cacheBreak !== undefined) log.warn(`cache break: ${cacheBreak}`);
    const state: PackState = { report: open.snapshot.report, entries: [...open.entries], reused };
    return cacheBreak === undefined ? state : { ...state, cacheBreak };
  }

  /** Brings the log up to other processes and then to the disk. Answers with what was wrong with it, if anything. */
  async function bringUp(open: OpenPack, signal?: AbortSignal, origin?: Origin): Promise<string | undefined> {
    const damage = await open.catchUp();
    const detected = await detectChanges(ports, reader, open, origin, signal);
    remember(detected.distinctive);
    await open.append(detected.records);
    return damage;
  }

  /** A stored snapshot does not hold the secrets behind its placeholders: the few files that have any are read again. */
  async function meetSecrets(open: OpenPack, signal: AbortSignal): Promise<void> {
    const pace = createPacer(signal);
    const holding = [...open.known.values()].filter((file: KnownFile) => file.secrets > 0);
    for (const file of await listRepository(
      ports,
      open.root,
      signal,
      holding.map(({ path }) => path),
    )) {
      const reading = await reader.read(open.root, file);
      if (reading?.kind === 'text') remember(reading.distinctive);
      await pace();
    }
  }

  async function escapedPack(sha256: string): Promise<Buffer> {
    const known = escaped.get(sha256);
    if (known !== undefined) return known;
    const open = needOpen();
    const bytes =
      open.snapshot.report.sha256 === sha256
        ? open.snapshot.bytes
        : await readPack(files, open.stateFolder, sha256).catch(() => {
            throw new BaleenError(
              'The snapshot of the repository that this session was begun with is gone, so nothing was sent. Start a new session.',
            );
          });
    const text = Buffer.from(JSON.stringify(bytes.toString('utf8')), 'utf8');
    for (const other of escaped.keys()) if (other !== open.snapshot.report.sha256) escaped.delete(other);
    escaped.set(sha256, text);
    return text;
  }

  return {
    open: (options, onProgress, signal) => alone(options.stateFolder, () => openLocked(options, onProgress, signal)),
    async fresh(options, onProgress, signal) {
      const snapshot = await makeSnapshot(options, onProgress, signal);
      return { report: snapshot.report, text: snapshot.bytes.toString('utf8') };
    },
    sync(origin) {
      const open = needOpen();
      return alone(open.stateFolder, async (): Promise<ChangeEntry[]> => {
        const before = open.entries.length;
        const damage = await bringUp(open, undefined, origin);
        if (damage !== undefined) log.warn(`${damage}; what is missing was told again`);
        return open.entries.slice(before);
      });
    },
    async entries(packSha256, after) {
      const { snapshot, entries } = needOpen();
      if (snapshot.report.sha256 === packSha256) return entries.filter((entry) => entry.number > after);
      throw new BaleenError(
        'A newer pack has taken the place of the one that this session began with. Nothing was sent; start a new session to go on.',
      );
    },
    packText: async () => needOpen().snapshot.bytes.toString('utf8'),
    async list() {
      const { root } = needOpen();
      const pace = createPacer();
      const result: { path: string; bytes: number; withheld?: string }[] = [];
      for (const file of await listRepository(ports, root)) {
        const withheld = await reader.classify(root, file);
        const entry = { path: file.path, bytes: file.stat.size };
        result.push(withheld === undefined ? entry : { ...entry, withheld });
        await pace();
      }
      return result;
    },
    async search(query, signal) {
      const { root } = needOpen();
      return searchFiles(reader, root, await listRepository(ports, root, signal), query, signal);
    },
    async scan() {
      const listed = await listRepository(ports, needOpen().root);
      return new Map(
        listed.map(({ path, stat }) => [
          path,
          `${stat.size}:${stat.mtimeMs}:${stat.mode.toString(8)}:${stat.identity}`,
        ]),
      );
    },
    async countPrompt(prompt) {
      const report = current?.snapshot.report;
      return countPrompt(counter, prompt, new Map(report === undefined ? [] : [[report.sha256, report.tokens]]));
    },
    async assembleBody(body, secrets) {
      const split = splitBody(body);
      const packs: Buffer[] = [];
      for (const sha256 of split.packs) packs.push(await escapedPack(sha256));
      refuseSecrets(split.texts, distinctive, 'a credential of the workspace');
      refuseSecrets([...split.texts, ...packs.map((pack) => pack.toString('utf8'))], secrets, 'your API key');
      return joinBody(split, packs);
    },
    async dispose() {
      await queue;
      current = undefined;
      escaped.clear();
    },
  };
}
