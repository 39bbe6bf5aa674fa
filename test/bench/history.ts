/** Plays commits of a repository into a folder, from its objects: no work tree of the repository is touched. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface History {
  /** Oldest first. */
  hashes: readonly string[];
  /** Makes the folder the tree of that commit; called with 0, 1, 2 … */
  play(index: number): void;
  /** The index that was played last. */
  at(): number;
  /** How many of the last 100 commits changed each path, as of the commit that was played last. */
  changeCounts(): ReadonlyMap<string, number>;
}

const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
const mostBytes = 1 << 30;

/** The last `count` commits on the first-parent line of HEAD. Throws if there are fewer. */
export function openHistory(repository: string, folder: string, count: number): History {
  const git = (args: readonly string[], input?: string): Buffer =>
    execFileSync('git', ['-C', repository, ...args], {
      maxBuffer: mostBytes,
      ...(input === undefined ? {} : { input }),
    });
  const hashes = git(['rev-list', '--first-parent', '-n', String(count), 'HEAD'])
    .toString()
    .trim()
    .split('\n')
    .reverse();
  if (hashes.length < count) throw new Error(`${repository} has ${hashes.length} commits, and ${count} are wanted`);
  execFileSync('git', ['init', '-q'], { cwd: folder });
  let now = -1;
  return {
    hashes,
    at: () => now,
    play(index) {
      const changes = readChanges(git, index === 0 ? emptyTree : hashes[index - 1]!, hashes[index]!);
      const blobs = readBlobs(git, [...new Set(changes.flatMap(({ blob }) => blob ?? []))]);
      for (const { path, mode, blob } of changes) {
        const file = join(folder, path);
        rmSync(file, { recursive: true, force: true });
        const bytes = blob === undefined ? undefined : blobs.get(blob);
        if (bytes === undefined) continue;
        mkdirSync(dirname(file), { recursive: true });
        if (mode === '120000') symlinkSync(bytes.toString(), file);
        else writeFileSync(file, bytes);
        if (mode === '100755') chmodSync(file, 0o755);
      }
      // Files that are tracked and ignored belong to the pack as well.
      execFileSync('git', ['add', '-A', '-f'], { cwd: folder, stdio: ['ignore', 'ignore', 'ignore'] });
      now = index;
    },
    changeCounts() {
      const counts = new Map<string, number>();
      const names = git(['log', '-n', '100', '--name-only', '--pretty=format:', '-z', hashes[now]!]).toString();
      for (const name of names.split(/[\0\n]/)) if (name !== '') counts.set(name, (counts.get(name) ?? 0) + 1);
      return counts;
    },
  };
}

interface Change {
  path: string;
  mode: string;
  /** `undefined` where the path is gone, or no file. */
  blob: string | undefined;
}

function readChanges(git: (args: readonly string[]) => Buffer, from: string, to: string): Change[] {
  const fields = git(['diff-tree', '-r', '-z', '--no-renames', from, to]).toString().split('\0');
  const changes: Change[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, mode = '', , blob = '', status] = fields[at]!.split(' ');
    const isFile = status !== 'D' && mode !== '160000';
    changes.push({ path: fields[at + 1]!, mode, blob: isFile ? blob : undefined });
  }
  // What is gone first: a folder may become a file.
  return changes.sort((a, b) => Number(a.blob !== undefined) - Number(b.blob !== undefined));
}

function readBlobs(
  git: (args: readonly string[], input: string) => Buffer,
  ids: readonly string[],
): Map<string, Buffer> {
  const blobs = new Map<string, Buffer>();
  if (ids.length === 0) return blobs;
  const bytes = git(['cat-file', '--batch'], `${ids.join('\n')}\n`);
  let at = 0;
  for (const id of ids) {
    const feed = bytes.indexOf(0x0a, at);
    const size = Number(bytes.toString('utf8', at, feed).split(' ')[2]);
    blobs.set(id, bytes.subarray(feed + 1, feed + 1 + size));
    at = feed + 1 + size + 1;
  }
  return blobs;
}
