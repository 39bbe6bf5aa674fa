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
import { createBulkGuard } from '../../../src/core/agent/bulkGuard.js';
import type { Host, Language, OpenDocuments } from '../../../src/core/host.js';
import type { Turn } from '../../../src/core/agent/turn.js';
import type { Journal } from '../../../src/core/edits/checkpoint.js';
import { createJournal } from '../../../src/core/edits/journal.js';
import { createPackEngine } from '../../../src/core/pack/engine.js';
import { singleRoot } from '../../../src/core/repository/roots.js';
import { createTools, parseArguments } from '../../../src/core/tools/toolList.js';
import type { Prepared, ToolContext, ToolResult } from '../../../src/core/tools/tool.js';
import { createNodeGit } from '../../../src/node/git.js';
import { createNodeHost } from '../../../src/node/nodeHost.js';
import { owner } from '../../../src/node/owner.js';
import { grammarPorts } from '../pack/workspace.js';

export interface Bench {
  root: string;
  host: Host;
  stateFolder: string;
  turn: Turn;
  context: ToolContext;
  journal: Journal;
  logged: string[];
  shown: string[];
  /** Text of open documents with unsaved changes, by relative path. */
  unsaved: Map<string, { text: string; version: number }>;
  /** Files that are open as notebooks with unsaved changes, by relative path. */
  notebooks: Set<string>;
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
  given: { stateFolder?: string; language?: (root: string) => Language } = {},
): Promise<Bench> {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'baleen-tools-')));
  const root = join(base, 'ws');
  const roots = singleRoot(root);
  const stateFolder = given.stateFolder ?? join(base, 'state', 'ws');
  const logged: string[] = [];
  const shown: string[] = [];
  const note = (text: string): void => void logged.push(text);
  const log = { info: note, warn: note, error: note };
  const unsaved: Bench['unsaved'] = new Map();
  const notebooks: Bench['notebooks'] = new Set();
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
    isUnsavedNotebook: (path) => notebooks.has(path.slice(root.length + 1)),
    watchReload: (path) => ({
      isTypedOver: async () => unsaved.has(path.slice(root.length + 1)),
      dispose: () => undefined,
    }),
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
  const host = createNodeHost({
    ...{ log, git, documents, commands: { logFolder: join(stateFolder, 'commands') } },
    ...(given.language === undefined ? {} : { language: given.language(root) }),
  });
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
    owner,
    log,
    documents,
  });
  const turn: Turn = {
    session: 'session',
    request: 'test',
    mode: 'auto-edit',
    checkpoint: await journal.begin({ session: 'session', title: 'test' }),
    packer,
    commandTimeoutMs: 30_000,
    changed: new Set(),
    changedByCommands: new Set(),
    untold: new Map(),
    shown: new Map(),
    ran: [],
    bulk: createBulkGuard(''),
    editsFollow: false,
    unchecked: new Map(),
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
    inputWait: () => undefined,
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
    host,
    stateFolder,
    turn,
    context,
    journal,
    logged,
    shown,
    unsaved,
    notebooks,
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
      await Promise.all([host.commands.dispose(), packer.dispose()]);
      rmSync(base, { recursive: true, force: true });
    },
  };
}
