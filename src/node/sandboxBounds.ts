/** The two sets of bounds: `closed` for commands that nobody said yes to, `open` for those that somebody did. */
import { lstat, realpath } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { BaleenError } from '../core/errors.js';
import type { Roots } from '../core/repository/roots.js';
import { findPlaces, protectedOf, type Places } from './sandboxPlaces.js';
import type { Bounds } from './sandboxRuntime.js';

export interface BoundsParts {
  roots: Roots;
  /** Journal, sessions and keys of all workspaces. */
  stateBase: string;
  programFolder: string;
  env: NodeJS.ProcessEnv;
  /** Writable in `closed`, and private to this process; only where a sandbox cannot have a folder of its own in memory. */
  scratch?: string;
}

export interface Confined extends Bounds {
  /** Names that are to be held where there is nothing yet (`heldPlaces.ts`), each to be read-only then. */
  toHold: string[];
  /** Protected names that are there, absolute. */
  known: string[];
  /** Variables that tell where to write. */
  env: Record<string, string>;
}

/** Below the home folder: what lets one act as the user elsewhere. Never readable inside a sandbox. */
const keys = [
  ...['.ssh', '.aws', '.gnupg', '.azure', '.kube', '.config/gcloud', '.config/op', '.password-store', '.vault-token'],
  ...['.local/share/keyrings', '.mozilla', '.config/google-chrome', '.config/chromium', '.config/BraveSoftware'],
  ...['.config/Code', '.config/Code - Insiders', '.config/VSCodium', '.config/Cursor', '.local/share/code-server/User'],
  ...['.vscode-server/data', '.vscode-server-insiders/data', '.vscodium-server/data'],
  ...['Library/Keychains', 'Library/Cookies', 'Library/Application Support/Code'],
  ...['Library/Application Support/Google', 'Library/Application Support/Firefox'],
];

/** What package managers and git sign in with, and what was typed: an approved `npm install` needs it. */
const signIns = [
  ...['.netrc', '.npmrc', '.yarnrc', '.yarnrc.yml', '.pypirc', '.git-credentials', '.config/git/credentials'],
  ...['.config/gh', '.config/hub', '.docker', '.cargo/credentials', '.cargo/credentials.toml', '.gem/credentials'],
  ...['.m2/settings.xml', '.gradle/gradle.properties', '.config/pip', '.config/rclone', '.terraform.d', '.boto'],
  ...['.bash_history', '.zsh_history', '.local/share/fish', '.python_history', '.node_repl_history', '.psql_history'],
];

/** Where package managers and compilers keep what they fetched or made; nothing on a PATH. */
const caches = [
  ...['.cache', '.npm', '.yarn', '.pnpm-store', '.local/share/pnpm/store', '.bun/install/cache', 'Library/Caches'],
  ...['.cargo/registry', '.cargo/git', 'go/pkg', '.gradle/caches', '.gradle/daemon', '.gradle/wrapper'],
  ...['.m2/repository', '.nuget/packages', '.ivy2', '.sbt', '.gem/specs', '.composer/cache', '.node-gyp'],
];

/**
 * Names that something acts on as soon as they are there, held in every root even where they are not: each is an empty
 * folder on the user's disk for as long as a command runs, which git does not see. They are few, and none that a build
 * stumbles over.
 */
const suddenNames = [
  ...['.git', '.vscode', '.idea', '.husky', '.devcontainer', '.github', '.claude', '.cursor'],
  ...['.envrc', '.npmrc', '.mcp.json', '.bashrc', 'AGENTS.md', 'CLAUDE.md'],
];
const suddenInside = ['.github/workflows', '.claude/settings.json'];
/** In folders further in that hold something protected, shallow ones first; a build could not remove others any more. */
const suddenNested = ['.git', '.vscode'];
const mostNested = 40;

const temporary = ['/tmp', '/var/tmp'];
/** On NixOS programs and their libraries are found by way of these. */
const shownInRun = ['/run/current-system', '/run/wrappers', '/run/opengl-driver'];

export async function boundClosed(parts: BoundsParts): Promise<Confined> {
  const found = await Promise.all(parts.roots.map(({ folder }) => findPlaces(folder)));
  const places: Places[] = [];
  for (const one of found) {
    if ('tooMuch' in one) throw new BaleenError(one.tooMuch);
    places.push(one);
  }
  const hidden = [
    ...alwaysHidden(parts),
    ...below(signIns),
    ...places.flatMap(({ secret }) => secret),
    // Sockets of other programs, and what these have left lying about.
    ...(process.platform === 'linux' ? ['/run', ...temporary, tmpdir()] : []),
  ];
  return {
    writable: [...foldersOf(parts.roots), ...(parts.scratch === undefined ? [] : [parts.scratch])],
    readOnly: places.flatMap(({ isProtected }) => isProtected),
    toHold: await placesToHold(parts.roots, places),
    known: places.flatMap(protectedOf),
    hidden,
    shown: [parts.programFolder, ...shownInRun],
    network: false,
    unixSockets: false,
    env: await closedEnvironment(parts, hidden),
  };
}

export function boundOpen(parts: BoundsParts): Confined {
  const { npm_config_cache: npmCache, XDG_CACHE_HOME: cache } = parts.env;
  const named = [npmCache, cache].filter((one) => one !== undefined && one !== '');
  return {
    writable: [...foldersOf(parts.roots), ...temporary, tmpdir(), ...below(caches), ...(named as string[])],
    readOnly: [],
    toHold: [],
    known: [],
    hidden: alwaysHidden(parts),
    shown: [parts.programFolder],
    network: true,
    unixSockets: true,
    env: {},
  };
}

function alwaysHidden({ stateBase }: BoundsParts): string[] {
  return [stateBase, ...below(keys)];
}

function below(names: readonly string[]): string[] {
  return names.map((name) => join(homedir(), name));
}

function foldersOf(roots: Roots): string[] {
  return roots.map(({ folder }) => folder);
}

async function placesToHold(roots: Roots, places: readonly Places[]): Promise<string[]> {
  const open = foldersOf(roots).filter((folder) => !places.some(({ isProtected }) => isProtected.includes(folder)));
  const here = open.flatMap((folder) => [...suddenNames, ...suddenInside].map((name) => join(folder, name)));
  const nested = places
    .flatMap(({ pinned }) => [...pinned])
    .slice(0, mostNested / suddenNested.length)
    .flatMap((folder) => suddenNested.map((name) => join(folder, name)));
  const possible = await Promise.all(
    [...here, ...nested].map(async (path) => ((await isThere(dirname(path))) ? [path] : [])),
  );
  // What another command holds may go at any moment, and what goes cannot be walled off.
  return [...new Set([...possible.flat(), ...places.flatMap(({ hollow }) => [...hollow])])];
}

function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** Caches of the home folder are read-only; a program of the PATH that is reached by way of a hidden folder is named outright. */
async function closedEnvironment(parts: BoundsParts, hidden: readonly string[]): Promise<Record<string, string>> {
  const scratch = parts.scratch ?? '/tmp';
  const isHidden = (path: string): boolean => hidden.some((one) => path === one || path.startsWith(`${one}/`));
  const path = (parts.env['PATH'] ?? '')
    .split(delimiter)
    .map(async (one) => (isHidden(one) ? realpath(one).catch(() => one) : one));
  return {
    PATH: (await Promise.all(path)).join(delimiter),
    TMPDIR: scratch,
    XDG_CACHE_HOME: join(scratch, 'cache'),
    npm_config_cache: join(scratch, 'npm'),
    npm_config_update_notifier: 'false',
  };
}
