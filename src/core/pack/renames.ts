/** Which of the files that are gone came back under another name: by equal content, or by content that is much the same. */
import { comparePaths } from '../repository/paths.js';

/** A file as a side of a rename. */
export interface RenameSide {
  path: string;
  /** Equal for equal content; `undefined` if the bytes were not read. */
  content: string | undefined;
  size: number;
  /** Asked for only where hashes did not settle it; `undefined` if there is none. */
  view: () => Promise<string | undefined>;
}

/** Less than this in common, and the two are told as a deleted and a created file. */
const leastSimilarity = 0.5;
/** Candidates that one file is compared with: the work stays in proportion to the change. */
const mostCandidates = 16;

/** New path → old path. Each file takes part once; equal input gives equal answers. */
export async function pairRenames(
  gone: readonly RenameSide[],
  made: readonly RenameSide[],
): Promise<Map<string, string>> {
  const pairs = new Map<string, string>();
  // Of an empty file nothing is known but its name.
  const left = new Map(gone.filter(isTelling).map((side) => [side.path, side]));
  const waiting = new Map(
    [...made]
      .filter(isTelling)
      .sort(byPath)
      .map((side) => [side.path, side]),
  );
  const pairBy = async (keyOf: KeyOf, isSame: IsSame): Promise<void> => {
    const groups = groupBy([...left.values()].sort(byPath), keyOf);
    for (const to of [...waiting.values()]) {
      const candidates = (groups.get(keyOf(to)) ?? []).filter(({ path }) => left.has(path));
      const from = await findSame(to, candidates.slice(0, mostCandidates), isSame);
      if (from === undefined) continue;
      pairs.set(to.path, from.path);
      left.delete(from.path);
      waiting.delete(to.path);
    }
  };
  const isAlike = createSimilarity();
  await pairBy(
    (side) => `${side.content} ${lastSegments(side.path, 1)}`,
    () => 1,
  );
  await pairBy(
    ({ content }) => content ?? '',
    () => 1,
  );
  // A folder that moved keeps the ends of its paths.
  for (const segments of [3, 2, 1]) await pairBy(({ path }) => lastSegments(path, segments), isAlike);
  await pairBy(({ path }) => folderOf(path), isAlike);
  return pairs;
}

type KeyOf = (side: RenameSide) => string;
/** How much two files have in common, from 0 to 1. */
type IsSame = (a: RenameSide, b: RenameSide) => number | Promise<number>;

async function findSame(
  to: RenameSide,
  candidates: readonly RenameSide[],
  shareOf: IsSame,
): Promise<RenameSide | undefined> {
  let best: { from: RenameSide; share: number } | undefined;
  for (const from of candidates) {
    const share = await shareOf(to, from);
    if (share >= leastSimilarity && share > (best?.share ?? 0)) best = { from, share };
  }
  return best?.from;
}

/** The share of the longer text that stands in whole lines of both, whatever their order. */
function createSimilarity(): IsSame {
  const known = new Map<string, Map<string, number> | undefined>();
  const linesOf = async (side: RenameSide): Promise<Map<string, number> | undefined> => {
    if (!known.has(side.path)) known.set(side.path, countLines(await side.view()));
    return known.get(side.path);
  };
  return async (a, b) => {
    if (Math.min(a.size, b.size) < leastSimilarity * Math.max(a.size, b.size)) return 0;
    const [left, right] = [await linesOf(a), await linesOf(b)];
    if (left === undefined || right === undefined) return 0;
    let common = 0;
    for (const [line, times] of left) common += Math.min(times, right.get(line) ?? 0) * (line.length + 1);
    return common / Math.max(lengthOf(left), lengthOf(right), 1);
  };
}

function countLines(view: string | undefined): Map<string, number> | undefined {
  if (view === undefined) return undefined;
  const counts = new Map<string, number>();
  for (const line of view.split('\n')) counts.set(line, (counts.get(line) ?? 0) + 1);
  return counts;
}

function lengthOf(lines: ReadonlyMap<string, number>): number {
  let length = 0;
  for (const [line, times] of lines) length += times * (line.length + 1);
  return length;
}

function groupBy(sides: readonly RenameSide[], keyOf: KeyOf): Map<string, RenameSide[]> {
  const groups = new Map<string, RenameSide[]>();
  for (const side of sides) {
    const key = keyOf(side);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [side]);
    else group.push(side);
  }
  return groups;
}

function isTelling({ content, size }: RenameSide): boolean {
  return content !== undefined && size > 0;
}

function byPath(a: RenameSide, b: RenameSide): number {
  return comparePaths(a.path, b.path);
}

function lastSegments(path: string, count: number): string {
  return path.split('/').slice(-count).join('/');
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}
