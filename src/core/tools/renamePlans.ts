/** What a rename changes, file by file: as the language server says, or every whole word. Nothing is written here. */
import { areSameLines, openSeen } from '../edits/seenText.js';
import { toViewForm } from '../edits/textFile.js';
import { openForEdit, type EditSource } from '../edits/workspaceEdit.js';
import type { RenamedFile } from '../host.js';
import { comparePaths } from '../repository/paths.js';
import { pathIn } from '../repository/roots.js';
import { encodePath, encodeView } from '../view/codec.js';
import type { FileChange } from './editMany.js';
import { findReadTrouble } from './listing.js';
import { decideFailed, decideRefused } from './results.js';
import type { Decided, ToolContext } from './tool.js';

const mostFiles = 1000;

/** All files or none: a name that is changed in half of them is worse than the old one. */
export type RenamePlan = { ok: true; changes: FileChange[] } | { ok: false; decided: Decided };

/** A stretch of a view and the view that takes its place. */
interface Region {
  start: number;
  end: number;
  text: string;
}

export async function planByServer(
  context: ToolContext,
  files: readonly RenamedFile[],
  word: string,
): Promise<RenamePlan> {
  const placed: { path: string; file: RenamedFile }[] = [];
  for (const file of files) {
    const path = pathIn(context.roots, file.path);
    if (path === undefined) return fail(`the language server would also change ${file.path}, outside the workspace`);
    placed.push({ path, file });
  }
  placed.sort((a, b) => comparePaths(a.path, b.path));
  return planFiles(
    context,
    placed.map(({ path }) => path),
    (source, index) => regionsByServer(source, placed[index]!.file, toViewForm(word)),
  );
}

export async function planByWord(
  context: ToolContext,
  paths: readonly string[],
  word: string,
  newName: string,
): Promise<RenamePlan> {
  const [sought, text] = [toViewForm(word), toViewForm(newName)];
  return planFiles(context, paths, ({ file }) =>
    openSeen(file)
      .findWord(sought)
      .map((start) => ({ start, end: start + sought.length, text })),
  );
}

/** `regionsOf` answers with a clause where it cannot. */
async function planFiles(
  context: ToolContext,
  paths: readonly string[],
  regionsOf: (source: EditSource, index: number) => Region[] | string,
): Promise<RenamePlan> {
  if (paths.length > mostFiles) return fail(`${paths.length} files would change; at most ${mostFiles} do in one call`);
  const changes: FileChange[] = [];
  for (const [index, path] of paths.entries()) {
    const hidden = await findReadTrouble(context, path);
    if (hidden !== undefined)
      return { ok: false, decided: decideRefused(`Refused, and no file was changed: ${hidden}`) };
    const opened = await openForEdit(context, encodePath(path));
    if (!opened.ok) {
      const sentence = `No file was changed. ${opened.sentence}`;
      const decided = opened.refused ? decideRefused(`Refused: ${sentence}`) : decideFailed(encodeView(sentence).view);
      return { ok: false, decided };
    }
    const regions = regionsOf(opened.source, index);
    if (typeof regions === 'string') return fail(`${path}: ${regions}`);
    const change = await changeOf(context, opened.source, regions);
    if (typeof change === 'string') return fail(`${path}: ${change}`);
    if (change !== undefined) changes.push(change);
  }
  return { ok: true, changes };
}

const staleText = 'the editor or its language server has another text of it than the disk; try again in a moment';

function regionsByServer({ file }: EditSource, renamed: RenamedFile, word: string): Region[] | string {
  const seen = openSeen(file);
  if (renamed.text !== undefined && !areSameLines(seen.text, renamed.text)) return staleText;
  const words = seen.findWord(word).map((start) => ({ start, end: start + word.length }));
  const regions: Region[] = [];
  for (const { range, text } of renamed.edits) {
    const start = seen.viewOffsetOf(range.start);
    const end = seen.viewOffsetOf(range.end);
    // A server may replace only the part of a word that differs.
    if (start === undefined || end === undefined || !words.some((one) => one.start <= start && end <= one.end)) {
      return staleText;
    }
    regions.push({ start, end, text: toViewForm(text) });
  }
  return regions.sort((a, b) => a.start - b.start);
}

async function changeOf(
  { turn, signal }: ToolContext,
  source: EditSource,
  regions: readonly Region[],
): Promise<FileChange | string | undefined> {
  const before = source.file.view;
  let after = '';
  let at = 0;
  for (const { start, end, text } of regions) {
    if (start < at) return 'two of its changes overlap';
    after += before.slice(at, start) + text;
    at = end;
  }
  after += before.slice(at);
  if (after === before) return undefined;
  const changed = await turn.packer.changeFile(source.relative, source.file, { kind: 'view', view: after }, signal);
  if (changed.kind === 'impossible') return changed.sentence;
  return changed.kind === 'changed' ? { ...changed.change, source, places: regions.length } : undefined;
}

function fail(why: string): RenamePlan {
  return { ok: false, decided: decideFailed(encodeView(`Nothing was renamed: ${why}.`).view) };
}
