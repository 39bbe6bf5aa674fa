import { Buffer } from 'node:buffer';
import type { PackedFile, PackReport } from '../../protocol/pack.js';
import { BaleenError } from '../errors.js';
import { compareLeaving, type CollectedFile, type Collection, type WithheldFile } from './collect.js';
import {
  fileFoot,
  fileHead,
  hashOf,
  listedLine,
  listSection,
  markOf,
  packFoot,
  packHead,
  withheldLine,
} from './frames.js';
import { createPacer, type TokenCounter } from './ports.js';

/** The lists of what is not in the pack may take no more than these shares of it; the rest is told as a number. */
export const listedShare = 1 / 4;
export const withheldShare = 1 / 20;

/** Where a file's view stands in the pack, in bytes. */
export interface Span {
  start: number;
  end: number;
}

export interface RenderedPack {
  bytes: Buffer;
  report: Omit<PackReport, 'root'>;
  spans: Map<string, Span>;
}

interface Foot {
  text: string;
  tokens: number;
}

/** Equal collections and budgets give equal bytes. Never over budget: throws a `BaleenError` if even the frame is. */
export async function renderPack(
  collection: Collection,
  budget: number,
  counter: TokenCounter,
  signal?: AbortSignal,
): Promise<RenderedPack> {
  const { files, withheld } = collection;
  const mark = markOf(files);
  const tokensOf = new Map<CollectedFile, number>();
  const pace = createPacer(signal);
  for (const file of files) {
    tokensOf.set(file, countFrame(file, mark, counter));
    await pace();
  }
  const withheldSection = cutSection('withheld', withheld.map(lineOfWithheld), budget * withheldShare, counter);
  const leaving = [...files].sort(compareLeaving);
  let framed = 0;
  for (const tokens of tokensOf.values()) framed += tokens;
  for (let out = 0; ; out++) {
    const next = leaving[out];
    const head = packHead(mark, files.length - out);
    // The lists are made anew only where the frames alone leave room for them.
    if (framed <= budget) {
      const foot = footOf(files, new Set(leaving.slice(0, out)), withheldSection, budget, counter);
      const frameTokens = counter.countText(head) + foot.tokens;
      if (framed + frameTokens <= budget) {
        const listed = new Set(leaving.slice(0, out));
        return assemble({ files, withheld, mark, head, foot, listed, tokensOf, frameTokens, budget });
      }
    }
    if (next === undefined) {
      throw new BaleenError(
        `A budget of ${budget} tokens does not even hold the list of files. Nothing was packed; give it more, or name a smaller folder.`,
        'overflow',
      );
    }
    framed -= tokensOf.get(next) ?? 0;
  }
}

/** Exact, mostly without counting the view again: pieces end at a line feed before `<`, and begin after one. */
function countFrame(file: CollectedFile, mark: string, counter: TokenCounter): number {
  const { view } = file;
  // A view that was dropped can only be listed; an upper bound serves to make it leave.
  if (view === undefined) return file.contentTokens + counter.countText(fileHead(file.path, mark, false) + fileFoot);
  const ended = view.length === 0 || view[view.length - 1] === 0x0a;
  const head = fileHead(file.path, mark, ended);
  const first = view[0];
  if (ended && first !== 0x0a && first !== 0x0d) {
    return counter.countText(head) + file.contentTokens + counter.countText(fileFoot);
  }
  return counter.count(Buffer.concat(frameParts(file, mark)));
}

function frameParts(file: CollectedFile, mark: string): Uint8Array[] {
  const view = file.view ?? new Uint8Array();
  const ended = view.length === 0 || view[view.length - 1] === 0x0a;
  return [Buffer.from(fileHead(file.path, mark, ended)), view, Buffer.from(ended ? fileFoot : `\n${fileFoot}`)];
}

function lineOfWithheld({ path, stat, why }: WithheldFile): string {
  return withheldLine(path, stat.size, why);
}

/** As many lines as the share holds, in path order. */
export function cutSection(
  name: 'listed' | 'withheld',
  lines: readonly string[],
  mostTokens: number,
  counter: TokenCounter,
): string {
  let tokens = 0;
  let named = 0;
  for (const line of lines) {
    tokens += counter.countText(line);
    if (tokens > mostTokens) break;
    named++;
  }
  return listSection(name, lines.slice(0, named), lines.length - named);
}

function footOf(
  files: readonly CollectedFile[],
  listed: ReadonlySet<CollectedFile>,
  withheldSection: string,
  budget: number,
  counter: TokenCounter,
): Foot {
  const lines = files.filter((file) => listed.has(file)).map(({ path, stat }) => listedLine(path, stat.size));
  const text = cutSection('listed', lines, budget * listedShare, counter) + withheldSection + packFoot;
  return { text, tokens: counter.countText(text) };
}

interface Parts {
  files: readonly CollectedFile[];
  withheld: readonly WithheldFile[];
  mark: string;
  head: string;
  foot: Foot;
  listed: ReadonlySet<CollectedFile>;
  tokensOf: ReadonlyMap<CollectedFile, number>;
  frameTokens: number;
  budget: number;
}

function assemble({ files, withheld, mark, head, foot, listed, tokensOf, frameTokens, budget }: Parts): RenderedPack {
  const parts: Uint8Array[] = [Buffer.from(head)];
  const spans = new Map<string, Span>();
  const packed: PackedFile[] = [];
  let at = parts[0]?.length ?? 0;
  let tokens = frameTokens;
  for (const file of files) {
    const { path, contentTokens, view } = file;
    if (listed.has(file) || view === undefined) {
      packed.push({ path, tokens: 0, contentTokens, as: 'listed' });
      continue;
    }
    const own = tokensOf.get(file) ?? 0;
    tokens += own;
    packed.push({ path, tokens: own, contentTokens, as: 'full' });
    const frame = frameParts(file, mark);
    const start = at + (frame[0]?.length ?? 0);
    spans.set(path, { start, end: start + view.length });
    for (const part of frame) at += part.length;
    parts.push(...frame);
  }
  const bytes = Buffer.concat([...parts, Buffer.from(foot.text)]);
  const report: Omit<PackReport, 'root'> = {
    snapshot: mark,
    sha256: hashOf(bytes),
    tokens,
    frameTokens,
    budget,
    tokenizer: 'deepseek',
    files: packed,
    withheld: withheld.map(({ path, why, stat }) => ({ path, why, bytes: stat.size })),
  };
  return { bytes, report, spans };
}
