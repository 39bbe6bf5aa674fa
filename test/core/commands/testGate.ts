/** The gate as a session has it, over the real parser and a real folder. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createAllowedCommands, type AllowedCommands } from '../../../src/core/commands/allowedCommands.js';
import { createCommandGate, type CommandGate } from '../../../src/core/commands/gate.js';
import type { Judgement } from '../../../src/core/commands/judge.js';
import { createShellParser, type ShellLanguage } from '../../../src/core/commands/shellParser.js';
import { singleRoot } from '../../../src/core/repository/roots.js';
import { createNodeFiles } from '../../../src/node/files.js';
import { programFolder } from '../../support/workspace.js';

export const loadGrammar = (name: string): Promise<Uint8Array> =>
  readFile(join(programFolder, 'grammars', `${name}.wasm`));

/** What the table is judged against. */
export const fiveRules = ['git log', 'git show', 'ls', 'cat', 'npm test'];

export interface GateOptions {
  allowed?: readonly string[];
  denied?: readonly string[];
  language?: ShellLanguage | 'none';
  load?: (name: string) => Promise<Uint8Array>;
  hidden?: readonly string[];
  /** Files with a secret in their text. */
  withSecrets?: readonly string[];
  /** Hidden files that git tracks. */
  hiddenInGit?: readonly string[];
}

export interface TestGate extends CommandGate {
  folder: string;
  stateFolder: string;
  ofSession: Set<string>;
  kept: AllowedCommands;
  verdictOf(command: string, cwd?: string): Promise<Judgement['verdict']>;
  /** Another session over the same state. */
  again(options?: GateOptions): TestGate;
  close(): void;
}

export function openTestGate(options: GateOptions = {}): TestGate {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'baleen-gate-')));
  const folder = join(base, 'ws');
  const texts = [
    'README.md',
    'a.txt',
    'src/a.ts',
    'src/deep/b.ts',
    'docs/guide.md',
    'package.json',
    '.env',
    'src/key.pem',
  ];
  for (const path of texts) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), 'text\n');
  }
  mkdirSync(join(base, 'outside'));
  writeFileSync(join(base, 'outside', 'x'), 'outside\n');
  symlinkSync(join(base, 'outside'), join(folder, 'away'));
  symlinkSync(join(base, 'outside', 'x'), join(folder, 'linked.txt'));
  return openIn(base, options);
}

const files = createNodeFiles();
const parser = createShellParser(loadGrammar);

function openIn(base: string, options: GateOptions): TestGate {
  const folder = join(base, 'ws');
  const stateFolder = join(base, 'state');
  const clock = { now: () => 0, sleep: () => Promise.resolve() };
  const ofSession = new Set<string>();
  const kept = createAllowedCommands({ files, stateFolder, clock });
  const gate = createCommandGate({
    files,
    roots: singleRoot(folder),
    isHidden: (...paths) => Promise.resolve(paths.some((path) => options.hidden?.includes(path) ?? false)),
    holdsSecrets: (path) => Promise.resolve(options.withSecrets?.includes(path) ?? false),
    hiddenInGit: () => Promise.resolve(options.hiddenInGit ?? []),
    parser: options.load === undefined ? parser : createShellParser(options.load),
    language: options.language === 'none' ? undefined : (options.language ?? 'bash'),
    allowed: options.allowed ?? fiveRules,
    denied: options.denied ?? [],
    folder: '.',
    kept,
    ofSession,
  });
  return {
    ...gate,
    folder,
    stateFolder,
    ofSession,
    kept,
    verdictOf: async (command, cwd = '.') => (await gate.judge({ command, cwd })).verdict,
    again: (other = {}) => openIn(base, { ...options, ...other }),
    close: () => rmSync(base, { recursive: true, force: true }),
  };
}
