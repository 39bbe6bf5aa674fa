import type { Clock, Files, Git, Host, Language, Log, OpenDocuments, Sandbox } from '../core/host.js';
import { createClock } from './clock.js';
import { createCommands, type CommandSettings } from './commands.js';
import { createNodeFiles } from './files.js';
import { randomHex } from './randomHex.js';
import type { CommandSandbox } from './sandbox.js';

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

/** What this program itself makes, with the yes that it needs, is no command's doing. */
function tellMade(files: Files, { accept }: Pick<CommandSandbox, 'accept'>): Files {
  return {
    ...files,
    replace(path, ...rest) {
      accept(path);
      return files.replace(path, ...rest);
    },
    stage(path, ...rest) {
      accept(path);
      return files.stage(path, ...rest);
    },
    move(from, to, ...rest) {
      accept(to);
      return files.move(from, to, ...rest);
    },
  };
}

export interface NodeHostParts {
  log: Log;
  git: Git;
  documents?: OpenDocuments;
  language?: Language;
  commands?: CommandSettings;
  clock?: Clock;
}

export function createNodeHost(parts: NodeHostParts): Host {
  const sandbox = parts.commands?.sandbox;
  const files = createNodeFiles();
  return {
    files: sandbox === undefined ? files : tellMade(files, sandbox),
    commands: createCommands(parts.commands),
    sandbox: sandbox ?? noSandbox,
    git: parts.git,
    clock: parts.clock ?? createClock(),
    log: parts.log,
    documents: parts.documents ?? noDocuments,
    language: parts.language ?? noLanguage,
    platform: process.platform,
    randomHex,
  };
}
