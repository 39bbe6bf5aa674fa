/** Hidden files that git tracks: their text stands in its history, whatever keeps it from being read on disk. */
import { join } from 'node:path';
import { belowName, rootOf, underName } from '../repository/roots.js';
import type { Root } from '../../protocol/pack.js';
import type { OpenPack } from './openPack.js';
import type { PackPorts } from './ports.js';
import { isHidden } from './taint.js';

/** Where there are more, all of them count as tracked: a command line has an end. */
const mostAsked = 200;

export interface HiddenInGit {
  /** By what pack and log know; git is asked again only where its index looks otherwise. */
  list(open: OpenPack, signal?: AbortSignal): Promise<string[]>;
}

export function createHiddenInGit({ files, git }: Pick<PackPorts, 'files' | 'git'>): HiddenInGit {
  const last = new Map<string, { key: string; tracked: string[] }>();

  async function ask(root: Root, paths: readonly string[], signal: AbortSignal | undefined): Promise<string[]> {
    const index = await files.lstat(join(root.folder, '.git', 'index')).catch(() => undefined);
    const key = index === undefined ? '' : [index.identity, index.size, index.mtimeMs, ...paths].join('\0');
    const known = last.get(root.folder);
    if (known !== undefined && key !== '' && known.key === key) return known.tracked;
    const locals = paths.map((path) => belowName(root, path));
    const args = ['--literal-pathspecs', 'ls-files', '-z', '--', ...locals];
    const answer = await git.run(root.folder, args, signal).catch(() => undefined);
    signal?.throwIfAborted();
    // Without a repository there is no history; where git fails, what it holds is not known.
    if (answer === undefined || /not a git repository/i.test(answer.stderr)) return [];
    const tracked = answer.exitCode === 0 ? namesIn(answer.stdout).map((name) => underName(root, name)) : [...paths];
    last.set(root.folder, { key, tracked });
    return tracked;
  }

  return {
    async list({ roots, known }, signal) {
      const byRoot = new Map<Root, string[]>();
      for (const { path, why } of known.values()) {
        const root = isHidden(why) ? rootOf(roots, path) : undefined;
        if (root === undefined) continue;
        const paths = byRoot.get(root) ?? [];
        paths.push(path);
        byRoot.set(root, paths);
      }
      const asked = [...byRoot].map(async ([root, paths]) =>
        paths.length > mostAsked ? paths : ask(root, paths, signal),
      );
      return (await Promise.all(asked)).flat();
    },
  };
}

function namesIn(stdout: Uint8Array): string[] {
  return Buffer.from(stdout)
    .toString('utf8')
    .split('\0')
    .filter((name) => name !== '');
}
