import { createPathFilter } from '../repository/ignoreRules.js';
import type { ListedFile } from '../repository/listing.js';
import { belowName, rootOf, type Roots } from '../repository/roots.js';
import { createKindFinder, isWithheldKind } from '../repository/withholding.js';
import { placeholdersOf } from '../view/codec.js';
import { createByteFilter } from './byteFilter.js';
import { createMatcher, type Matcher } from './matcher.js';
import type { SearchHit, SearchQuery, SearchResult } from './packer.js';
import { createPacer } from './ports.js';
import type { FileReader } from './reader.js';

const readAtOnce = 16;
const longestLine = 400;

/** Searches the views of listed files as they are on disk now, in path order; one hit a line. */
export async function searchFiles(
  reader: FileReader,
  roots: Roots,
  listed: readonly ListedFile[],
  query: SearchQuery,
  signal: AbortSignal,
): Promise<SearchResult> {
  const matcher = await createMatcher(query);
  const byteFilter = createByteFilter(query);
  const pace = createPacer(signal);
  const candidates = chooseFiles(reader, roots, listed, query.include);
  const result: SearchResult = { hits: [], totalHits: 0, totalFiles: 0 };
  for (let at = 0; at < candidates.length; at += readAtOnce) {
    const batch = candidates.slice(at, at + readAtOnce);
    const readings = await Promise.all(batch.map((file) => reader.read(roots, file, byteFilter)));
    for (const [index, reading] of readings.entries()) {
      if (reading?.kind === 'text') {
        const wanted = query.maxHits - result.hits.length;
        const found = searchView(reading.view, matcher, wanted);
        if (found.total > 0) {
          const path = batch[index]?.path ?? '';
          result.totalFiles++;
          result.totalHits += found.total;
          result.hits.push(...describeHits(path, reading.view, reading.secrets, found.lines, query.contextLines));
        }
      }
      await pace();
    }
  }
  return result;
}

/**
 * Files that the filter lets through and that have a view. Those withheld by kind only where a pattern names them: as a
 * file, or by a form that is only theirs, as `vendor/` or `*.min.js`.
 */
function chooseFiles(
  reader: FileReader,
  roots: Roots,
  listed: readonly ListedFile[],
  include: readonly string[],
): ListedFile[] {
  const isIncluded = include.length === 0 ? () => true : createPathFilter(include, false);
  const kindOf = createKindFinder();
  const naming = include.map((pattern) => ({
    matches: createPathFilter([pattern], false),
    name: pattern.slice(pattern.lastIndexOf('/') + 1),
    kind: kindOf(pathLike(roots, pattern), Infinity),
  }));
  return listed.flatMap((file) => {
    if (!isIncluded(file.path)) return [];
    const why = reader.recall(file);
    if (why !== undefined && !isWithheldKind(why)) return [];
    const isNamed = naming.some(
      ({ matches, name, kind }) =>
        matches(file.path) && ((kind !== undefined && kind === why) || `/${file.path}`.endsWith(`/${name}`)),
    );
    if (!isNamed) return why === undefined ? [file] : [];
    const { withheld: _withheld, ...rest } = file;
    return [{ ...rest, isWanted: true as const }];
  });
}

/** A path that a pattern could mean, from its root on: rules about kinds know no roots. */
function pathLike(roots: Roots, pattern: string): string {
  const path = pattern.replace(/^\//, '').replace(/\*+/g, 'x').replace(/\/$/, '/x');
  const root = rootOf(roots, path);
  return root === undefined ? path : belowName(root, path);
}

/** Numbers of the lines on which a match begins, 0-based, the first `wanted` of them; and how many there are. */
function searchView(view: string, matcher: Matcher, wanted: number): { lines: number[]; total: number } {
  const lines: number[] = [];
  const next = matcher(view);
  let total = 0;
  let line = 0;
  let counted = 0;
  for (let match = next(0); match !== undefined;) {
    total++;
    if (lines.length < wanted) {
      for (
        let feed = view.indexOf('\n', counted);
        feed >= 0 && feed < match.start;
        feed = view.indexOf('\n', counted)
      ) {
        line++;
        counted = feed + 1;
      }
      lines.push(line);
    }
    const feed = view.indexOf('\n', match.start);
    if (feed < 0 || feed + 1 >= view.length) break;
    match = next(feed + 1);
  }
  return { lines, total };
}

function describeHits(
  path: string,
  view: string,
  secrets: readonly string[],
  found: readonly number[],
  contextLines: number,
): SearchHit[] {
  if (found.length === 0) return [];
  const lines = view.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const cut = (from: number, to: number): string[] => lines.slice(Math.max(0, from), Math.max(0, to)).map(cutLine);
  const hidden = hiddenLines(lines, secrets);
  return found.map((line) => ({
    path,
    line: line + 1 + (hidden[line] ?? 0),
    text: cutLine(lines[line] ?? ''),
    before: cut(line - contextLines, line),
    after: cut(line + 1, line + 1 + contextLines),
  }));
}

function cutLine(line: string): string {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line;
  if (text.length <= longestLine) return text;
  // Not in the middle of a character.
  return text.slice(0, /[\ud800-\udbff]/.test(text.charAt(longestLine - 1)) ? longestLine - 1 : longestLine);
}

/** For each line of a view, how many lines of the file above it stand behind placeholders. */
function hiddenLines(lines: readonly string[], secrets: readonly string[]): number[] {
  const feeds = secrets.map((value) => value.split('\n').length - 1);
  if (feeds.every((count) => count === 0)) return [];
  let hidden = 0;
  return lines.map((line) => {
    const above = hidden;
    for (const { number } of placeholdersOf(line)) hidden += feeds[number - 1] ?? 0;
    return above;
  });
}
