/** What a review looks at: the difference between a state that git holds and the disk, or what is staged. */
import { BaleenError } from '../errors.js';
import type { Root } from '../../protocol/pack.js';
import type { Host } from '../host.js';
import { mostBytesOf, type ListedFile, type NameJudge } from '../repository/listing.js';
import { comparePaths } from '../repository/paths.js';
import { absoluteOf, belongsFurtherIn, rootOf, underName, type Roots } from '../repository/roots.js';
import { listWorkspace, openNameJudge, type SelectedWorkspace } from '../repository/workspaceListing.js';
import { makeChange, type ChangeToReview, type SkipReason } from './changes.js';
import {
  findCommit,
  findMergeBase,
  hashBlob,
  isInGit,
  readBlob,
  readIndex,
  readTree,
  type Tree,
} from './gitObjects.js';
import { decodeText } from './workspaceTexts.js';

export type ReviewSource =
  | { kind: 'head' }
  /** Since the work parted from this branch or commit. */
  | { kind: 'base'; ref: string }
  | { kind: 'staged' }
  /** Workspace paths: their change since HEAD; a file without one is looked at as a whole. */
  | { kind: 'files'; paths: readonly string[] };

export interface CollectedChanges {
  changes: ChangeToReview[];
  skipped: { path: string; why: SkipReason }[];
}

/** Together; about a quarter of it are tokens. */
const mostCharacters = 400_000;

/** Throws a `BaleenError` with outcome `bad_usage` for an unknown ref, a missing file, or folders without git. */
export async function collectChanges(
  host: Host,
  workspace: SelectedWorkspace,
  source: ReviewSource,
  signal: AbortSignal,
): Promise<CollectedChanges> {
  const sides = await openSides(host, workspace, source, signal);
  const collected: CollectedChanges = { changes: [], skipped: [] };
  let room = mostCharacters;
  for (const path of sides.paths) {
    signal.throwIfAborted();
    const made = await readChange(path, sides, source.kind === 'files');
    if (made === undefined) continue;
    if (made.kind === 'skip') collected.skipped.push({ path, why: made.why });
    else if (made.change.diff.length > room) collected.skipped.push({ path, why: 'no room' });
    else {
      room -= made.change.diff.length;
      collected.changes.push(made.change);
    }
  }
  return collected;
}

/** The two states that are compared. A side answers `undefined` where it has no such file. */
interface Sides {
  paths: string[];
  before: Side;
  after: Side;
}

interface Side {
  /** A hash that tells equal bytes without reading both, where it is at hand. */
  hash(path: string, like: string | undefined): Promise<string | undefined>;
  bytes(path: string): Promise<Uint8Array | 'withheld' | undefined>;
}

async function openSides(
  host: Host,
  workspace: SelectedWorkspace,
  source: ReviewSource,
  signal: AbortSignal,
): Promise<Sides> {
  const { roots } = workspace;
  const inGit = await findInGit(host, roots);
  if (inGit.size === 0 && source.kind !== 'files') {
    throw new BaleenError(
      'This folder is no git repository, so there is no change to review. Name files instead.',
      'bad_usage',
    );
  }
  const tree = await joinTrees(roots, inGit, (root) => readBaseTree(host, root.folder, source));
  const judge = await openNameJudge(host, workspace, signal);
  const before = sideOfTree(host, roots, tree, judge);
  if (source.kind === 'staged') {
    const index = await joinTrees(roots, inGit, (root) => readIndex(host.git, root.folder));
    return { paths: unite(tree.keys(), index.keys()), before, after: sideOfTree(host, roots, index, judge) };
  }
  const { files } = await listWorkspace(host, workspace, signal);
  const disk = new Map(files.map((file) => [file.path, file]));
  const after = sideOfDisk(host, roots, disk);
  if (source.kind !== 'files') {
    // What stands in a root without git is not new; nobody knows what it was.
    const kept = [...disk.keys()].filter((path) => inGit.has(folderOf(roots, path)));
    return { paths: unite(tree.keys(), kept), before, after };
  }
  const paths = source.paths.map((path) => path.replace(/^\.\//, ''));
  const missing = paths.find((path) => !disk.has(path) && !tree.has(path));
  if (missing !== undefined) {
    throw new BaleenError(
      `${missing} is not a file of this repository, or it is ignored. Nothing was reviewed.`,
      'bad_usage',
    );
  }
  return { paths: unite(paths), before, after };
}

/** The folders of the roots that git knows. */
async function findInGit(host: Host, roots: Roots): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const { folder } of roots) if (await isInGit(host.git, folder)) found.add(folder);
  return found;
}

/** The trees of all roots by workspace path, each file in the innermost. */
async function joinTrees(roots: Roots, inGit: ReadonlySet<string>, read: (root: Root) => Promise<Tree>): Promise<Tree> {
  const joined = new Map<string, string>();
  for (const root of roots.filter(({ folder }) => inGit.has(folder))) {
    const isOthers = belongsFurtherIn(roots, root);
    for (const [path, hash] of await read(root)) if (!isOthers(path)) joined.set(underName(root, path), hash);
  }
  return joined;
}

function folderOf(roots: Roots, path: string): string {
  return (rootOf(roots, path) ?? roots[0]).folder;
}

async function readBaseTree(host: Host, folder: string, source: ReviewSource): Promise<Tree> {
  const head = await findCommit(host.git, folder, 'HEAD');
  if (source.kind !== 'base') return head === undefined ? new Map() : readTree(host.git, folder, head);
  const commit = await findCommit(host.git, folder, source.ref);
  if (commit === undefined) {
    throw new BaleenError(
      `git knows no commit named ${source.ref}. Nothing was reviewed; name a branch, tag or commit.`,
      'bad_usage',
    );
  }
  const base = head === undefined ? commit : await findMergeBase(host.git, folder, commit, head);
  return readTree(host.git, folder, base);
}

function sideOfTree(host: Host, roots: Roots, tree: Tree, judge: NameJudge): Side {
  return {
    hash: async (path) => tree.get(path),
    bytes: async (path) => {
      const hash = tree.get(path);
      if (hash === undefined) return undefined;
      const bytes = await readBlob(host.git, folderOf(roots, path), hash);
      return judge(path, bytes?.length ?? 0) === undefined ? bytes : 'withheld';
    },
  };
}

function sideOfDisk(host: Host, roots: Roots, disk: ReadonlyMap<string, ListedFile>): Side {
  const read = async (path: string): Promise<Uint8Array | 'withheld' | undefined> => {
    const file = disk.get(path);
    if (file === undefined) return undefined;
    if (file.withheld !== undefined) return 'withheld';
    return host.files.read(absoluteOf(roots, path), mostBytesOf(file)).catch(() => 'withheld' as const);
  };
  return {
    hash: async (path, like) => {
      const bytes = like === undefined ? undefined : await read(path);
      return bytes === undefined || bytes === 'withheld' || like === undefined ? undefined : hashBlob(bytes, like);
    },
    bytes: read,
  };
}

async function readChange(
  path: string,
  { before, after }: Sides,
  whole: boolean,
): Promise<ReturnType<typeof makeChange> | undefined> {
  const oldHash = await before.hash(path, undefined);
  const isEqual = oldHash !== undefined && oldHash === (await after.hash(path, oldHash));
  if (isEqual && !whole) return undefined;
  const now = await readSide(after, path);
  const old = isEqual ? now : await readSide(before, path);
  const trouble = now.trouble ?? old.trouble;
  // Whether a withheld file changed is not looked at; it is only said of one that was asked for by name.
  if (trouble === 'withheld' && !whole) return undefined;
  if (trouble !== undefined) return { kind: 'skip', why: trouble };
  const made = makeChange(path, old.text, now.text);
  if (made.kind === 'review') return made;
  if (whole && now.text !== undefined) return makeChange(path, undefined, now.text);
  return made.why === 'unchanged' ? undefined : made;
}

async function readSide(side: Side, path: string): Promise<{ text?: string; trouble?: SkipReason }> {
  const bytes = await side.bytes(path);
  if (bytes === undefined) return {};
  if (bytes === 'withheld') return { trouble: 'withheld' };
  const text = decodeText(path, bytes);
  return text === undefined ? { trouble: 'not text' } : { text };
}

function unite(...lists: Iterable<string>[]): string[] {
  return [...new Set(lists.flatMap((list) => [...list]))].sort(comparePaths);
}
