import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { noSelection } from '../../../src/core/repository/selection.js';
import type { Language, OpenDocuments } from '../../../src/core/host.js';
import type { Turn } from '../../../src/core/agent/turn.js';
import type { Journal } from '../../../src/core/edits/checkpoint.js';
import { createJournal } from '../../../src/core/edits/journal.js';
import { createPackEngine } from '../../../src/core/pack/engine.js';
import { singleRoot } from '../../../src/core/repository/roots.js';
import { createTools, parseArguments } from '../../../src/core/tools/toolList.js';
import type { Prepared, ToolContext, ToolResult } from '../../../src/core/tools/tool.js';
import { createNodeGit } from '../../../src/node/git.js';
import { createNodeHost } from '../../../src/node/nodeHost.js';
import { grammarPorts } from '../pack/workspace.js';

export interface Bench {
  root: string;
  stateFolder: string;
  turn: Turn;
  journal: Journal;
  logged: string[];
  shown: string[];
  /** Text of open documents with unsaved changes, by relative path. */
  unsaved: Map<string, { text: string; version: number }>;
  controller: AbortController;
  write(path: string, content: string | Buffer, mode?: number): void;
  read(path: string): string;
  readBytes(path: string): Buffer;
  exists(path: string): boolean;
  prepare(tool: string, args: unknown): Promise<Prepared>;
  /** Prepares and, as if every question had been answered with yes, runs. */
  call(tool: string, args: unknown): Promise<ToolResult>;
  dispose(): Promise<void>;
}

/** A git repository in a temp folder with the real host, packer and journal around it. */
export async function createBench(
  files: Record<string, string | Buffer> = {},
  language?: (root: string) => Language,
): Promise<Bench> {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'baleen-tools-')));
  const root = join(base, 'ws');
  const roots = singleRoot(root);
  const stateFolder = join(base, 'state');
  const logged: string[] = [];
  const shown: string[] = [];
  const note = (text: string): void => void logged.push(text);
  const log = { info: note, warn: note, error: note };
  const unsaved: Bench['unsaved'] = new Map();
  const documents: OpenDocuments = {
    unsaved: (path) => unsaved.get(path.slice(root.length + 1)),
    listOpen: () => [...unsaved.keys()],
    listUnsaved: () => [...unsaved].map(([path, { text }]) => ({ path, text })),
    replaceText: async (path, text, version) => {
      const open = unsaved.get(path.slice(root.length + 1));
      if (open?.version !== version) return false;
      unsaved.set(path.slice(root.length + 1), { text, version: version + 1 });
      return true;
    },
  };
  const write: Bench['write'] = (path, content, mode) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
    if (mode !== undefined) chmodSync(join(root, path), mode);
  };
  mkdirSync(root);
  for (const [path, content] of Object.entries(files)) write(path, content);
  execFileSync('git', ['-C', root, 'init', '-q']);
  const git = createNodeGit();
  const host = createNodeHost({ log, git, documents, ...(language === undefined ? {} : { language: language(root) }) });
  // The counts play no part here.
  const counter = { count: (bytes: Uint8Array) => bytes.length, countText: (text: string) => text.length };
  const packer = createPackEngine({ files: host.files, git, counter, log, ...grammarPorts });
  const controller = new AbortController();
  await packer.open(
    { roots, stateFolder, budgetTokens: 10_000_000, selection: noSelection },
    () => undefined,
    controller.signal,
  );
  const journal = createJournal({
    files: host.files,
    roots,
    stateFolder,
    clock: host.clock,
    randomHex: host.randomHex,
    log,
  });
  const turn: Turn = {
    session: 'session',
    mode: 'auto-edit',
    checkpoint: await journal.begin({ session: 'session', title: 'test' }),
    packer,
    commandTimeoutMs: 30_000,
    changed: new Set(),
    changedByCommands: new Set(),
    ran: [],
    editFailedInReply: false,
    reported: [],
    hasReport: false,
  };
  const context: ToolContext = {
    host,
    roots,
    turn,
    call: 'call',
    signal: controller.signal,
    output: (text) => void shown.push(text),
  };
  const prepare: Bench['prepare'] = async (name, args) => {
    const tool = createTools().find((one) => one.name === name)!;
    const parsed = parseArguments(tool, JSON.stringify(args));
    if (!parsed.ok) throw new Error(parsed.sentence);
    return tool.prepare(parsed.value, context);
  };
  return {
    root,
    stateFolder,
    turn,
    journal,
    logged,
    shown,
    unsaved,
    controller,
    write,
    read: (path) => readFileSync(join(root, path), 'utf8'),
    readBytes: (path) => readFileSync(join(root, path)),
    exists: (path) => existsSync(join(root, path)),
    prepare,
    call: async (name, args) => {
      const prepared = await prepare(name, args);
      return prepared.kind === 'ready' ? prepared.run() : prepared.result;
    },
    dispose: async () => {
      await packer.dispose();
      rmSync(base, { recursive: true, force: true });
    },
  };
}
