import { Buffer } from 'node:buffer';
import type { PackedFile, PackReport, StandsAs } from '../../protocol/pack.js';
import type { FittedFile, FittedTree } from './fitTree.js';
import { hashOf, listedLine, listSection, packFoot, packHead } from './frames.js';
import { briefFrame, fullFrame, type Tree, type TreeCosts, type TreeFile } from './tree.js';

/** Where a file's view stands in the pack, in bytes. */
export interface Span {
  start: number;
  end: number;
}

export interface RenderedPack {
  bytes: Buffer;
  report: Omit<PackReport, 'root' | 'roots'>;
  spans: Map<string, Span>;
}

/** The bytes of a fitted tree, and the report about them. `views` holds that of each file which is whole. */
export function renderPack(
  tree: Tree,
  costs: TreeCosts,
  fitted: FittedTree,
  views: ReadonlyMap<number, Uint8Array>,
): RenderedPack {
  const { mark, files } = tree;
  const frames = fitted.files.filter(({ as }) => as === 'full' || as === 'brief').length;
  const parts: Uint8Array[] = [Buffer.from(packHead(mark, frames))];
  const spans = new Map<string, Span>();
  const lines: string[] = [];
  let unnamed = 0;
  let at = parts[0]?.length ?? 0;
  for (const [index, { as, brief }] of fitted.files.entries()) {
    const { path, bytes } = files[index] as TreeFile;
    if (as === 'unnamed') unnamed++;
    else if (as === 'named') lines.push(listedLine(path, bytes));
    else {
      const frame = frameOf(tree, index, brief, views);
      if (as === 'full') spans.set(path, spanOf(frame, at));
      for (const part of frame) at += part.length;
      parts.push(...frame);
    }
  }
  parts.push(
    Buffer.from(listSection('listed', lines, lines.length, unnamed) + costs.withheldSection(fitted.budget) + packFoot),
  );
  const bytes = Buffer.concat(parts);
  return { bytes, report: reportOf(tree, fitted, bytes), spans };
}

function frameOf(
  { mark, files }: Tree,
  index: number,
  brief: FittedFile['brief'],
  views: ReadonlyMap<number, Uint8Array>,
): Uint8Array[] {
  const { path, bytes } = files[index] as TreeFile;
  if (brief !== undefined) return [Buffer.from(briefFrame(path, mark, brief, bytes))];
  const view = views.get(index);
  if (view === undefined) throw new Error(`the view of ${path} was lost before it was written into the pack`);
  return fullFrame(path, mark, view);
}

function spanOf([head, view]: readonly Uint8Array[], at: number): Span {
  const start = at + (head?.length ?? 0);
  return { start, end: start + (view?.length ?? 0) };
}

function reportOf({ mark, files, withheld }: Tree, fitted: FittedTree, bytes: Buffer): RenderedPack['report'] {
  const packed = files.map(({ path, contentTokens }, at): PackedFile => {
    const file = fitted.files[at] as FittedFile;
    return { path, tokens: file.tokens, contentTokens, as: standsAs(file) };
  });
  return {
    snapshot: mark,
    sha256: hashOf(bytes),
    tokens: fitted.tokens,
    frameTokens: packed.reduce((left, file) => left - file.tokens, fitted.tokens),
    budget: fitted.budget,
    tokenizer: 'deepseek',
    files: packed,
    withheld: withheld.map(({ path, why, bytes: size }) => ({ path, why, bytes: size })),
  };
}

/** A file of which only the first lines are told counts as listed: they are a help to know what it is. */
export function standsAs({ as, brief }: FittedFile): StandsAs {
  if (as === 'full') return 'full';
  return brief?.form === 'outline' ? 'outline' : 'listed';
}
