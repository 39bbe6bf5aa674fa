/** What was found out about a tree: its numbers, and how to come by its views and ranks. */
import { readHistory } from '../rank/history.js';
import { rankFiles, type RankedFile, type Ranking } from '../rank/ranking.js';
import { hasSymbols, readSymbols, type FileSymbols } from '../rank/symbols.js';
import type { Briefs } from './briefs.js';
import type { FitSource } from './fitTree.js';
import type { PackOptions, PackProgress } from './packer.js';
import { createPacer, type PackPorts } from './ports.js';
import { costTree, type Tree } from './tree.js';

export interface Survey extends FitSource {
  /** Made if it is not known yet; then files whose symbols were not read before are read. */
  rank(onProgress: PackProgress, signal: AbortSignal): Promise<Ranking>;
  /** `undefined` while nothing had to be ranked. */
  readonly ranking: Ranking | undefined;
}

export interface SurveyParts {
  ports: PackPorts;
  briefs: Briefs;
  options: Pick<PackOptions, 'roots' | 'near'>;
  tree: Tree;
  view: FitSource['view'];
  /** Those that were read already. */
  symbols?: (file: number) => FileSymbols | undefined;
  /** The order that the tree was ranked in before. */
  order?: readonly number[] | undefined;
  ranking?: Ranking | undefined;
}

export function surveyTree(parts: SurveyParts): Survey {
  const { ports, briefs, tree, view } = parts;
  let { ranking } = parts;

  async function rank(onProgress: PackProgress, signal: AbortSignal): Promise<Ranking> {
    return (ranking ??= await rankTree(parts, onProgress, signal));
  }

  return {
    tree,
    briefs,
    view,
    counter: ports.counter,
    costs: costTree(tree, ports.counter, briefs),
    get ranking() {
      return ranking;
    },
    rank,
    order: async (onProgress, signal) => parts.order ?? (await rank(onProgress, signal)).order,
  };
}

async function rankTree(
  { ports, options, tree, view, symbols }: SurveyParts,
  onProgress: PackProgress,
  signal: AbortSignal,
): Promise<Ranking> {
  const total = tree.files.length;
  onProgress({ type: 'progress', phase: 'rank', done: 0, total });
  const history = await readHistory(ports.git, options.roots, signal);
  const pace = createPacer(signal);
  const ranked: RankedFile[] = [];
  for (const [at, { path }] of tree.files.entries()) {
    const read = async (): Promise<FileSymbols | undefined> => readSymbols(path, (await view(at)) ?? new Uint8Array());
    ranked.push({ path, symbols: hasSymbols(path) ? (symbols?.(at) ?? (await read())) : undefined });
    await pace();
  }
  const ranking = rankFiles(ranked, history, options.near ?? []);
  onProgress({ type: 'progress', phase: 'rank', done: total, total });
  return ranking;
}
