import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import type { Files } from '../host.js';
import { foldCase } from './glob.js';
import { parseIgnoreRules, type IgnoreRules, type IgnoreVerdict } from './ignoreRules.js';

interface PlacedRules {
  /** Folder that the rules are relative to, with a slash at its end, or empty. */
  base: string;
  rules: IgnoreRules;
}

export interface WalkOptions {
  /** Text of the user's own excludes, which count in every repository; weakest of all. */
  userExcludes: string | undefined;
  ignoreCase: boolean;
}

/** An ignore file above this is no ignore file. */
const mostRuleBytes = 16 * 1024 * 1024;

/**
 * Every name below a folder outside git that git would list if the folder were a repository. Repositories further down
 * are entered, each by its own rules alone, since nothing else would show what is in them. Links are listed and never
 * followed; `.git` is left out.
 */
export async function walkFolder(
  files: Files,
  root: string,
  options: WalkOptions,
  signal?: AbortSignal,
): Promise<string[]> {
  const paths: string[] = [];
  const pending: { base: string; rules: PlacedRules[] }[] = [{ base: '', rules: rulesOfUser('', options) }];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    signal?.throwIfAborted();
    const { base } = folder;
    const names = await files.list(join(root, base)).catch((error: unknown) => {
      if (base === '') throw error;
      return [];
    });
    const rules = await addRules(files, root, base, names, folder.rules, options);
    const stats = await Promise.all(names.map((name) => files.lstat(join(root, base, name)).catch(() => undefined)));
    for (const [at, name] of names.entries()) {
      // A name that is no UTF-8 can be seen and not be opened.
      const kind = stats[at]?.kind ?? (name.includes('\ufffd') ? 'file' : 'other');
      if (isGitFolder(name, options) || kind === 'other') continue;
      const path = base + name;
      if (ask(path, kind === 'directory', rules) === 'ignored') continue;
      if (kind === 'directory') pending.push({ base: `${path}/`, rules });
      else paths.push(path);
    }
  }
  return paths;
}

function isGitFolder(name: string, { ignoreCase }: WalkOptions): boolean {
  return (ignoreCase ? foldCase(name) : name) === '.git';
}

function rulesOfUser(base: string, { userExcludes, ignoreCase }: WalkOptions): PlacedRules[] {
  return userExcludes === undefined ? [] : [{ base, rules: parseIgnoreRules(userExcludes, ignoreCase) }];
}

/** Weakest first: the user's excludes, the repository's own, its ignore files from the top down. */
async function addRules(
  files: Files,
  root: string,
  base: string,
  names: readonly string[],
  inherited: readonly PlacedRules[],
  options: WalkOptions,
): Promise<PlacedRules[]> {
  const isRepository = names.includes('.git');
  const rules = isRepository ? rulesOfUser(base, options) : [...inherited];
  const add = async (path: string | undefined): Promise<void> => {
    const bytes = path === undefined ? undefined : await files.read(path, mostRuleBytes).catch(() => undefined);
    if (bytes === undefined) return;
    rules.push({ base, rules: parseIgnoreRules(Buffer.from(bytes).toString('utf8'), options.ignoreCase) });
  };
  // git follows a link to the one and not to the other.
  if (isRepository) await add(await files.realpath(join(root, base, '.git/info/exclude')).catch(() => undefined));
  if (names.includes('.gitignore')) await add(join(root, base, '.gitignore'));
  return rules;
}

/** The deepest ignore file that says anything about a path decides. */
function ask(path: string, isFolder: boolean, rules: readonly PlacedRules[]): IgnoreVerdict {
  for (let at = rules.length - 1; at >= 0; at--) {
    const one = rules[at];
    const verdict = one?.rules.test(path.slice(one.base.length), isFolder);
    if (verdict !== undefined) return verdict;
  }
  return undefined;
}
