import type { Clock, Git, Host, Language, Log, OpenDocuments, Sandbox } from '../core/host.js';
import { createClock } from './clock.js';
import { createCommands, type CommandSettings } from './commands.js';
import { createNodeFiles } from './files.js';
import { randomHex } from './randomHex.js';

/** The command line has no editor, and so nothing unsaved. */
export const noDocuments: OpenDocuments = {
  unsaved: () => undefined,
  listUnsaved: () => [],
  listOpen: () => [],
  replaceText: async () => false,
  isUnsavedNotebook: () => false,
  watchReload: () => ({ isTypedOver: async () => false, dispose: () => undefined }),
};

/** The command line has no language server either. */
export const noLanguage: Language = {
  diagnostics: async (files) =>
    files.map(() => ({ kind: 'none', why: "no language server here; run the project's own check" })),
  references: async () => ({ kind: 'none', why: 'there is no language server here' }),
  rename: async () => ({ kind: 'none', why: 'there is no language server here' }),
};

/** Of a host that was given none. */
const noSandbox: Sandbox = {
  status: async () => ({ works: false, why: 'There is no sandbox for commands here.' }),
};

export interface NodeHostParts {
  log: Log;
  git: Git;
  documents?: OpenDocuments;
  language?: Language;
  commands?: CommandSettings;
  clock?: Clock;
}

export function createNodeHost(parts: NodeHostParts): Host {
  return {
    files: createNodeFiles(),
    commands: createCommands(parts.commands),
    sandbox: parts.commands?.sandbox ?? noSandbox,
    git: parts.git,
    clock: parts.clock ?? createClock(),
    log: parts.log,
    documents: parts.documents ?? noDocuments,
    language: parts.language ?? noLanguage,
    platform: process.platform,
    randomHex,
  };
}
