/**
 * What a save costs a running packer: `incrementalProbe.cjs FOLDER ROOT`. The real engine, in this process instead of its
 * worker, on a copy of the folder, so that the folder itself stays as it is.
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findHost, serveModel } from '../../src/core/model/catalogue.js';
import { createPackEngine } from '../../src/core/pack/engine.js';
import { coarsestClockMs } from '../../src/core/pack/known.js';
import { packMarker, type Packer } from '../../src/core/pack/packer.js';
import { packBudgetTokens } from '../../src/core/prompt/budget.js';
import { createTokenCounter } from '../../src/core/tokens/counter.js';
import { loadTokenTables } from '../../src/core/tokens/tables.js';
import { singleRoot } from '../../src/core/repository/roots.js';
import { noSelection } from '../../src/core/repository/selection.js';
import { createNodeFiles } from '../../src/node/files.js';
import { createNodeGit } from '../../src/node/git.js';
import { listFiles } from './corpus.js';
import { childCpuMs } from './measure.js';

export interface Step {
  /** Of this process and of the git processes that it started. */
  cpuMs: number;
  wallMs: number;
  /** Calls of the file port, a step. */
  reads: number;
  lstats: number;
}

export interface IncrementalFigures {
  files: number;
  packTokens: number;
  /** `open` in an empty state folder: list, read, look for secrets, count, render, compress, store. */
  coldOpen: Step;
  /** `fresh`, after the open: the same without compressing and storing, by warm code. */
  warmFresh: Step;
  /** `sync` that is told the path, as after each of the agent's own edits. */
  syncNamed: Step;
  /** `sync` that looks for what has changed, as before each turn. */
  syncAll: Step;
  /** The first body escapes the pack, the later ones reuse it. */
  firstBody: Step;
  body: Step;
  bodyBytes: number;
  /** git's list and an lstat of each file. */
  listFloor: Step;
  /** Every file read once. */
  readFloor: Step;
}

const saves = 6;

const calls = { reads: 0, lstats: 0 };

/** The mean of some runs; `before` each of them is not measured. */
async function timed<T>(
  times: number,
  work: () => Promise<T> | T,
  before?: () => Promise<void>,
): Promise<{ step: Step; value: T }> {
  const step: Step = { cpuMs: 0, wallMs: 0, reads: 0, lstats: 0 };
  let value: T | undefined;
  for (let time = 0; time < times; time++) {
    await before?.();
    const [cpu, children, wall] = [process.cpuUsage(), childCpuMs(), performance.now()];
    Object.assign(calls, { reads: 0, lstats: 0 });
    value = await work();
    const { user, system } = process.cpuUsage(cpu);
    step.cpuMs += ((user + system) / 1000 + childCpuMs() - children) / times;
    step.wallMs += (performance.now() - wall) / times;
    step.reads += calls.reads / times;
    step.lstats += calls.lstats / times;
  }
  return { step, value: value as T };
}

function createEngine(root: string): Packer {
  const files = createNodeFiles();
  const silent = (): void => undefined;
  return createPackEngine({
    files: {
      ...files,
      read: (...args) => (calls.reads++, files.read(...args)),
      lstat: (...args) => (calls.lstats++, files.lstat(...args)),
    },
    git: createNodeGit(),
    counter: createTokenCounter(loadTokenTables(readFileSync(join(root, 'dist', 'deepseek.bin')))),
    log: { info: silent, warn: silent, error: silent },
    loadGrammar: (name) => readFile(join(root, 'dist', 'grammars', `${name}.wasm`)),
    programVersion: 'bench',
  });
}

/** The files that git lists, with an index of their own. */
function copyTree(folder: string, copy: string): string[] {
  const { paths } = listFiles(folder);
  for (const path of paths) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    cpSync(join(folder, path), join(copy, path), { preserveTimestamps: true });
  }
  execFileSync('git', ['init', '--quiet', copy]);
  execFileSync('git', ['-C', copy, 'add', '--all', '--force']);
  return paths;
}

async function probe(folder: string, root: string): Promise<IncrementalFigures> {
  const work = mkdtempSync(join(tmpdir(), 'baleen-bench-'));
  try {
    const copy = join(work, 'tree');
    const paths = copyTree(folder, copy);
    const engine = createEngine(root);
    const budgetTokens = packBudgetTokens(serveModel(findHost('deepseek')!, 'v4-flash')!);
    const options = { roots: singleRoot(copy), stateFolder: join(work, 'state'), budgetTokens, selection: noSelection };
    const signal = new AbortController().signal;

    const cold = await timed(1, () => engine.open(options, () => undefined, signal));
    const { report } = cold.value;
    const full = (await engine.report()).files.filter((file) => file.as === 'full').map((file) => file.path);
    let save = 0;
    const saveOne = (): string => {
      const path = full[Math.floor((full.length * save++) / (2 * saves))] ?? '';
      appendFileSync(join(copy, path), `\nSaved ${save} times.\n`);
      return path;
    };
    // What was just saved is read again until its time stamp is past doubt; here it is the one save that is measured.
    const settle = async (): Promise<void> => {
      await sleep(coarsestClockMs + 100);
      await engine.sync();
    };
    const named = await timed(saves, () => engine.sync({ session: 's', call: 'c', paths: [saveOne()] }), settle);
    const all = await timed(saves, () => (saveOne(), engine.sync()), settle);
    if (named.value.length !== 1 || all.value.length !== 1) throw new Error('A save did not make one change entry.');

    const body = JSON.stringify({ messages: [{ role: 'user', content: packMarker(report.sha256) }] });
    const first = await timed(1, () => engine.assembleBody(body, []));
    const later = await timed(saves, () => engine.assembleBody(body, []));
    const fresh = await timed(1, () => engine.fresh(options, () => undefined, signal));
    const readAll = (): void => {
      for (const path of paths) if (lstatSync(join(copy, path)).isFile()) readFileSync(join(copy, path));
    };
    return {
      files: paths.length,
      packTokens: report.tokens,
      coldOpen: cold.step,
      warmFresh: fresh.step,
      syncNamed: named.step,
      syncAll: all.step,
      firstBody: first.step,
      body: later.step,
      bodyBytes: first.value.length,
      listFloor: (await timed(saves, () => listFiles(copy))).step,
      readFloor: (await timed(saves, readAll)).step,
    };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const [folder = '', root = ''] = process.argv.slice(2);
void probe(folder, root).then((result) => process.stdout.write(JSON.stringify(result)));
