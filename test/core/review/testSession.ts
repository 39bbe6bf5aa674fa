import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { noSelection } from '../../../src/core/repository/selection.js';
import { createJournal } from '../../../src/core/edits/journal.js';
import { findHost, serveModel } from '../../../src/core/model/catalogue.js';
import { createModelClient } from '../../../src/core/model/client.js';
import { createPackEngine } from '../../../src/core/pack/engine.js';
import { singleRoot } from '../../../src/core/repository/roots.js';
import { createAllowedCommands } from '../../../src/core/commands/allowedCommands.js';
import { createShellParser } from '../../../src/core/commands/shellParser.js';
import { createAgreements } from '../../../src/core/session/agreements.js';
import { startSession, type Session } from '../../../src/core/session/session.js';
import type { SessionSettings } from '../../../src/core/session/sessionParts.js';
import { createLedger } from '../../../src/core/usage/ledger.js';
import { createMeteredClient } from '../../../src/core/usage/meteredClient.js';
import { createTools } from '../../../src/core/tools/toolList.js';
import { createNodeGit } from '../../../src/node/git.js';
import { createNodeHost, noDocuments } from '../../../src/node/nodeHost.js';
import { owner } from '../../../src/node/owner.js';
import type { AgentEvent, AgentEventType, EventOf, Workflow } from '../../../src/protocol/events.js';
import { createRehearsal } from '../../../src/rehearsal/rehearse.js';
import { startSimulator, type Simulator, type SimulatorOptions, type Turn } from '../../support/simulator/simulator.js';
import { commitAll } from '../../support/smallRepository.js';
import { grammarPorts } from '../pack/workspace.js';

export interface TestSession {
  root: string;
  session: Session;
  simulator: Simulator;
  events: AgentEvent[];
  eventsOf<T extends AgentEventType>(type: T): EventOf<T>[];
  write(path: string, content: string | Buffer, mode?: number): void;
  read(path: string): string;
  /** Over paths, modes and bytes of everything but `.git`. */
  treeHash(): string;
  dispose(): Promise<void>;
}

export interface TestSessionOptions {
  /** Committed. */
  files: Record<string, string>;
  /** Written after the commit. */
  changed?: Record<string, string>;
  workflow: Workflow;
  /** The rehearsal when absent. */
  script?: SimulatorOptions['script'];
  settings?: Partial<SessionSettings>;
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A call as a script writes it. */
export function call(name: string, args: unknown, id = `call_${name}`): NonNullable<Turn['calls']>[number] {
  return { id, name, arguments: JSON.stringify(args) };
}

/** The rehearsal, behind the simulator's strict checks. */
export const rehearsed: SimulatorOptions['script'] = ({ parsed }) => createRehearsal()(parsed);

/** The real session over a real repository, with the real packer, journal and tools; only the model is a script. */
export async function openTestSession(options: TestSessionOptions): Promise<TestSession> {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'baleen-session-')));
  const root = join(base, 'ws');
  const stateFolder = join(base, 'state');
  const write: TestSession['write'] = (path, content, mode) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
    if (mode !== undefined) chmodSync(join(root, path), mode);
  };
  mkdirSync(root);
  for (const [path, text] of Object.entries(options.files)) write(path, text);
  commitAll(root, 'Begin');
  for (const [path, text] of Object.entries(options.changed ?? {})) write(path, text);

  const simulator = await startSimulator({ script: options.script ?? rehearsed });
  const git = createNodeGit();
  const host = createNodeHost({ log: silent, git });
  // The counts play no part here.
  const counter = { count: (bytes: Uint8Array) => bytes.length, countText: (text: string) => Buffer.byteLength(text) };
  const packer = createPackEngine({ files: host.files, git, counter, log: silent, ...grammarPorts });
  const model = createModelClient({
    send: fetch,
    assembleBody: (body, secrets) => packer.assembleBody(body, secrets),
    clock: host.clock,
  });
  const { files, clock, randomHex } = host;
  const roots = singleRoot(root);
  const journal = createJournal({
    ...{ files, roots, stateFolder, clock, randomHex, owner, documents: noDocuments },
    log: silent,
  });
  const events: AgentEvent[] = [];
  const ledger = createLedger({ files, folder: join(base, 'usage'), clock });
  const client = createMeteredClient({ client: model, ledger, clock, randomHex });
  const agreements = createAgreements({ files, stateFolder, clock });
  const allowedCommands = createAllowedCommands({ files, stateFolder, clock });
  const shellParser = createShellParser(grammarPorts.loadGrammar);
  const shared = { host, packer, journal, client, ledger, agreements, allowedCommands, shellParser };
  const parts = { ...shared, tools: createTools(), roots, stateFolder, random: () => 0.5 };
  const session = await startSession(
    parts,
    { ...settingsFor(simulator), ...options.settings },
    options.workflow,
    (event) => events.push(event),
    new AbortController().signal,
  );
  return {
    root,
    session,
    simulator,
    events,
    eventsOf: <T extends AgentEventType>(type: T) => events.filter((event): event is EventOf<T> => event.type === type),
    write,
    read: (path) => readFileSync(join(root, path), 'utf8'),
    treeHash: () => hashTree(root),
    dispose: async () => {
      await simulator.close();
      await packer.dispose();
      rmSync(base, { recursive: true, force: true });
    },
  };
}

function settingsFor(simulator: Simulator): SessionSettings {
  return {
    model: serveModel(findHost('deepseek')!, 'v4-flash')!,
    host: findHost('deepseek')!,
    wire: 'openai',
    baseUrl: simulator.baseUrls.openai,
    apiKey: simulator.key,
    userId: 'user-1',
    currency: 'USD',
    thinking: 'high',
    approve: 'auto-edit',
    allowedCommands: [],
    deniedCommands: [],
    limits: { maxSteps: 30 },
    commandTimeoutMs: 60_000,
    budgetTokens: 500_000,
    selection: noSelection,
    primer: false,
    rehearsal: false,
  };
}

function hashTree(root: string): string {
  const hash = createHash('sha256');
  for (const entry of readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()) {
    if (entry === '.git' || entry.startsWith('.git/')) continue;
    const stat = lstatSync(join(root, entry));
    if (stat.isFile()) hash.update(`${entry}\0${stat.mode}\0`).update(readFileSync(join(root, entry)));
  }
  return hash.digest('hex');
}
