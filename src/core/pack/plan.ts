import type { PackPlan } from '../../protocol/pack.js';
import { BaleenError } from '../errors.js';
import { comparePaths } from '../repository/paths.js';
import { fileFoot, fileHead, listedLine, packFoot, packHead, withheldLine } from './frames.js';
import { createPacer, type TokenCounter } from './ports.js';
import { cutSection, listedShare, withheldShare } from './render.js';
import type { Snapshot } from './snapshotStore.js';

/**
 * What `renderPack` would keep of the snapshot's tree: the largest file leaves first. Exact for the budgets up to the
 * snapshot's own; the frame of a file that is only listed now is counted apart from its text, which is not at hand.
 */
export async function planPack(
  { report, files }: Snapshot,
  budget: number,
  counter: TokenCounter,
  signal: AbortSignal,
): Promise<PackPlan> {
  const pace = createPacer(signal);
  const bytes = new Map(files.map(({ path, size }) => [path, size]));
  const lineOf = (path: string): string => listedLine(path, bytes.get(path) ?? 0);
  const wholeTokens: number[] = [];
  for (const { path, tokens, contentTokens, as } of report.files) {
    const frame = as === 'full' ? 0 : counter.countText(fileHead(path, report.snapshot, true) + fileFoot);
    wholeTokens.push(as === 'full' ? tokens : contentTokens + frame);
    await pace();
  }
  const withheldLines = report.withheld.map((file) => withheldLine(file.path, file.bytes, file.why));
  const withheld = cutSection('withheld', withheldLines, budget * withheldShare, counter);
  const leaving = [...report.files.entries()].sort(
    ([, a], [, b]) => b.contentTokens - a.contentTokens || comparePaths(a.path, b.path),
  );
  const listed = new Set<number>();
  let framed = wholeTokens.reduce((sum, tokens) => sum + tokens, 0);
  for (;;) {
    if (framed <= budget) {
      const lines = report.files.filter((_, index) => listed.has(index)).map(({ path }) => lineOf(path));
      const lists = cutSection('listed', lines, budget * listedShare, counter) + withheld;
      const head = packHead(report.snapshot, report.files.length - listed.size);
      const tokens = framed + counter.countText(head) + counter.countText(lists + packFoot);
      if (tokens <= budget) {
        const planned = wholeTokens.map((whole, index): PackPlan['files'][number] =>
          listed.has(index) ? { as: 'listed', tokens: 0 } : { as: 'full', tokens: whole },
        );
        return { budget, tokens, files: planned };
      }
    }
    const next = leaving[listed.size];
    if (next === undefined) {
      throw new BaleenError(`A budget of ${budget} tokens does not even hold the list of files.`, 'overflow');
    }
    listed.add(next[0]);
    framed -= wholeTokens[next[0]] ?? 0;
    await pace();
  }
}
