import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Log } from '../../../src/core/host.js';
import { createPackEngine } from '../../../src/core/pack/engine.js';
import type { Packer, PackOptions, PackState } from '../../../src/core/pack/packer.js';
import { singleRoot } from '../../../src/core/repository/roots.js';
import { noSelection } from '../../../src/core/repository/selection.js';
import type { PackReport, PackSelection } from '../../../src/protocol/pack.js';
import { createTokenCounter, type TokenCounter } from '../../../src/core/tokens/counter.js';
import { loadTokenTables } from '../../../src/core/tokens/tables.js';
import { createNodeFiles } from '../../../src/node/files.js';
import { createNodeGit } from '../../../src/node/git.js';
import { buildTables } from '../tokens/support.js';

export const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** The grammars of the package, and a version that never changes. */
export const grammarPorts = {
  loadGrammar: (name: string) => readFile(`node_modules/@vscode/tree-sitter-wasm/wasm/${name}.wasm`),
  programVersion: 'test',
};

let counter: Promise<TokenCounter> | undefined;

/** DeepSeek's own counts, from tables built once a test file. */
export function loadCounter(): Promise<TokenCounter> {
  counter ??= buildTables().then(({ file }) => createTokenCounter(loadTokenTables(file)));
  return counter;
}

/** A real folder with a state folder beside it, and engines over them. */
export interface Workspace {
  root: string;
  stateFolder: string;
  write(path: string, content: string | Uint8Array, mode?: number): void;
  read(path: string): Buffer;
  remove(path: string): void;
  /** Plain git, as a user would run it; global settings come from the temp folder alone. */
  git(...args: string[]): string;
  engine(): Promise<Packer>;
  options(budgetTokens?: number, selection?: Partial<PackSelection>): PackOptions;
  dispose(): void;
}

export function createWorkspace(): Workspace {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'baleen-pack-')));
  const root = join(base, 'work');
  const stateFolder = join(base, 'state');
  mkdirSync(root);
  return {
    root,
    stateFolder,
    write(path, content, mode) {
      const file = join(root, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
      if (mode !== undefined) chmodSync(file, mode);
    },
    read: (path) => readFileSync(join(root, path)),
    remove: (path) => rmSync(join(root, path), { recursive: true }),
    git: (...args) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'protocol.file.allow=always', ...args], {
        cwd: root,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    engine: async () =>
      createPackEngine({
        files: createNodeFiles(),
        git: createNodeGit(),
        counter: await loadCounter(),
        log: silentLog,
        ...grammarPorts,
      }),
    options: (budgetTokens = 1_000_000, selection = {}) => ({
      roots: singleRoot(root),
      stateFolder,
      budgetTokens,
      selection: { ...noSelection, ...selection },
    }),
    dispose: () => rmSync(base, { recursive: true, force: true }),
  };
}

export const noProgress = (): void => undefined;
export const noSignal = new AbortController().signal;

export interface OpenedPack {
  packer: Packer;
  state: PackState;
  text: string;
}

/** Opens the folder as another process would. */
export async function openPack(workspace: Workspace, options: Partial<PackOptions> = {}): Promise<OpenedPack> {
  const packer = await workspace.engine();
  const state = await packer.open({ ...workspace.options(), ...options }, noProgress, noSignal);
  return { packer, state, text: await readPackText(packer) };
}

/** The message of the pack that was made or opened last. */
export async function readPackText(packer: Packer): Promise<string> {
  return Buffer.from(await packer.packText()).toString('utf8');
}

/** A pack of the present tree. */
export async function freshPack(packer: Packer, options: PackOptions): Promise<{ report: PackReport; text: string }> {
  const report = await packer.fresh(options, noProgress, noSignal);
  return { report, text: await readPackText(packer) };
}
