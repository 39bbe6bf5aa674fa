import { BaleenError } from '../errors.js';
import type { Files } from '../host.js';
import { listWorkspace } from '../repository/workspaceListing.js';
import { countPrompt } from '../tokens/template.js';
import { assembleBody, SecretInBody } from './body.js';
import { createEscapedPacks, type EscapedPack } from './escapedPacks.js';
import { createFolderScans, listWithReasons } from './folderLook.js';
import { makeSnapshot } from './makeSnapshot.js';
import { createMetSecrets } from './metSecrets.js';
import type { OpenPack } from './openPack.js';
import type { Packer } from './packer.js';
import type { PackPorts } from './ports.js';
import { createFileReader } from './reader.js';
import { searchFiles } from './search.js';
import { dropSnapshots, readPack } from './snapshotStore.js';
import { bringUp, startPack } from './startPack.js';
import { createStateQueue } from './stateQueue.js';
import { tabulate } from './summary.js';
import { formsOf } from '../view/ownKeys.js';

/** The packer itself; it runs in a worker. One workspace is open at a time. */
export function createPackEngine(given: Omit<PackPorts, 'ownKeys'>): Packer {
  const { files, counter, log } = given;
  let ownKeys: readonly string[] = [];
  const ports: PackPorts = { ...given, ownKeys: () => ownKeys };
  const met = createMetSecrets();
  const reader = createFileReader(ports);
  const parts = { ports, reader, met };
  const queue = createStateQueue(files);
  const scans = createFolderScans(ports);
  const escapedPacks = createEscapedPacks();
  let current: OpenPack | undefined;

  function needOpen(): OpenPack {
    if (current === undefined) throw new BaleenError('No folder is packed yet. Open one first.');
    return current;
  }

  return {
    open: (options, onProgress, signal) =>
      queue.run(options.stateFolder, async () => {
        ownKeys = options.ownKeys ?? [];
        const { open, state } = await startPack(parts, options, onProgress, signal);
        current = open;
        return state;
      }),
    async fresh(options, onProgress, signal) {
      ownKeys = options.ownKeys ?? [];
      const snapshot = await makeSnapshot(ports, met, options, onProgress, signal);
      return { report: snapshot.report, text: snapshot.bytes.toString('utf8') };
    },
    sync(origin) {
      const open = needOpen();
      return queue.run(open.stateFolder, async () => {
        const before = open.entries.length;
        const damage = await bringUp(parts, open, undefined, origin);
        if (damage !== undefined) log.warn(`${damage}; what is missing was told again`);
        return open.entries.slice(before);
      });
    },
    entries: async (packSha256, after) => entriesAfter(needOpen(), packSha256, after),
    packText: async () => needOpen().snapshot.bytes.toString('utf8'),
    report: async () => needOpen().snapshot.report,
    table: async () => tabulate(needOpen().snapshot.report),
    list: async (query) => listWithReasons(ports, reader, needOpen().roots, query),
    async search(query, signal) {
      const { roots } = needOpen();
      return searchFiles(reader, roots, await listWorkspace(ports, roots, signal), query, signal);
    },
    scan: async () => scans.scan(needOpen().roots),
    changedSince: async (scan) => scans.changedSince(needOpen().roots, scan),
    async countPrompt(prompt) {
      const report = current?.snapshot.report;
      return countPrompt(counter, prompt, new Map(report === undefined ? [] : [[report.sha256, report.tokens]]));
    },
    async assembleBody(body, secrets) {
      const open = needOpen();
      try {
        const packOf = (sha256: string): Promise<EscapedPack> =>
          escapedPacks.get(sha256, () => readPackOf(files, open, sha256));
        return await assembleBody(body, packOf, { workspace: met.search, keys: secrets });
      } catch (error) {
        if (error instanceof SecretInBody && holdsAny(open, secrets)) {
          await queue.run(open.stateFolder, () => dropSnapshots(files, open.stateFolder));
        }
        throw error;
      }
    },
    async dispose() {
      await queue.settled();
      current = undefined;
      escapedPacks.clear();
    },
  };
}

/** The pack in use, or the stored one of an older session. */
async function readPackOf(files: Files, { snapshot, stateFolder }: OpenPack, sha256: string): Promise<Uint8Array> {
  if (snapshot.report.sha256 === sha256) return snapshot.bytes;
  return readPack(files, stateFolder, sha256).catch(() => {
    throw new BaleenError(
      'The snapshot of the repository that this session was begun with is gone, so nothing was sent. Start a new session.',
    );
  });
}

/** A key in frozen bytes would have every later request refused, also when it is long gone from the disk. */
function holdsAny({ snapshot, entries }: OpenPack, keys: readonly string[]): boolean {
  return keys
    .flatMap(formsOf)
    .some((form) => snapshot.bytes.includes(form) || entries.some((entry) => entry.text.includes(form)));
}

function entriesAfter({ snapshot, entries }: OpenPack, packSha256: string, after: number): OpenPack['entries'] {
  if (snapshot.report.sha256 === packSha256) return entries.filter((entry) => entry.number > after);
  throw new BaleenError(
    'A newer pack has taken the place of the one that this session began with. Nothing was sent; start a new session to go on.',
  );
}
