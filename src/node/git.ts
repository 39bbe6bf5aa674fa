import { catalogueHosts } from '../core/model/hosts.js';
import { spawn } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Git } from '../core/host.js';

/**
 * A repository can name programs that git runs for it. These keep it from doing so: no file watcher, no hooks, no bare
 * repository hidden in a folder, no transport that is a command.
 */
const hardened = [
  ['-c', 'core.fsmonitor=false'],
  ['-c', 'core.hooksPath=/dev/null'],
  ['-c', 'safe.bareRepository=explicit'],
  ['-c', 'protocol.ext.allow=never'],
  ['-c', 'core.quotepath=off'],
  ['--no-optional-locks'],
  ['--no-pager'],
].flat();

/** Variables that send git to another repository, or start programs, are not handed on. */
const kept = new Set([
  'GIT_CONFIG_GLOBAL',
  'GIT_CEILING_DIRECTORIES',
  'GIT_DISCOVERY_ACROSS_FILESYSTEM',
  'GIT_EXEC_PATH',
]);

/** The keys of the models' hosts are nobody else's business. */
const modelKeys: ReadonlySet<string> = new Set(catalogueHosts.map(({ keyVariable }) => keyVariable));

const mostErrorChars = 10_000;

function environment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(
    ([name]) => !modelKeys.has(name) && (!name.toUpperCase().startsWith('GIT_') || kept.has(name)),
  );
  return {
    ...Object.fromEntries(entries),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    // A partial clone fetches missing objects by itself, with programs that its configuration names. No transport may
    // run; unlike options this also outweighs what the repository allows.
    GIT_ALLOW_PROTOCOL: '',
    GIT_NO_LAZY_FETCH: '1',
    // What git says is compared with what it says in English.
    LC_ALL: 'C',
    LANGUAGE: 'C',
  };
}

/** Rejects with code `ENOENT` if there is no git (or no such folder), and with the signal's reason when aborted. */
export function createNodeGit(program = 'git'): Git {
  return {
    defaultExcludesFile() {
      const { XDG_CONFIG_HOME: xdg, HOME: home } = process.env;
      const folder = xdg === undefined || xdg === '' ? join(home ?? homedir(), '.config') : xdg;
      return join(folder, 'git', 'ignore');
    },
    run: (cwd, args, signal) =>
      new Promise((resolve, reject) => {
        const child = spawn(program, [...hardened, ...args], {
          cwd,
          env: environment(),
          stdio: ['ignore', 'pipe', 'pipe'],
          windowsHide: true,
          ...(signal === undefined ? {} : { signal }),
        });
        const chunks: Buffer[] = [];
        let stderr = '';
        child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
        child.stderr.setEncoding('utf8').on('data', (text: string) => {
          if (stderr.length < mostErrorChars) stderr += text;
        });
        child.on('error', (error) => {
          if (signal?.aborted === true) reject(abortReason(signal));
          else reject(error);
        });
        child.on('close', (code) => resolve({ exitCode: code ?? -1, stdout: Buffer.concat(chunks), stderr }));
      }),
  };
}

function abortReason(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new DOMException('This operation was aborted', 'AbortError');
}
