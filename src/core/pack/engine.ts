import { BaleenError, messageOf } from '../errors.js';
import type { Files } from '../host.js';
import { createOutliner } from '../outline/outliner.js';
import type { Ranking } from '../rank/ranking.js';
import { listWorkspace } from '../repository/workspaceListing.js';
import { countPrompt } from '../tokens/template.js';
import { formsOf } from '../view/ownKeys.js';
import { assembleBody, SecretInBody } from './body.js';
import { createBriefs } from './briefs.js';
import { createEscapedPacks, type EscapedPack } from './escapedPacks.js';
import { explainFile } from './explain.js';
import { fitTree } from './fitTree.js';
import { createFolderScans, listWithReasons } from './folderLook.js';
import { makeSnapshot } from './makeSnapshot.js';
import { createMetSecrets } from './metSecrets.js';
import type { OpenPack } from './openPack.js';
import { surveySnapshot } from './openSurvey.js';
import { loadPackCache } from './packCache.js';
import type { Packer, PackOptions } from './packer.js';
import type { PackPorts } from './ports.js';
import { createFileReader } from './reader.js';
import { standsAs } from './render.js';
import { searchFiles } from './search.js';
import { dropSnapshots, readPack, type Snapshot } from './snapshotStore.js';
import { bringUp, startPack, type PackParts } from './startPack.js';
import { createStateQueue } from './stateQueue.js';
import { tabulate } from './summary.js';
import type { Survey } from './survey.js';

/** The packer itself; it runs in a worker. One workspace is open at a time. */
export function createPackEngine(given: Omit<PackPorts, 'ownKeys'>): Packer {
  const { files, counter, log } = given;
  let ownKeys: readonly string[] = [];
  const ports: PackPorts = { ...given, ownKeys: () => ownKeys };
  const met = createMetSecrets();
  const reader = createFileReader(ports);
  const outliner = createOutliner(ports.loadGrammar);
  const rankings = new WeakMap<Snapshot, Ranking>();
  const queue = createStateQueue(files);
  const scans = createFolderScans(ports);
  const escapedPacks = createEscapedPacks();
  let current: OpenPack | undefined;
  let parts: Promise<PackParts> | undefined;
  let partsFolder = '';
  /** The pack that was made or opened last. */
  let looked: { snapshot: Snapshot; survey: Survey } | undefined;

  function partsFor(stateFolder: string): Promise<PackParts> {
    if (parts !== undefined && partsFolder === stateFolder) return parts;
    partsFolder = stateFolder;
    parts = loadPackCache(files, stateFolder, ports.programVersion).then((cache) => {
      return { ports, reader, met, rankings, cache, briefs: createBriefs(outliner, cache) };
    });
    return parts;
  }

  /** Keeps what was found out for the next run; without a place to keep it only time is lost. */
  async function saveCache({ cache }: PackParts): Promise<void> {
    await cache.save(files).catch((error: unknown) => log.info(`the cache was not written: ${messageOf(error)}`));
  }

  async function lookAt(made: PackParts, options: PackOptions, snapshot: Snapshot): Promise<void> {
    looked = { snapshot, survey: surveySnapshot(ports, made.briefs, options, snapshot, rankings.get(snapshot)) };
    await saveCache(made);
  }

  function needOpen(): OpenPack {
    if (current === undefined) throw new BaleenError('No folder is packed yet. Open one first.');
    return current;
  }

  function needLooked(): { snapshot: Snapshot; survey: Survey } {
    if (looked === undefined) throw new BaleenError('No folder is packed yet. Open one first.');
    return looked;
  }

  return {
    open: (options, onProgress, signal) =>
      queue.run(options.stateFolder, async () => {
        ownKeys = options.ownKeys ?? [];
        const own = await partsFor(options.stateFolder);
        const { open, state } = await startPack(own, options, onProgress, signal);
        current = open;
        await lookAt(own, options, open.snapshot);
        return state;
      }),
    async fresh(options, onProgress, signal) {
      ownKeys = options.ownKeys ?? [];
      const own = await partsFor(options.stateFolder);
      const snapshot = await makeSnapshot(own, options, onProgress, signal);
      await lookAt(own, options, snapshot);
      return { report: snapshot.report, text: snapshot.bytes.toString('utf8') };
    },
    sync(origin) {
      const open = needOpen();
      return queue.run(open.stateFolder, async () => {
        const before = open.entries.length;
        const damage = await bringUp(await partsFor(open.stateFolder), open, undefined, origin);
        if (damage !== undefined) log.warn(`${damage}; what is missing was told again`);
        return open.entries.slice(before);
      });
    },
    entries: async (packSha256, after) => entriesAfter(needOpen(), packSha256, after),
    async plan(budgetTokens, onProgress, signal) {
      const { survey } = needLooked();
      const fitted = await fitTree(survey, budgetTokens, onProgress, signal);
      if (parts !== undefined) await saveCache(await parts);
      const { budget, tokens } = fitted;
      return { budget, tokens, files: fitted.files.map((file) => ({ as: standsAs(file), tokens: file.tokens })) };
    },
    async explain(path, onProgress, signal) {
      const { survey, snapshot } = needLooked();
      return explainFile(survey, snapshot.report, path, onProgress, signal);
    },
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
      looked = undefined;
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
