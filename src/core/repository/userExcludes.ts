import { Buffer } from 'node:buffer';
import { basename, dirname, join, resolve } from 'node:path';
import type { Files, Git } from '../host.js';
import type { WalkOptions } from './folderWalk.js';

const mostRuleBytes = 16 * 1024 * 1024;

/** How git would treat a folder that is no repository: the user's excludes, and whether case counts. */
export async function readWalkOptions(
  { files, git }: { files: Files; git: Git },
  root: string,
  signal?: AbortSignal,
): Promise<WalkOptions> {
  const config = await readUserConfig(git, root, signal);
  const named = config.get('core.excludesfile');
  const path = await files.realpath(named === undefined ? git.defaultExcludesFile() : resolve(root, named));
  const bytes = path === undefined ? undefined : await files.read(path, mostRuleBytes).catch(() => undefined);
  return {
    userExcludes: bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8'),
    ignoreCase: config.get('core.ignorecase') === 'true' || (await foldsCase(files, root)),
  };
}

/** Empty where git is missing or has nothing to say. */
async function readUserConfig(git: Git, root: string, signal?: AbortSignal): Promise<Map<string, string>> {
  const args = ['config', '-z', '--type=path', '--get-regexp', '^core\\.(excludesfile|ignorecase)$'];
  try {
    const { exitCode, stdout } = await git.run(root, args, signal);
    const rows = exitCode === 0 ? Buffer.from(stdout).toString('utf8').split('\0') : [];
    return new Map(rows.filter((row) => row.includes('\n')).map((row) => splitOnce(row, '\n')));
  } catch (error) {
    // Any other failure could hide what the user ignores.
    if (!isMissingProgram(error)) throw error;
    return new Map();
  }
}

export function isMissingProgram(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function splitOnce(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return [text.slice(0, at), text.slice(at + mark.length)];
}

/** Whether two spellings of a name are one file, as git finds out when it makes a repository. */
export async function foldsCase(files: Files, folder: string): Promise<boolean> {
  const name = basename(folder);
  const parent = dirname(folder);
  const other = name === name.toUpperCase() ? name.toLowerCase() : name.toUpperCase();
  if (other === name) return parent !== folder && foldsCase(files, parent);
  const [one, two] = await Promise.all([folder, join(parent, other)].map((path) => files.lstat(path)));
  return one !== undefined && one.identity === two?.identity;
}
