import * as z from 'zod';
import { openSeen, type SeenText } from '../edits/seenText.js';
import type { TextRange } from '../host.js';
import { comparePaths } from '../repository/paths.js';
import { pathIn } from '../repository/roots.js';
import { encodePath, encodeView } from '../view/codec.js';
import { openForReading, type ReadSource } from './openForReading.js';
import { decideFailed, fail, showPath, succeed } from './results.js';
import { askAtWords, describeAmbiguity, findSymbol, showSymbol, type AnsweredPlace } from './symbolPlaces.js';
import type { Prepared, Tool, ToolContext, ToolResult } from './tool.js';
import { findWordRows, rowsAt, showRows, type Row } from './wordRows.js';
import { plural } from '../wording.js';

const mostFiles = 200;

const schema = z.strictObject({
  path: z.string(),
  symbol: z.string().min(1).max(200),
  line: z.int().min(1).optional().describe('Where it stands in several lines of the file.'),
});

type Arguments = z.infer<typeof schema>;

export const findReferences: Tool<Arguments> = {
  name: 'find_references',
  description: 'Every place that means the same as a symbol in a file: by the language server, else by search.',
  arguments: schema,
  readsOnly: true,
  title: ({ path, symbol }) => ({ title: `Find references of ${encodeView(symbol).view}`, path: showPath(path) }),
  prepare: prepareFind,
};

async function prepareFind({ path, symbol, line }: Arguments, context: ToolContext): Promise<Prepared> {
  const opened = await openForReading(context, path);
  if (!opened.ok) return opened.decided;
  const { source } = opened;
  const seen = openSeen(source.file);
  const found = findSymbol(encodePath(source.relative), seen, symbol, line);
  if (!found.ok) return decideFailed(found.problem, [source.relative]);
  return { kind: 'ready', run: () => find(context, source, seen, symbol, found.words) };
}

async function find(
  context: ToolContext,
  source: ReadSource,
  seen: SeenText,
  symbol: string,
  words: readonly TextRange[],
): Promise<ToolResult> {
  const { host, signal } = context;
  const file = { path: source.absolute, text: seen.text };
  const answer = await askAtWords(
    source.absolute,
    words,
    (word) => host.language.references(file, word, signal),
    (one) => one.places,
  );
  if (answer.kind === 'answered') return showPlaces(context, answer.places);
  if (answer.kind === 'ambiguous') {
    const name = encodePath(source.relative);
    return fail(describeAmbiguity(name, symbol, words[0]!.start.line + 1, answer.columns));
  }
  const { rows, total } = await findWordRows(context, symbol);
  const files = plural(countFiles(rows), 'file');
  const head = `${plural(total, 'line')} with ${showSymbol(symbol)} in ${files}, by search, not by a language server (${encodeView(answer.why).view}): look at each.`;
  return showFound(head, rows, total);
}

async function showPlaces(context: ToolContext, places: readonly AnsweredPlace[]): Promise<ToolResult> {
  const byPath = new Map<string, AnsweredPlace[]>();
  for (const place of places) {
    const path = pathIn(context.roots, place.path);
    if (path !== undefined) byPath.set(path, [...(byPath.get(path) ?? []), place]);
  }
  const paths = [...byPath.keys()].sort(comparePaths);
  const rows: Row[] = [];
  let seenPlaces = 0;
  for (const path of paths.slice(0, mostFiles)) {
    const opened = await openForReading(context, path);
    if (!opened.ok) continue;
    const seen = openSeen(opened.source.file);
    const offsets = byPath.get(path)!.flatMap(({ range }) => seen.viewOffsetOf(range.start) ?? []);
    seenPlaces += offsets.length;
    rows.push(...rowsAt(path, seen, offsets));
  }
  const head = `${plural(seenPlaces, 'reference')} in ${plural(countFiles(rows), 'file')}, by the language server`;
  const result = showFound(head, rows, rows.length);
  const left = places.length - seenPlaces;
  if (left === 0) return result;
  return { ...result, text: `${result.text}\n(${left} more in files that are left out or outside the workspace)` };
}

function showFound(head: string, rows: readonly Row[], total: number): ToolResult {
  const shows = [...new Set(rows.map(({ path }) => path))];
  return { ...succeed([head, ...showRows(rows, total)].join('\n'), head), shows };
}

function countFiles(rows: readonly Row[]): number {
  return new Set(rows.map(({ path }) => path)).size;
}
