/** Puts the parts of one workspace together, by hand and once, for the command line and for the editor. */
import { join } from 'node:path';
import type { Approver } from '../core/agent/approval.js';
import { createJournal } from '../core/edits/journal.js';
import { BaleenError } from '../core/errors.js';
import type { Commands, Host, Log, OpenDocuments } from '../core/host.js';
import { createModelClient } from '../core/model/client.js';
import type { ModelRequest } from '../core/model/types.js';
import type { Root } from '../protocol/pack.js';
import type { Packer } from '../core/pack/packer.js';
import type { Roots } from '../core/repository/roots.js';
import type { SessionParts } from '../core/session/session.js';
import { createAgreements, type SendConsent } from '../core/session/agreements.js';
import { createTools } from '../core/tools/toolList.js';
import { createNodeGit } from './git.js';
import { createNodeHost } from './nodeHost.js';
import { readUserId, workspaceStateFolder } from './stateFolder.js';
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
  /** Wraps the runner of commands, for instance to show each in a terminal. */
  wrapCommands?: (commands: Commands) => Commands;
  /** Wraps the packer, for instance to show what it opens. */
  wrapPacker?: (packer: Packer) => Packer;
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
  const { log, documents, wrapCommands, wrapPacker, approver, consent, onBody } = options;
  const plain = createNodeHost({ log, git: createNodeGit(), ...(documents === undefined ? {} : { documents }) });
  const host = wrapCommands === undefined ? plain : { ...plain, commands: wrapCommands(plain.commands) };
  const roots = await resolveRoots(host, options.folders);
  // Before the worker runs, which nobody would end if this failed.
  const userId = await readUserId(host.files, options.stateBase);
  const stateFolder = workspaceStateFolder(options.stateBase, roots);
  const worker = createWorkerPacker({
    workerFile: join(options.programFolder, 'worker.cjs'),
    tablesFile: join(options.programFolder, 'deepseek.bin'),
    grammarsFolder: join(options.programFolder, 'grammars'),
    log,
  });
  const packer = wrapPacker === undefined ? worker : wrapPacker(worker);
  const client = createModelClient({
    send: options.send,
    assembleBody: (body, secrets) => packer.assembleBody(body, secrets),
    clock: host.clock,
    ...(onBody === undefined ? {} : { onBody }),
  });
  const { files, clock, randomHex } = host;
  const journal = createJournal({ files, roots, stateFolder, clock, randomHex, log });
  return {
    parts: {
      host,
      packer,
      journal,
      client,
      tools: createTools(),
      ...(approver === undefined ? {} : { approver }),
      ...(consent === undefined ? {} : { consent }),
      agreements: createAgreements({ files, stateFolder, clock }),
      roots,
      stateFolder,
      random: Math.random,
    },
    userId,
    dispose: () => packer.dispose(),
  };
}

async function resolveRoots({ files, log }: Host, folders: Roots): Promise<Roots> {
  const found: Root[] = [];
  for (const { name, folder } of folders) {
    const real = await files.realpath(folder);
    const isFolder = real !== undefined && (await files.lstat(real))?.kind === 'directory';
    // One folder under two names would be two places for the same bytes.
    if (isFolder && !found.some((root) => root.folder === real)) found.push({ name, folder: real });
    else if (folders.length > 1) log.warn(`${folder} is left out: it is no folder, or another one of the workspace.`);
  }
  const [first, ...others] = found;
  if (first !== undefined) return [first, ...others];
  throw new BaleenError(`${folders[0].folder} is not a folder. Name one that exists.`, 'bad_usage');
}
