import type { Buffer } from 'node:buffer';
import { BaleenError } from '../errors.js';
import { listRepository } from '../repository/listing.js';
import { countPrompt } from '../tokens/template.js';
import { assembleBody, SecretInBody } from './body.js';
import { dropSnapshots } from './snapshotStore.js';
import { createEscapedPacks } from './escapedPacks.js';
import { listWithReasons, scanFolder } from './folderLook.js';
import { makeSnapshot } from './makeSnapshot.js';
import { createMetSecrets } from './metSecrets.js';
import type { OpenPack } from './openPack.js';
import type { Packer } from './packer.js';
import { planPack } from './plan.js';
import type { PackPorts } from './ports.js';
import { createFileReader } from './reader.js';
import { searchFiles } from './search.js';
import { bringUp, startPack } from './startPack.js';
import { createStateQueue } from './stateQueue.js';

/** The packer itself; it runs in a worker. One folder is open at a time. */
export function createPackEngine(ports: PackPorts): Packer {
  const { files, counter, log } = ports;
  const met = createMetSecrets();
  const reader = createFileReader(files);
  const parts = { ports, reader, met };
  const queue = createStateQueue(files);
  const escapedPacks = createEscapedPacks(files);
  let current: OpenPack | undefined;

  function needOpen(): OpenPack {
    if (current === undefined) throw new BaleenError('No folder is packed yet. Open one first.');
    return current;
  }

  return {
    open: (options, onProgress, signal) =>
      queue.run(options.stateFolder, async () => {
        const { open, state } = await startPack(parts, options, onProgress, signal);
        current = open;
        return state;
      }),
    async fresh(options, onProgress, signal) {
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
    plan: async (budgetTokens, signal) => planPack(needOpen().snapshot, budgetTokens, counter, signal),
    packText: async () => needOpen().snapshot.bytes.toString('utf8'),
    list: async (only) => listWithReasons(ports, reader, needOpen().root, only),
    async search(query, signal) {
      const { root } = needOpen();
      return searchFiles(reader, root, await listRepository(ports, root, signal), query, signal);
    },
    scan: async () => scanFolder(ports, needOpen().root),
    async countPrompt(prompt) {
      const report = current?.snapshot.report;
      return countPrompt(counter, prompt, new Map(report === undefined ? [] : [[report.sha256, report.tokens]]));
    },
    async assembleBody(body, secrets) {
      const open = needOpen();
      try {
        const packOf = (sha256: string): Promise<Buffer> => escapedPacks.get(open, sha256);
        return await assembleBody(body, packOf, { workspace: met.values, keys: secrets });
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

/** A key in frozen bytes would have every later request refused, also when it is long gone from the disk. */
function holdsAny({ snapshot, entries }: OpenPack, keys: readonly string[]): boolean {
  return keys.some((key) => snapshot.bytes.includes(key) || entries.some((entry) => entry.text.includes(key)));
}

function entriesAfter({ snapshot, entries }: OpenPack, packSha256: string, after: number): OpenPack['entries'] {
  if (snapshot.report.sha256 === packSha256) return entries.filter((entry) => entry.number > after);
  throw new BaleenError(
    'A newer pack has taken the place of the one that this session began with. Nothing was sent; start a new session to go on.',
  );
}
