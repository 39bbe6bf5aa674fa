import { editWork } from '../edits/editWork.js';
import { createOutliner } from '../outline/outliner.js';
import { countPrompt } from '../tokens/template.js';
import { assembleBody, SecretInBody } from './body.js';
import { createBriefs } from './briefs.js';
import { tellWhole, type WholeRule } from './changes.js';
import { createDiskQuestions } from './diskQuestions.js';
import { createInspection } from './inspection.js';
import { createLogUpdates, type LogUpdateParts } from './logUpdates.js';
import { makeSnapshot } from './makeSnapshot.js';
import { createMetSecrets } from './metSecrets.js';
import { createOpenPacks } from './openPacks.js';
import { loadPackCache } from './packCache.js';
import type { Packer } from './packer.js';
import { giveWay, type PackPorts } from './ports.js';
import { createFileReader } from './reader.js';
import { pinSnapshot } from './snapshotUse.js';
import type { PackParts } from './startPack.js';
import { createStateQueue } from './stateQueue.js';
import { tabulate } from './summary.js';

/** The packer itself; it runs in a worker. One workspace is open at a time. `rule` is another one in measurements only. */
export function createPackEngine(given: Omit<PackPorts, 'ownKeys'>, rule: WholeRule = tellWhole): Packer {
  const { files } = given;
  let ownKeys: readonly string[] = [];
  const ports: PackPorts = { ...given, ownKeys: () => ownKeys };
  const met = createMetSecrets();
  const reader = createFileReader(ports);
  const outliner = createOutliner(ports.loadGrammar);
  const queue = createStateQueue(files);
  const inspection = createInspection(ports);
  const partsOf = rememberLast(async (stateFolder): Promise<PackParts> => {
    const cache = await loadPackCache(files, stateFolder, ports.programVersion);
    const { rankings } = inspection;
    return { ports, reader, met, rule, rankings, cache, briefs: createBriefs(outliner, cache, () => ownKeys) };
  });
  const packs = createOpenPacks(ports, partsOf);
  const shared = { ports, reader, met, queue, packs };

  return {
    ...editWork,
    ...createLogUpdates(shared),
    ...createDiskQuestions(ports, reader, packs.newest),
    ...createSending(shared),
    open: (options, onProgress, signal) =>
      queue.run(
        options.stateFolder,
        async () => {
          ownKeys = options.ownKeys ?? ownKeys;
          const state = await packs.open(options, onProgress, signal);
          await inspection.take(await partsOf(options.stateFolder), options, packs.newest().snapshot);
          return state;
        },
        signal,
      ),
    fresh: (options, onProgress, signal) =>
      queue.beside(async () => {
        ownKeys = options.ownKeys ?? ownKeys;
        const parts = await partsOf(options.stateFolder);
        const snapshot = await makeSnapshot(parts, options, onProgress, signal);
        await giveWay(signal);
        await inspection.take(parts, options, snapshot);
        return snapshot.report;
      }),
    pin: (packSha256, session) => pinSnapshot(files, packs.newest().stateFolder, packSha256, session),
    plan: (budgetTokens, onProgress, signal) => queue.beside(() => inspection.plan(budgetTokens, onProgress, signal)),
    explain: inspection.explain,
    packText: inspection.packText,
    report: async () => packs.newest().snapshot.report,
    table: async () => tabulate(packs.newest().snapshot.report),
    async dispose() {
      await queue.settled();
      packs.clear();
      inspection.clear();
    },
  };
}

/** What a request needs of the packs: its count, and its body as it leaves. */
function createSending(parts: Omit<LogUpdateParts, 'reader'>): Pick<Packer, 'countPrompt' | 'assembleBody'> {
  const { ports, met, queue, packs } = parts;
  return {
    countPrompt: async (prompt) => countPrompt(ports.counter, prompt, packs.tokens()),
    async assembleBody(body, secrets) {
      try {
        return await assembleBody(body, packs.escaped, { workspace: met.search, keys: secrets });
      } catch (error) {
        if (error instanceof SecretInBody && packs.holdAny(secrets)) {
          ports.log.warn('The stored snapshots held your API key and were removed.');
          await queue.run(packs.newest().stateFolder, () => packs.drop());
        }
        throw error;
      }
    },
  };
}

/** One state folder is in use at a time; what goes with it is made once. */
function rememberLast<T>(make: (key: string) => Promise<T>): (key: string) => Promise<T> {
  let last: { key: string; made: Promise<T> } | undefined;
  return (key) => {
    if (last?.key !== key) last = { key, made: make(key) };
    return last.made;
  };
}
