import { collectFiles, type CollectedFile, type Collection } from './collect.js';
import type { Briefs } from './briefs.js';
import { fitTree, type FittedTree } from './fitTree.js';
import { readFileBytes, readFileView } from './fileReading.js';
import { fileFoot, fileHead, hashOf, markOf } from './frames.js';
import type { KnownFile } from './known.js';
import type { MetSecrets } from './metSecrets.js';
import type { PackCache } from './packCache.js';
import type { PackOptions, PackProgress } from './packer.js';
import { createPacer, type PackPorts, type TokenCounter } from './ports.js';
import { renderPack, standsAs, type RenderedPack } from './render.js';
import type { Snapshot, SnapshotFile } from './snapshotStore.js';
import { rightsOf, type FileRights, type ListedFile } from '../repository/listing.js';
import type { Ranking } from '../rank/ranking.js';
import { describeRoots, type Roots } from '../repository/roots.js';
import { surveyTree, type Survey } from './survey.js';
import { viewBytesOf, type Tree } from './tree.js';

export interface SnapshotParts {
  ports: PackPorts;
  met: MetSecrets;
  cache: PackCache;
  briefs: Briefs;
  /** How snapshots were ranked that this process made, for those who ask later. */
  rankings: WeakMap<Snapshot, Ranking>;
}

/** A pack of the tree as it is on disk now. Nothing is written. */
export async function makeSnapshot(
  { ports, met, cache, briefs, rankings }: SnapshotParts,
  options: PackOptions,
  onProgress: PackProgress,
  signal: AbortSignal,
): Promise<Snapshot> {
  const checkedAtMs = Date.now();
  const { roots, budgetTokens } = options;
  const collection = await collectFiles(ports, cache, options, budgetTokens, onProgress, signal);
  met.add(collection.distinctive);
  signal.throwIfAborted();
  const tree = await treeOf(collection, ports.counter, signal);
  const survey = surveyTree({
    ports,
    briefs,
    options,
    tree,
    view: (file) => viewOfCollected(ports, roots, collection.files[file]),
    symbols: (file) => collection.files[file]?.symbols,
  });
  const { fitted, views } = await fitWithViews(survey, budgetTokens, onProgress, signal);
  onProgress({ type: 'progress', phase: 'render', done: 0, total: collection.files.length });
  const rendered = renderPack(tree, survey.costs, fitted, views);
  const files = snapshotFiles(collection, tree, fitted, rendered, survey.ranking, checkedAtMs);
  const { selectionKey } = collection;
  const report = { ...describeRoots(roots), ...rendered.report };
  const snapshot = { bytes: rendered.bytes, report, files, selectionKey };
  if (survey.ranking !== undefined) rankings.set(snapshot, survey.ranking);
  return snapshot;
}

async function treeOf({ files, withheld }: Collection, counter: TokenCounter, signal: AbortSignal): Promise<Tree> {
  const mark = markOf(files);
  const pace = createPacer(signal);
  const footTokens = counter.countText(fileFoot);
  const treeFiles: Tree['files'][number][] = [];
  for (const { path, stat, sha256, contentTokens, framedTokens, isEnded } of files) {
    const fullTokens = counter.countText(fileHead(path, mark, isEnded)) + framedTokens + footTokens;
    treeFiles.push({ path, sha256, bytes: stat.size, contentTokens, fullTokens });
    await pace();
  }
  return { mark, files: treeFiles, withheld: withheld.map(({ path, stat, why }) => ({ path, why, bytes: stat.size })) };
}

/** From memory, or read again; `undefined` if the file has changed meanwhile. */
async function viewOfCollected(
  ports: PackPorts,
  roots: Roots,
  file: CollectedFile | undefined,
): Promise<Uint8Array | undefined> {
  if (file === undefined) return undefined;
  if (file.view !== undefined) return file.view;
  if (!file.isVerbatim) return readExactView(ports, roots, file, file.sha256);
  const bytes = await readFileBytes(ports.files, roots, file);
  return bytes instanceof Uint8Array && hashOf(bytes) === file.sha256 ? bytes : undefined;
}

/** The view of a file as long as it holds the bytes of this hash. */
export async function readExactView(
  ports: PackPorts,
  roots: Roots,
  file: ListedFile,
  sha256: string,
): Promise<Uint8Array | undefined> {
  const reading = await readFileView(ports, roots, file);
  return reading?.kind === 'text' && reading.sha256 === sha256 ? viewBytesOf(reading.view) : undefined;
}

/** A file that changed while the pack was made is only named in it: the change log tells of it afterwards. */
async function fitWithViews(
  survey: Survey,
  budget: number,
  onProgress: PackProgress,
  signal: AbortSignal,
): Promise<{ fitted: FittedTree; views: Map<number, Uint8Array> }> {
  const views = new Map<number, Uint8Array>();
  for (;;) {
    const fitted = await fitTree(survey, budget, onProgress, signal);
    let isWhole = true;
    const pace = createPacer(signal);
    for (const [file, { as }] of fitted.files.entries()) {
      if (as !== 'full' || views.has(file)) continue;
      const view = await survey.view(file);
      if (view === undefined) {
        survey.costs.drop(file);
        isWhole = false;
      } else views.set(file, view);
      await pace();
    }
    if (isWhole) return { fitted, views };
  }
}

function snapshotFiles(
  { files, withheld }: Collection,
  tree: Tree,
  fitted: FittedTree,
  { spans }: RenderedPack,
  ranking: Ranking | undefined,
  checkedAtMs: number,
): SnapshotFile[] {
  const ranks = new Map(ranking?.order.map((file, rank) => [file, rank]));
  const kept = files.map((file, at): SnapshotFile => {
    const { sha256, secrets, path } = file;
    const span = spans.get(path);
    const rank = ranks.get(at);
    return {
      ...lookOf(file, checkedAtMs),
      sha256,
      secrets,
      as: standsAs(fitted.files[at] ?? { as: 'unnamed', tokens: 0 }),
      fullTokens: tree.files[at]?.fullTokens ?? 0,
      ...(span === undefined ? {} : { span }),
      ...(rank === undefined ? {} : { rank }),
    };
  });
  const hidden = withheld.map((file): SnapshotFile => {
    const { sha256, why } = file;
    return { ...lookOf(file, checkedAtMs), sha256, secrets: 0, as: 'withheld', why };
  });
  return [...kept, ...hidden];
}

type Look = FileRights & Pick<KnownFile, 'path' | 'size' | 'mtimeMs' | 'mode' | 'identity' | 'checkedAtMs'>;

function lookOf(file: Omit<ListedFile, 'withheld'>, checkedAtMs: number): Look {
  const { size, mtimeMs, mode, identity } = file.stat;
  return { path: file.path, ...rightsOf(file), size, mtimeMs, mode, identity, checkedAtMs };
}
