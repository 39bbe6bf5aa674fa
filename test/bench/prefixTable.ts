/**
 * The prefix table: consecutive commits of a repository are played into a folder, and after each it is asked how much of
 * the prompt before stands at the beginning of the next one. Baleen's rows are its real packer, snapshot and log; the
 * others are the same texts in another order.
 */
import { Buffer } from 'node:buffer';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findHost, serveModel } from '../../src/core/model/catalogue.js';
import { tellWhole, type WholeRule } from '../../src/core/pack/changes.js';
import { createPackEngine } from '../../src/core/pack/engine.js';
import { parsePack } from '../../src/core/pack/frames.js';
import type { ChangeEntry, Packer } from '../../src/core/pack/packer.js';
import { packBudgetTokens } from '../../src/core/prompt/budget.js';
import type { TokenCounter } from '../../src/core/pack/ports.js';
import { singleRoot } from '../../src/core/repository/roots.js';
import { noSelection } from '../../src/core/repository/selection.js';
import { createNodeFiles } from '../../src/node/files.js';
import { createNodeGit } from '../../src/node/git.js';
import { openHistory, type History } from './history.js';
import { orderByPath, orderLikeRepomix } from './orders.js';

const flash = serveModel(findHost('deepseek')!, 'v4-flash')!;

export interface PrefixOptions {
  /** Folder of the built program: its grammars are used. */
  program: string;
  /** A git repository with its history. */
  repository: string;
  commits: number;
  counter: TokenCounter;
  /** Rules for whole texts in the change log, by the name of their row. */
  rules?: Record<string, WholeRule>;
  budgetTokens?: number;
  onCommit?: (done: number) => void;
}

export interface PrefixRow {
  name: string;
  /** Share of a prompt, in tokens, that is a prefix of the one before; over all commits but the first. */
  meanShare: number;
  worstShare: number;
  worstCommit: string;
  /** How often the whole prompt before stands at the beginning of the next one. */
  contained: number;
  /** US dollars for the input of all requests but the first, off-peak. */
  costUsd: number;
  /** Only where there is a change log. */
  log?: { tokens: number; entries: number; whole: number };
}

export interface PrefixTable {
  repository: string;
  head: string;
  commits: number;
  promptTokens: number;
  rows: PrefixRow[];
}

/** Pure diffs, and the rule that the project began with: a file is told whole from its third change on. */
export const comparedRules: Record<string, WholeRule> = {
  Baleen: tellWhole,
  'Baleen, diffs only': () => false,
  'Baleen, whole from the third change on': ({ changes }) => changes >= 2,
};

export async function measurePrefixes(options: PrefixOptions): Promise<PrefixTable> {
  const { counter, commits, rules = comparedRules, onCommit = () => undefined } = options;
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'baleen-prefix-')));
  try {
    const root = join(base, 'work');
    mkdirSync(root);
    const history = openHistory(options.repository, root, commits + 1);
    const lanes = await createLanes(options, base, root, rules, history);
    for (let at = 0; at <= commits; at++) {
      history.play(at);
      for (const lane of lanes) lane.add(await lane.render(), history.hashes[at] ?? '');
      onCommit(at);
    }
    return {
      repository: options.repository,
      head: history.hashes.at(-1) ?? '',
      commits,
      promptTokens: lanes[0]?.promptTokens() ?? 0,
      rows: lanes.map((lane) => lane.row()),
    };
  } finally {
    rmSync(base, { recursive: true, force: true });
  }

  function createLane(
    name: string,
    render: () => Promise<string>,
    log: () => readonly ChangeEntry[] | undefined,
  ): Lane {
    const prompts = createPrompts(counter);
    return {
      render,
      add: prompts.add,
      promptTokens: prompts.tokens,
      row: () => ({ name, ...prompts.summary(), ...describeLog(log()) }),
    };
  }

  async function createLanes(
    { program, budgetTokens = packBudgetTokens(flash) }: PrefixOptions,
    base: string,
    root: string,
    rules: Record<string, WholeRule>,
    history: History,
  ): Promise<Lane[]> {
    const makeEngine = (rule?: WholeRule): Packer =>
      createPackEngine(
        {
          ...{ files: createNodeFiles(), git: createNodeGit(), counter, log: silent, programVersion: 'bench' },
          loadGrammar: (name) => readFile(join(program, 'grammars', `${name}.wasm`)),
        },
        rule,
      );
    const lanes: Lane[] = [];
    for (const [index, [name, rule]] of Object.entries(rules).entries()) {
      const packer = makeEngine(rule);
      const entries: ChangeEntry[] = [];
      let pack: string | undefined;
      const render = async (): Promise<string> => {
        if (pack === undefined) {
          const stateFolder = join(base, `state${index}`);
          await packer.open(
            { roots: singleRoot(root), stateFolder, budgetTokens, selection: noSelection },
            () => undefined,
            noSignal,
          );
          pack = Buffer.from(await packer.packText()).toString('utf8');
        }
        entries.push(...(await packer.sync()));
        return [pack, ...entries.map((entry) => entry.text)].join('\n');
      };
      lanes.push(createLane(name, render, () => entries));
    }
    // All other rows hold the very texts of a pack of that commit.
    const fresh = createFresh(makeEngine(), root, base, budgetTokens, () => history.at());
    const inOrder = (order: typeof orderLikeRepomix) => async () => order(await fresh(), history.changeCounts());
    lanes.push(createLane('path order', inOrder(orderByPath), () => undefined));
    lanes.push(createLane('repomix order', inOrder(orderLikeRepomix), () => undefined));
    return lanes;
  }
}

interface Lane {
  render: () => Promise<string>;
  add: (prompt: string, commit: string) => void;
  promptTokens: () => number;
  row: () => PrefixRow;
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const noSignal = new AbortController().signal;

/** The views of the present tree, made once a commit. */
function createFresh(
  packer: Packer,
  root: string,
  stateFolder: string,
  budgetTokens: number,
  commit: () => number,
): () => Promise<ReadonlyMap<string, string>> {
  let made: { commit: number; views: ReadonlyMap<string, string> } | undefined;
  return async () => {
    if (made?.commit !== commit()) {
      await packer.fresh(
        { roots: singleRoot(root), stateFolder, budgetTokens, selection: noSelection },
        () => undefined,
        noSignal,
      );
      made = { commit: commit(), views: parsePack(Buffer.from(await packer.packText()).toString('utf8')) };
    }
    return made.views;
  };
}

function createPrompts(counter: TokenCounter) {
  const shares: { share: number; commit: string }[] = [];
  const [hitRate, missRate] = flash.prices.at(-1)!.offPeak.USD!;
  let before: Buffer | undefined;
  let tokens = 0;
  let contained = 0;
  let costUsd = 0;
  return {
    tokens: () => tokens,
    add(prompt: string, commit: string): void {
      const now = Buffer.from(prompt);
      tokens = counter.count(now);
      if (before !== undefined) {
        const common = commonPrefix(before, now);
        const hit = Math.min(tokens, counter.count(now.subarray(0, common)));
        shares.push({ share: hit / tokens, commit });
        costUsd += (hit * hitRate + (tokens - hit) * missRate) / 1e6;
        if (common === before.length) contained++;
      }
      before = now;
    },
    summary() {
      const worst = shares.reduce((a, b) => (b.share < a.share ? b : a), { share: 1, commit: '' });
      const meanShare = shares.reduce((sum, { share }) => sum + share, 0) / shares.length;
      return { meanShare, worstShare: worst.share, worstCommit: worst.commit, contained, costUsd };
    },
  };
}

function commonPrefix(a: Buffer, b: Buffer): number {
  const most = Math.min(a.length, b.length);
  const step = 1 << 16;
  let at = 0;
  while (at < most && a.compare(b, at, Math.min(most, at + step), at, Math.min(most, at + step)) === 0) at += step;
  at = Math.min(at, most);
  while (at < most && a[at] === b[at]) at++;
  return at;
}

function describeLog(entries: readonly ChangeEntry[] | undefined): Pick<PrefixRow, 'log'> {
  if (entries === undefined) return {};
  const tokens = entries.reduce((sum, entry) => sum + entry.tokens, 0);
  const whole = entries.filter((entry) => / body="full"/.test(entry.text.slice(0, entry.text.indexOf('\n')))).length;
  return { log: { tokens, entries: entries.length, whole } };
}
