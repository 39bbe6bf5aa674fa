import { BaleenError } from '../errors.js';
import { listRepository } from '../repository/listing.js';
import { countPrompt } from '../tokens/template.js';
import { assembleBody, SecretInBody } from './body.js';
import { tellWhole, type WholeRule } from './changes.js';
import { listWithReasons, scanFolder } from './folderLook.js';
import { makeSnapshot } from './makeSnapshot.js';
import { createMetSecrets } from './metSecrets.js';
import type { OpenPack } from './openPack.js';
import { createOpenPacks } from './openPacks.js';
import type { Packer } from './packer.js';
import type { PackPorts } from './ports.js';
import { createFileReader } from './reader.js';
import { searchFiles } from './search.js';
import { pinSnapshot } from './snapshotUse.js';
import { createStateQueue } from './stateQueue.js';
import { tellUnsaved } from './unsaved.js';

/** The packer itself; it runs in a worker. One folder is open at a time. `rule` is another one in measurements only. */
export function createPackEngine(ports: PackPorts, rule: WholeRule = tellWhole): Packer {
  const { files, counter, log } = ports;
  const met = createMetSecrets();
  const reader = createFileReader(files);
  const parts = { ports, reader, met, rule };
  const queue = createStateQueue(files);
  const packs = createOpenPacks(parts);

  function needOpen(): OpenPack {
    const newest = packs.newest();
    if (newest === undefined) throw new BaleenError('No folder is packed yet. Open one first.');
    return newest;
  }

  return {
    open: (options, onProgress, signal) =>
      queue.run(options.stateFolder, () => packs.open(options, onProgress, signal)),
    async fresh(options, onProgress, signal) {
      const snapshot = await makeSnapshot(ports, met, options, onProgress, signal);
      return { report: snapshot.report, text: snapshot.bytes.toString('utf8') };
    },
    sync(look) {
      const open = needOpen();
      return queue.run(open.stateFolder, async () => {
        const before = open.entries.length;
        await packs.bringUp(look);
        return open.entries.slice(before);
      });
    },
    entries(packSha256, after) {
      return queue.run(needOpen().stateFolder, () => packs.tail(packSha256, after));
    },
    pin: (packSha256, session) => pinSnapshot(files, needOpen().stateFolder, packSha256, session),
    unsaved(packSha256, documents) {
      return queue.run(needOpen().stateFolder, async () => tellUnsaved(parts, await packs.need(packSha256), documents));
    },
    packText: async () => needOpen().snapshot.bytes.toString('utf8'),
    list: async (only) => listWithReasons(ports, reader, needOpen().root, only),
    async search(query, signal) {
      const { root } = needOpen();
      return searchFiles(reader, root, await listRepository(ports, root, signal), query, signal);
    },
    scan: async () => scanFolder(ports, needOpen().root),
    async countPrompt(prompt) {
      return countPrompt(counter, prompt, packs.tokens());
    },
    async assembleBody(body, secrets) {
      try {
        return await assembleBody(body, packs.escaped, { workspace: met.values, keys: secrets });
      } catch (error) {
        const holdsKey = error instanceof SecretInBody && packs.holdAny(secrets);
        if (holdsKey) {
          log.warn('The stored snapshots held your API key and were removed.');
          await queue.run(needOpen().stateFolder, () => packs.drop());
        }
        throw error;
      }
    },
    async dispose() {
      await queue.settled();
      packs.clear();
    },
  };
}
