/** Puts the parts of one workspace together, by hand and once, for the command line and for the editor. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Approver } from '../core/agent/approval.js';
import { createAllowedCommands } from '../core/commands/allowedCommands.js';
import { createShellParser } from '../core/commands/shellParser.js';
import { createJournal } from '../core/edits/journal.js';
import type { Clock, Commands, Language, Log, OpenDocuments } from '../core/host.js';
import { createBreaker } from '../core/model/breaker.js';
import { createModelClient } from '../core/model/client.js';
import type { ModelRequest } from '../core/model/types.js';
import type { Packer } from '../core/pack/packer.js';
import type { Roots } from '../core/repository/roots.js';
import type { SessionParts } from '../core/session/sessionParts.js';
import { createAgreements, type SendConsent } from '../core/session/agreements.js';
import { createTools } from '../core/tools/toolList.js';
import { createLedger } from '../core/usage/ledger.js';
import { createMeteredClient } from '../core/usage/meteredClient.js';
import { createPrimingClient } from '../core/usage/primer.js';
import { createNodeFiles } from './files.js';
import { createNodeGit } from './git.js';
import { createNodeHost } from './nodeHost.js';
import { owner } from './owner.js';
import { packFilesOf } from './packFiles.js';
import { resolveRoots } from './resolveRoots.js';
import { createSandbox } from './sandbox.js';
import { readUserId, usageFolder, workspaceStateFolder } from './stateFolder.js';
import { watchFetch } from './watchedFetch.js';
import { createWorkerPacker } from './workerPacker.js';

export interface WorkspaceOptions {
  /** The folders with their names, by `nameRoots`; links in them are resolved here. */
  folders: Roots;
  /** From `stateBaseFolder`. */
  stateBase: string;
  /** The folder that holds `worker.cjs`, `deepseek.bin` and `grammars`. */
  programFolder: string;
  /** The real `fetch`, or the rehearsal's. */
  send: typeof fetch;
  log: Log;
  approver?: Approver;
  /** Asks before contents go to a host for the first time. */
  consent?: SendConsent;
  documents?: OpenDocuments;
  language?: Language;
  clock?: Clock;
  /** Wraps the runner of commands, for instance to show each in a terminal. */
  wrapCommands?: (commands: Commands) => Commands;
  /** Wraps the packer, for instance to show what it opens. */
  wrapPacker?: (packer: Packer) => Packer;
  /** Asked with each command. Absent: it is. */
  isSandboxOn?: () => boolean;
  onBody?: (body: Uint8Array, request: ModelRequest) => void;
}

export interface Workspace {
  parts: SessionParts;
  /** Constant for this person. */
  userId: string;
  dispose(): Promise<void>;
}

/** Throws a sentence when there is no such folder; of several, those that are missing are left out. Writes nothing into them. */
export async function openWorkspace(options: WorkspaceOptions): Promise<Workspace> {
  const { log, documents, language, clock: ownClock, wrapCommands, wrapPacker, approver, consent, onBody } = options;
  const roots = await resolveRoots(createNodeFiles(), log, options.folders);
  const { stateBase, programFolder } = options;
  const stateFolder = workspaceStateFolder(stateBase, roots);
  const isOn = options.isSandboxOn ?? (() => true);
  const sandbox = createSandbox({ roots, stateBase, stateFolder, programFolder, env: process.env, isOn });
  const plain = createNodeHost({
    log,
    git: createNodeGit(),
    commands: { sandbox, logFolder: join(stateFolder, 'commands') },
    ...(documents === undefined ? {} : { documents }),
    ...(language === undefined ? {} : { language }),
    ...(ownClock === undefined ? {} : { clock: ownClock }),
  });
  // Before the worker runs, which nobody would end if this failed.
  const userId = await readUserId(plain.files, stateBase);
  const host = wrapCommands === undefined ? plain : { ...plain, commands: wrapCommands(plain.commands) };
  const programFiles = packFilesOf(options.programFolder);
  const worker = createWorkerPacker({ ...programFiles, log });
  const packer = wrapPacker === undefined ? worker : wrapPacker(worker);
  const model = createModelClient({
    send: watchFetch(options.send),
    assembleBody: (body, secrets) => packer.assembleBody(body, secrets),
    clock: host.clock,
    ...(onBody === undefined ? {} : { onBody }),
  });
  const { files, clock, randomHex } = host;
  const ledger = createLedger({ files, folder: usageFolder(options.stateBase), clock });
  const metered = createMeteredClient({ client: model, ledger, clock, randomHex });
  const client = createPrimingClient({ client: metered, ledger, clock });
  const journal = createJournal({ files, roots, stateFolder, clock, randomHex, owner, log, documents: host.documents });
  return {
    parts: {
      host,
      packer,
      journal,
      client,
      breaker: createBreaker({ files, clock, path: join(options.stateBase, 'breaker.json') }),
      ledger,
      tools: createTools(),
      ...(approver === undefined ? {} : { approver }),
      ...(consent === undefined ? {} : { consent }),
      agreements: createAgreements({ files, stateFolder, clock }),
      shellParser: createShellParser((name) => readFile(join(programFiles.grammarsFolder, `${name}.wasm`))),
      allowedCommands: createAllowedCommands({ files, stateFolder, clock }),
      roots,
      stateFolder,
      random: Math.random,
    },
    userId,
    async dispose() {
      await Promise.all([plain.commands.dispose(), packer.dispose()]);
    },
  };
}
