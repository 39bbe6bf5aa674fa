import * as z from 'zod';
import { openSeen } from '../edits/seenText.js';
import type { RenamedFile, TextRange } from '../host.js';
import { pathIn } from '../repository/roots.js';
import { encodePath, encodeView, placeholdersOf } from '../view/codec.js';
import { describeErrorsAfter } from './diagnosticRows.js';
import { applyChanges, approvalOfEdits, describeChanges, detailsOfChanges, type FileChange } from './editMany.js';
import { openForReading, type ReadSource } from './openForReading.js';
import { planByServer, planByWord } from './renamePlans.js';
import { decideFailed, decideRefused, fail, showPath, succeed } from './results.js';
import { askAtWords, describeAmbiguity, findSymbol, showSymbol, type SymbolAnswer } from './symbolPlaces.js';
import type { Prepared, Tool, ToolContext, ToolResult } from './tool.js';
import { findWordRows, showRows, type Row } from './wordRows.js';
import { plural } from '../wording.js';

const mostRowsLeft = 30;

const name = z.string().min(1).max(200);

const schema = z.strictObject({
  path: z.string(),
  symbol: name,
  line: z.int().min(1).optional().describe('Where it stands in several lines of the file.'),
  new_name: name,
});

type Arguments = z.infer<typeof schema>;

export const renameSymbol: Tool<Arguments> = {
  name: 'rename_symbol',
  description:
    'Renames a symbol of a file everywhere: by the language server, which leaves strings and comments alone and lists them, else every whole word.',
  arguments: schema,
  readsOnly: false,
  title: ({ path, symbol, new_name }) => ({
    title: `Rename ${encodeView(symbol).view} to ${encodeView(new_name).view}`,
    path: showPath(path),
  }),
  prepare: prepareRename,
};

async function prepareRename(args: Arguments, context: ToolContext): Promise<Prepared> {
  const trouble = findNameTrouble(args);
  if (trouble !== undefined) return decideRefused(trouble);
  const opened = await openForReading(context, args.path);
  if (!opened.ok) return opened.decided;
  const { source } = opened;
  const seen = openSeen(source.file);
  const shown = encodePath(source.relative);
  const found = findSymbol(shown, seen, args.symbol, args.line);
  if (!found.ok) return decideFailed(found.problem, [source.relative]);
  const answer = await askServer(context, source, seen.text, found.words, args.new_name);
  if (answer.kind === 'ambiguous')
    return decideFailed(describeAmbiguity(shown, args.symbol, found.words[0]!.start.line + 1, answer.columns));
  if (answer.kind === 'refused') {
    return decideFailed(encodeView(`Nothing was renamed: the language server refuses it: ${answer.why}.`).view);
  }
  const { rows, total } = await findWordRows(context, args.symbol);
  if (answer.kind === 'none' && total > rows.length)
    return decideFailed(
      `Nothing was renamed: ${showSymbol(args.symbol)} stands in ${total} lines, too many for one call.`,
    );
  const paths = [...new Set(rows.map(({ path }) => path))];
  const planned =
    answer.kind === 'answered'
      ? await planByServer(context, answer.files, args.symbol)
      : await planByWord(context, paths, args.symbol, args.new_name);
  if (!planned.ok) return planned.decided;
  if (planned.changes.length === 0) return decideFailed('Nothing was renamed: no text would change.');
  const left = answer.kind === 'answered' ? findLeft(rows, editedLines(context, answer.files)) : [];
  const way =
    answer.kind === 'answered'
      ? 'by the language server'
      : `by search, not by a language server (${encodeView(answer.why).view}): look at each, strings and comments are among them`;
  return {
    kind: 'ready',
    ...approvalOfEdits(context, planned.changes),
    run: () => rename(args, context, planned.changes, way, left),
  };
}

function findNameTrouble({ symbol, new_name: newName }: Arguments): string | undefined {
  if (placeholdersOf(symbol + newName).length > 0) return 'a placeholder stands for a secret, which has no other name.';
  if (/\s/.test(newName)) return 'the new name contains white space.';
  return symbol === newName ? 'the new name is the old one.' : undefined;
}

function askServer(
  { host, signal }: ToolContext,
  { absolute }: ReadSource,
  text: string,
  words: readonly TextRange[],
  newName: string,
): Promise<SymbolAnswer<{ files: RenamedFile[] }>> {
  const file = { path: absolute, text };
  return askAtWords(
    absolute,
    words,
    (word) => host.language.rename(file, word, newName, signal),
    ({ files }) => files.flatMap(({ path, edits }) => edits.map(({ range }) => ({ path, range }))),
  );
}

function editedLines({ roots }: ToolContext, files: readonly RenamedFile[]): Set<string> {
  return new Set(
    files.flatMap(({ path, edits }) => edits.map(({ range }) => `${pathIn(roots, path)}\0${range.start.line + 1}`)),
  );
}

/** What reads like the symbol and was not changed: the model decides, not a search. */
function findLeft(rows: readonly Row[], edited: ReadonlySet<string>): Row[] {
  return rows.filter(({ path, line }) => !edited.has(`${path}\0${line}`));
}

function describeLeft(left: readonly Row[]): string[] {
  if (left.length === 0) return [];
  const head = `Not touched by the language server (strings, comments, other symbols of this name): ${plural(left.length, 'line')}`;
  return [head, ...showRows(left, left.length, mostRowsLeft)];
}

async function rename(
  { symbol, new_name: newName }: Arguments,
  context: ToolContext,
  changes: readonly FileChange[],
  way: string,
  left: readonly Row[],
): Promise<ToolResult> {
  const ended = await applyChanges(context, changes);
  const good = ended.filter(({ written }) => written.ok);
  const isWhole = good.length === ended.length;
  const places = good.reduce((sum, one) => sum + one.places, 0);
  const files = `${isWhole ? '' : `${good.length} of `}${plural(ended.length, 'file')}`;
  const what = `${showSymbol(symbol)} to ${showSymbol(newName)}`;
  const head = `${isWhole ? 'Renamed' : good.length === 0 ? 'Not renamed:' : 'Partly renamed'} ${what}: ${plural(places, 'place')} in ${files}, ${way}.`;
  const edited = good.map(({ source, to: { text } }) => ({ ...source, text }));
  const errors = edited.length === 0 ? [] : await describeErrorsAfter(context, edited);
  const text = [head, ...describeChanges(ended), ...describeLeft(left), ...errors].join('\n');
  const details = detailsOfChanges(ended);
  const result = isWhole ? succeed(text, head, details) : fail(text, head, details);
  const shown = [...ended.map(({ source }) => source.relative), ...left.slice(0, mostRowsLeft).map(({ path }) => path)];
  return { ...result, shows: [...new Set(shown)] };
}
