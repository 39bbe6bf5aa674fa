/** A root that is opened by itself and is a folder whose name says what is in it: `.vscode`, `.github/workflows`. */
import { normaliseName } from './nameForm.js';
import { protections } from './protectedPatterns.js';
import { secretFolders } from './secretFiles.js';

/**
 * Only names with a dot: a root called `gradle` or `venv` may be any project. Each is a path, in which `**` stands for
 * whatever is in the folder.
 */
const paths: readonly string[][] = [
  ...protections.flatMap(({ patterns }) => patterns),
  ...secretFolders.map((name) => `${name}/**`),
]
  .filter((pattern) => pattern.startsWith('.') && pattern.includes('/'))
  .map((pattern) => pattern.toLowerCase().split('/'));

const longest = Math.max(...paths.map(({ length }) => length));
const fronts = new Map<string, string>();

/**
 * What stands in front of a root's paths when a rule about names looks at them; empty for ordinary roots. One folder
 * further in it still counts (`.git/hooks`); deeper ones are working trees and checkouts (`.claude/worktrees/x`).
 */
export function frontOf(folder: string): string {
  const known = fronts.get(folder);
  if (known !== undefined) return known;
  const names = normaliseName(folder).split('/');
  const lengths = Array.from({ length: Math.min(longest, names.length) }, (_one, index) => index + 1).reverse();
  const tails = lengths.map((length) => names.slice(-length));
  const front = tails.find((tail) => paths.some((path) => leadsTo(path, tail)))?.join('/') ?? '';
  fronts.set(folder, front);
  return front;
}

function leadsTo(path: readonly string[], tail: readonly string[]): boolean {
  return tail.every((name, at) => name === path[at] || (at > 0 && at === tail.length - 1 && path[at] === '**'));
}
