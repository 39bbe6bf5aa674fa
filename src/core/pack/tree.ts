/** A tree as numbers: what each of its files costs a pack. Counted once, for any number of budgets. */
import { Buffer } from 'node:buffer';
import type { BriefedFile, Brief, Briefs } from './briefs.js';
import type { FitCosts } from './fit.js';
import { briefHead, fileFoot, fileHead, listedLine, listFrame, listSection, packFoot, packHead } from './frames.js';
import type { TokenCounter } from './ports.js';
import { listWithheld, type WithheldEntry, type WithheldRow } from './withheldRows.js';

export interface TreeFile extends BriefedFile {
  bytes: number;
  /** Tokens of the view alone. */
  contentTokens: number;
  /** Tokens of the frame that holds the whole view. */
  fullTokens: number;
}

export interface Tree {
  /** Of all its files, so that it is the same under every budget. */
  mark: string;
  /** In path order. */
  files: readonly TreeFile[];
  withheld: readonly WithheldEntry[];
}

/** The withheld files are named up to this share of the budget; the rest is told as a number. */
const withheldShare = 1 / 20;

/** The costs of a tree, to be shared out by `fitFiles`. */
export interface TreeCosts {
  of(budget: number): FitCosts;
  /** The list of withheld files under a budget, as it stands in the pack. */
  withheldSection(budget: number): string;
  /** Takes in what was found out about a brief. */
  addBrief(file: number, brief: Brief): void;
  /** A file whose bytes cannot be had any more can only be named. */
  drop(file: number): void;
}

export function costTree(tree: Tree, counter: TokenCounter, briefs: Briefs): TreeCosts {
  const full = Float64Array.from(tree.files, (file) => file.fullTokens);
  const frames = createFrameCosts(counter, tree.mark);
  const withheld = listWithheld(tree.withheld, tree.files).map((row) => ({
    ...row,
    tokens: counter.countText(row.line),
  }));
  const briefTokens = new Map<number, number>();
  let line: Float64Array | undefined;

  function costBrief(file: number, brief: Brief): number {
    const { path, bytes, fullTokens } = tree.files[file] as TreeFile;
    const tokens = brief.text === '' ? Infinity : counter.countText(briefFrame(path, tree.mark, brief, bytes));
    const cost = tokens < fullTokens ? tokens : Infinity;
    briefTokens.set(file, cost);
    return cost;
  }

  function briefOf(file: number): number | undefined {
    const known = briefTokens.get(file);
    if (known !== undefined) return known;
    const brief = briefs.known(tree.files[file] as TreeFile);
    return brief === undefined ? undefined : costBrief(file, brief);
  }

  return {
    of(budget) {
      const cut = cutWithheld(withheld, budget);
      const fixed = cut.tokens + frames.withheld(cut.named, cut.unnamed) + frames.foot;
      return {
        full,
        // Most repositories fit, and need no lines.
        get line() {
          return (line ??= Float64Array.from(tree.files, ({ path, bytes }) =>
            counter.countText(listedLine(path, bytes)),
          ));
        },
        brief: briefOf,
        rest: (count, named, unnamed) => frames.head(count) + frames.listed(named, unnamed) + fixed,
      };
    },
    withheldSection(budget) {
      const { lines, named, unnamed } = cutWithheld(withheld, budget);
      return listSection('withheld', lines, named, unnamed);
    },
    addBrief: (file, brief) => void costBrief(file, brief),
    drop(file) {
      full[file] = Infinity;
      briefTokens.set(file, Infinity);
    },
  };
}

/** A brief in its frame. */
export function briefFrame(path: string, mark: string, { form, text }: Brief, bytes: number): string {
  return `${briefHead(path, mark, form, bytes)}${text}${fileFoot}`;
}

/** As many lines as the share holds, in path order; `named` and `unnamed` are files. */
function cutWithheld(
  rows: readonly (WithheldRow & { tokens: number })[],
  budget: number,
): { lines: string[]; named: number; unnamed: number; tokens: number } {
  const lines: string[] = [];
  let sum = 0;
  let named = 0;
  for (const { line, files, tokens } of rows) {
    if (sum + tokens > budget * withheldShare) break;
    sum += tokens;
    named += files;
    lines.push(line);
  }
  const all = rows.reduce((total, { files }) => total + files, 0);
  return { lines, named, unnamed: all - named, tokens: sum };
}

interface FrameCosts {
  foot: number;
  head(frames: number): number;
  listed(named: number, unnamed: number): number;
  withheld(named: number, unnamed: number): number;
}

/** Counts of the few texts around files and lists, each counted once. */
function createFrameCosts(counter: TokenCounter, mark: string): FrameCosts {
  const remembered = (text: (count: number) => string): ((count: number) => number) => {
    const counts = new Map<number, number>();
    return (count) => {
      const known = counts.get(count);
      if (known !== undefined) return known;
      const tokens = counter.countText(text(count));
      counts.set(count, tokens);
      return tokens;
    };
  };
  const listHead = remembered((files) => listFrame('listed', files, 0)[0]);
  const listFoot = remembered((unnamed) => listFrame('listed', 1, unnamed)[1]);
  return {
    foot: counter.countText(packFoot),
    head: remembered((files) => packHead(mark, files)),
    listed: (named, unnamed) => (named + unnamed === 0 ? 0 : listHead(named + unnamed) + listFoot(unnamed)),
    withheld: (named, unnamed) => counter.countText(listFrame('withheld', named, unnamed).join('')),
  };
}

/** The end of every head: what follows may change how these bytes are counted, and nothing before them. */
const headEnd = Buffer.from('">\n');

/**
 * What a view adds to the count of its frame. Together with the counts of head and foot it is exact whatever mark and
 * path the head has, because pieces end at a line feed before `<`.
 */
export function countFramed(view: Uint8Array, contentTokens: number, counter: TokenCounter): number {
  const first = view[0];
  const ended = endsWithFeed(view);
  if (ended && first !== 0x0a && first !== 0x0d) return contentTokens;
  return counter.count(Buffer.concat([headEnd, view, ended ? noBytes : lineFeed])) - counter.count(headEnd);
}

const noBytes = new Uint8Array();
const lineFeed = Buffer.from('\n');

/** A view in UTF-8, as it stands in the pack. */
export function viewBytesOf(view: string): Uint8Array {
  return Buffer.from(view, 'utf8');
}

/** Head, view and foot. */
export function fullFrame(path: string, mark: string, view: Uint8Array): [Uint8Array, Uint8Array, Uint8Array] {
  const ended = endsWithFeed(view);
  return [Buffer.from(fileHead(path, mark, ended)), view, Buffer.from(ended ? fileFoot : `\n${fileFoot}`)];
}

export function endsWithFeed(view: Uint8Array): boolean {
  return view.length === 0 || view[view.length - 1] === 0x0a;
}
