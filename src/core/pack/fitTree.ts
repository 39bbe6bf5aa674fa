/** Fits a tree into a budget, for a pack or for a plan: makes the briefs that it takes, and no others. */
import { Buffer } from 'node:buffer';
import { BaleenError } from '../errors.js';
import type { Brief, Briefs } from './briefs.js';
import { cutToRoom } from './cutToRoom.js';
import { fitFiles, fitsWhole, type Fit, type FitCosts } from './fit.js';
import type { PackProgress } from './packer.js';
import { createPacer, type TokenCounter } from './ports.js';
import { briefFrame, type Tree, type TreeCosts, type TreeFile } from './tree.js';

export interface FittedFile {
  as: 'full' | 'brief' | 'named' | 'unnamed';
  /** Tokens of its frame; 0 for one that is only listed, whose line belongs to the frame of the whole. */
  tokens: number;
  brief?: Brief;
}

export interface FittedTree {
  budget: number;
  /** Exact, of the whole pack. */
  tokens: number;
  /** By index of the tree's files. */
  files: FittedFile[];
}

/** A tree, and what a fit may have to ask for. */
export interface FitSource {
  tree: Tree;
  costs: TreeCosts;
  briefs: Briefs;
  counter: TokenCounter;
  /** Indexes of all files, best first. Asked for only where not everything fits. */
  order(onProgress: PackProgress, signal: AbortSignal): Promise<readonly number[]>;
  /** A file's view with exactly the bytes of the tree; `undefined` if they cannot be had any more. */
  view: (file: number) => Promise<Uint8Array | undefined>;
}

/** What is left of a budget beyond this share is filled by the beginning of one more file. */
const mostLeftShare = 1 / 100;
/** Files tried for it: the next may end its first line sooner. */
const mostCutTries = 12;

/** Throws a `BaleenError` if the budget does not hold even the frame. */
export async function fitTree(
  source: FitSource,
  budget: number,
  onProgress: PackProgress,
  signal: AbortSignal,
): Promise<FittedTree> {
  const { tree } = source;
  const costs = source.costs.of(budget);
  const whole = fitsWhole(costs, budget);
  if (whole !== undefined) {
    return { budget, tokens: whole, files: tree.files.map(({ fullTokens }) => ({ as: 'full', tokens: fullTokens })) };
  }
  const order = await source.order(onProgress, signal);
  const fit = await settleBriefs(source, costs, order, budget, onProgress, signal);
  const files = fit.standings.map((as, at): FittedFile => describe(source, costs, as, at));
  const fitted = { budget, tokens: fit.tokens, files };
  await fillByCut(source, costs, order, fitted);
  return fitted;
}

/** A few too many cost less than to fit the whole tree once more. */
const leastBriefsAtOnce = 8;

async function settleBriefs(
  source: FitSource,
  costs: FitCosts,
  order: readonly number[],
  budget: number,
  onProgress: PackProgress,
  signal: AbortSignal,
): Promise<Fit> {
  const pace = createPacer(signal);
  let made = 0;
  for (;;) {
    const fit = fitFiles(costs, order, budget);
    if (fit === undefined) {
      throw new BaleenError(
        `A budget of ${budget} tokens does not even hold the list of files. Nothing was packed; give it more, or name a smaller folder.`,
        'overflow',
      );
    }
    if (fit.unknown.length === 0) return fit;
    const total = made + fit.unknown.length;
    // Briefs turn out longer than they were guessed, so that the last of these may find no room.
    for (const file of fit.unknown.slice(0, Math.max(leastBriefsAtOnce, fit.unknown.length / 2))) {
      onProgress({ type: 'progress', phase: 'outline', done: made++, total });
      await makeBrief(source, file);
      await pace();
    }
    onProgress({ type: 'progress', phase: 'outline', done: made, total });
  }
}

async function makeBrief({ tree, costs, briefs, view }: FitSource, file: number): Promise<void> {
  const bytes = await view(file);
  if (bytes === undefined) return costs.drop(file);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  costs.addBrief(file, await briefs.make(tree.files[file] as TreeFile, text));
}

function describe({ tree, briefs }: FitSource, costs: FitCosts, as: FittedFile['as'], at: number): FittedFile {
  if (as === 'full') return { as, tokens: costs.full[at] ?? 0 };
  if (as !== 'brief') return { as, tokens: 0 };
  const brief = briefs.known(tree.files[at] as TreeFile);
  if (brief === undefined) throw new Error('a brief was lost while it was in use');
  return { as, tokens: costs.brief(at) ?? 0, brief };
}

/** Whole files and briefs leave a gap where the files are large for the budget. */
async function fillByCut(
  { tree, counter, view }: FitSource,
  costs: FitCosts,
  order: readonly number[],
  fitted: FittedTree,
): Promise<void> {
  const { budget, files } = fitted;
  let tries = 0;
  for (const at of order) {
    if (budget - fitted.tokens <= budget * mostLeftShare || tries === mostCutTries) return;
    const file = files[at];
    if (file === undefined || file.as === 'full') continue;
    const before = fitted.tokens;
    const without = tokensWithout(costs, files, at, before);
    tries++;
    const bytes = await view(at);
    if (bytes === undefined) continue;
    const { path, bytes: size } = tree.files[at] as TreeFile;
    const count = (brief: Brief): number => counter.countText(briefFrame(path, tree.mark, brief, size));
    const cut = cutToRoom(bytes, budget - without, count);
    if (cut === undefined || cut.tokens <= file.tokens) continue;
    fitted.tokens = without + cut.tokens;
    files[at] = { as: 'brief', tokens: cut.tokens, brief: cut.brief };
  }
}

/** The whole, if a file were a frame of no tokens. */
function tokensWithout(costs: FitCosts, files: readonly FittedFile[], at: number, tokens: number): number {
  let frames = 0;
  let named = 0;
  for (const { as } of files) {
    if (as === 'full' || as === 'brief') frames++;
    else if (as === 'named') named++;
  }
  const { as, tokens: own } = files[at] as FittedFile;
  if (as === 'brief') return tokens - own;
  const unnamed = files.length - frames - named;
  const line = as === 'named' ? (costs.line[at] ?? 0) : 0;
  const names = as === 'named' ? named - 1 : named;
  const rest = costs.rest(frames + 1, names, as === 'named' ? unnamed : unnamed - 1);
  return tokens - line - costs.rest(frames, named, unnamed) + rest;
}
