/** Lines of the workspace as `path:line: text`, for answers that name places. */
import { openSeen, type SeenText } from '../edits/seenText.js';
import { openText, toViewForm } from '../edits/textFile.js';
import { comparePaths } from '../repository/paths.js';
import { encodePath } from '../view/codec.js';
import { findReadTrouble } from './listing.js';
import type { ToolContext } from './tool.js';
import { plural } from '../wording.js';

const mostHits = 10_000;
const mostRows = 200;
const mostCharacters = 40_000;
const longestLine = 400;

export interface Row {
  path: string;
  /** 1-based, of the text. */
  line: number;
  /** A view. */
  text: string;
}

/** The rows of some offsets of a view, one a line. */
export function rowsAt(path: string, seen: SeenText, viewOffsets: readonly number[]): Row[] {
  const rows = new Map<number, Row>();
  for (const at of viewOffsets) {
    const line = seen.positionOf(at)!.line + 1;
    if (!rows.has(line)) rows.set(line, { path, line, text: seen.lineAt(at).slice(0, longestLine) });
  }
  return [...rows.values()].sort((a, b) => a.line - b.line);
}

/** Every line that holds a whole word: on disk by the packer's search, of unsaved documents in their buffers. */
export async function findWordRows(context: ToolContext, word: string): Promise<{ rows: Row[]; total: number }> {
  const { host, roots, turn, signal } = context;
  const sought = toViewForm(word);
  const unsaved = host.documents.listUnsaved(roots);
  const found = await turn.packer.search(
    {
      ...{ pattern: sought, literal: true, caseSensitive: true, wholeWord: true },
      ...{ include: [], contextLines: 0, maxHits: mostHits },
    },
    signal,
  );
  const inBuffers = new Set(unsaved.map(({ path }) => path));
  const onDisk = found.hits.filter(({ path }) => !inBuffers.has(path));
  const rows: Row[] = onDisk.map(({ path, line, text }) => ({ path, line, text }));
  for (const { path, text } of unsaved) {
    if ((await findReadTrouble(context, path)) !== undefined) continue;
    const seen = openSeen(openText(text));
    rows.push(...rowsAt(path, seen, seen.findWord(sought)));
  }
  rows.sort((a, b) => comparePaths(a.path, b.path) || a.line - b.line);
  return { rows, total: rows.length + found.totalHits - found.hits.length };
}

/** At most `most` rows, and how many were left out. */
export function showRows(rows: readonly Row[], total = rows.length, most = mostRows): string[] {
  const shown: string[] = [];
  let size = 0;
  for (const { path, line, text } of rows.slice(0, most)) {
    const row = `${encodePath(path)}:${line}: ${text}`;
    size += row.length + 1;
    if (size > mostCharacters) break;
    shown.push(row);
  }
  const left = total - shown.length;
  if (left > 0) shown.push(`(${plural(left, 'more line', 'more lines')} not shown)`);
  return shown;
}
