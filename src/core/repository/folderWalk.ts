import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import type { Files } from '../host.js';

interface Rules {
  /** Folder of the ignore file, relative, with a slash at its end, or empty. */
  base: string;
  rules: Ignore;
}

/** An ignore file above this is no ignore file. */
const mostRuleBytes = 1024 * 1024;

/**
 * Every name below a folder outside git, less what nested `.gitignore` files ignore (and `info/exclude` of repositories
 * further down). Links are listed and never followed; `.git` is left out.
 */
export async function walkFolder(files: Files, root: string, signal?: AbortSignal): Promise<string[]> {
  const paths: string[] = [];
  const pending: { base: string; rules: Rules[] }[] = [{ base: '', rules: [] }];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    signal?.throwIfAborted();
    const { base } = folder;
    const names = await files.list(join(root, base)).catch((error: unknown) => {
      if (base === '') throw error;
      return [];
    });
    const rules = await addRules(files, root, base, names, folder.rules);
    const stats = await Promise.all(names.map((name) => files.lstat(join(root, base, name)).catch(() => undefined)));
    for (const [at, name] of names.entries()) {
      const kind = stats[at]?.kind;
      if (name === '.git' || kind === undefined) continue;
      const path = base + name;
      if (isIgnored(kind === 'directory' ? `${path}/` : path, rules)) continue;
      if (kind === 'directory') pending.push({ base: `${path}/`, rules });
      else paths.push(path);
    }
  }
  return paths;
}

async function addRules(
  files: Files,
  root: string,
  base: string,
  names: readonly string[],
  inherited: Rules[],
): Promise<Rules[]> {
  const rules = [...inherited];
  // The repository's own excludes weigh less than its ignore files, so that they come first.
  for (const name of [...(names.includes('.git') ? ['.git/info/exclude'] : []), '.gitignore']) {
    if (name === '.gitignore' && !names.includes(name)) continue;
    const bytes = await files.read(join(root, base, name), mostRuleBytes).catch(() => undefined);
    if (bytes === undefined) continue;
    const text = Buffer.from(bytes)
      .toString('utf8')
      .replace(/^\ufeff/, '');
    rules.push({ base, rules: ignore({ ignorecase: false, allowRelativePaths: true }).add(text) });
  }
  return rules;
}

/** The deepest ignore file that says anything about a path decides. */
function isIgnored(path: string, rules: readonly Rules[]): boolean {
  for (let at = rules.length - 1; at >= 0; at--) {
    const one = rules[at];
    if (one === undefined) continue;
    const verdict = one.rules.test(path.slice(one.base.length));
    if (verdict.ignored) return true;
    if (verdict.unignored) return false;
  }
  return false;
}
