import { BaleenError } from '../errors.js';
import { editWork } from '../edits/editWork.js';
import { createOutliner } from '../outline/outliner.js';
import { isRuleFile } from '../repository/selection.js';
import { listWorkspace } from '../repository/workspaceListing.js';
import { countPrompt } from '../tokens/template.js';
import { assembleBody, SecretInBody } from './body.js';
import { createBriefs } from './briefs.js';
import { tellWhole, type WholeRule } from './changes.js';
import { createFolderScans, listWithReasons } from './folderLook.js';
import { createHiddenInGit } from './hiddenInGit.js';
import { createInspection } from './inspection.js';
import { makeSnapshot } from './makeSnapshot.js';
import { createMetSecrets } from './metSecrets.js';
import type { OpenPack } from './openPack.js';
import { createOpenPacks } from './openPacks.js';
import { loadPackCache } from './packCache.js';
import type { ChangeEntry, Packer } from './packer.js';
import { findOriginals } from './originals.js';
import { giveWay, type PackPorts } from './ports.js';
import { createFileReader } from './reader.js';
import { createRuleWatch } from './ruleWatch.js';
import { searchFiles } from './search.js';
import { pinSnapshot } from './snapshotUse.js';
import type { PackParts } from './startPack.js';
import { createStateQueue } from './stateQueue.js';
import { hiddenText } from './stopped.js';
import { tabulate } from './summary.js';
import { findHidden, holdsSecrets } from './taint.js';
import { tellUnsaved } from './unsaved.js';

/** The packer itself; it runs in a worker. One workspace is open at a time. `rule` is another one in measurements only. */
export function createPackEngine(given: Omit<PackPorts, 'ownKeys'>, rule: WholeRule = tellWhole): Packer {
  const { files, counter, log } = given;
  let ownKeys: readonly string[] = [];
  const ports: PackPorts = { ...given, ownKeys: () => ownKeys };
  const met = createMetSecrets();
  const reader = createFileReader(ports);
  const outliner = createOutliner(ports.loadGrammar);
  const queue = createStateQueue(files);
  const scans = createFolderScans(ports);
  const inspection = createInspection(ports);
  const partsOf = rememberLast(async (stateFolder): Promise<PackParts> => {
    const cache = await loadPackCache(files, stateFolder, ports.programVersion);
    const { rankings } = inspection;
    return { ports, reader, met, rule, rankings, cache, briefs: createBriefs(outliner, cache, () => ownKeys) };
  });
  const packs = createOpenPacks(ports, partsOf);
  const hiddenInGit = createHiddenInGit(ports);
  const ruleWatch = createRuleWatch(files);

  function needOpen(): OpenPack {
    const newest = packs.newest();
    if (newest === undefined) throw new BaleenError('No folder is packed yet. Open one first.');
    return newest;
  }

  function lookEverywhere(open: OpenPack, signal: AbortSignal | undefined): Promise<void> {
    return ruleWatch.noteBefore(open, () => packs.bringUp(undefined, signal));
  }

  /** The entries that a look appends to the newest log. */
  function added(signal: AbortSignal | undefined, look: (open: OpenPack) => Promise<void>): Promise<ChangeEntry[]> {
    const open = needOpen();
    return queue.run(
      open.stateFolder,
      async () => {
        const before = open.entries.length;
        await look(open);
        return open.entries.slice(before);
      },
      signal,
    );
  }

  return {
    ...editWork,
    open: (options, onProgress, signal) =>
      queue.run(
        options.stateFolder,
        async () => {
          ownKeys = options.ownKeys ?? ownKeys;
          const state = await packs.open(options, onProgress, signal);
          await inspection.take(await partsOf(options.stateFolder), options, needOpen().snapshot);
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
    sync: (look, selection, signal) =>
      added(signal, async (open) => {
        if (selection !== undefined) packs.select(selection);
        if (look !== undefined) await packs.bringUp(look, signal);
        // New rules decide on files that the look does not name.
        if (look === undefined || look.paths.some(isRuleFile)) await lookEverywhere(open, signal);
      }),
    beforeSend: (packSha256, shown, signal) =>
      added(signal, async (open) => {
        if (await ruleWatch.hasChanged(open)) await lookEverywhere(open, signal);
        packs.check(packSha256);
        const hidden = await findHidden(ports, reader, open, shown, signal);
        if (hidden !== undefined) throw hiddenText(hidden);
      }),
    entries(packSha256, after) {
      return queue.run(needOpen().stateFolder, () => packs.tail(packSha256, after));
    },
    pin: (packSha256, session) => pinSnapshot(files, needOpen().stateFolder, packSha256, session),
    unsaved(packSha256, documents) {
      return queue.run(needOpen().stateFolder, async () =>
        tellUnsaved({ ports, reader, met }, await packs.need(packSha256), documents),
      );
    },
    plan: (budgetTokens, onProgress, signal) => queue.beside(() => inspection.plan(budgetTokens, onProgress, signal)),
    explain: inspection.explain,
    packText: inspection.packText,
    report: async () => needOpen().snapshot.report,
    table: async () => tabulate(needOpen().snapshot.report),
    list: async (query, signal) => listWithReasons(ports, reader, needOpen(), query, signal),
    findHidden: async (paths, signal) => findHidden(ports, reader, needOpen(), paths, signal),
    holdsSecrets: async (path) => holdsSecrets(files, reader, needOpen().roots, path),
    hiddenInGit: async (signal) => hiddenInGit.list(needOpen(), signal),
    async search(query, signal) {
      const open = needOpen();
      const { files: listed } = await listWorkspace(ports, open, signal);
      return searchFiles(reader, open.roots, listed, query, signal);
    },
    scan: async (signal) => scans.scan(needOpen(), signal),
    changedSince: async (scan) => scans.changedSince(needOpen(), scan),
    originals: async (paths) => findOriginals(needOpen(), scans.looksBefore(), paths),
    countPrompt: async (prompt) => countPrompt(counter, prompt, packs.tokens()),
    async assembleBody(body, secrets) {
      try {
        return await assembleBody(body, packs.escaped, { workspace: met.search, keys: secrets });
      } catch (error) {
        if (error instanceof SecretInBody && packs.holdAny(secrets)) {
          log.warn('The stored snapshots held your API key and were removed.');
          await queue.run(needOpen().stateFolder, () => packs.drop());
        }
        throw error;
      }
    },
    async dispose() {
      await queue.settled();
      packs.clear();
      inspection.clear();
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
