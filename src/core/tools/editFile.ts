import * as z from 'zod';
import type { HunkResult } from '../edits/apply.js';
import type { Change } from '../edits/editWork.js';
import { applyFileEdit, openForEdit, type EditSource } from '../edits/workspaceEdit.js';
import { encodePath, encodeView } from '../view/codec.js';
import { describeErrorsAfter } from './diagnosticRows.js';
import { findExcluded, findReadTrouble } from './listing.js';
import { decideFailed, decideRefused, fail, showPath, succeed } from './results.js';
import { approvalOfEdit } from './editApproval.js';
import type { Prepared, Tool, ToolContext, ToolResult } from './tool.js';
import { plural } from '../wording.js';

const hunk = z.strictObject({
  old_text: z.string().describe('Text as it stands in the file, enough of it to be unique.'),
  new_text: z.string(),
  replace_all: z.boolean().optional().describe('Replace every place.'),
  whole_word: z.boolean().optional().describe('Only places that are not part of a longer word.'),
  line: z.int().min(1).optional().describe('A line that the place covers, where old_text is not unique.'),
});

const schema = z.strictObject({
  path: z.string(),
  hunks: z.array(hunk).min(1).max(200),
});

type Arguments = z.infer<typeof schema>;

export const editFile: Tool<Arguments> = {
  name: 'edit_file',
  description:
    'Changes a file on disk by replacing text. Needs no read before. Hunks apply in order; one that fails does not cancel the others and is reported with the nearest text. Encoding, line ends and mode stay.',
  arguments: schema,
  readsOnly: false,
  title: ({ path }) => ({ title: `Edit ${showPath(path)}`, path: showPath(path) }),
  prepare: prepareEdit,
};

async function prepareEdit({ path, hunks }: Arguments, context: ToolContext): Promise<Prepared> {
  const opened = await openForEdit(context, path);
  if (!opened.ok)
    return opened.refused ? decideRefused(opened.sentence) : decideFailed(encodeView(opened.sentence).view);
  const { source } = opened;
  const name = encodePath(source.relative);
  if (source.bytes === undefined && source.buffer === undefined) {
    return decideFailed(`${name} does not exist. write_file makes new files.`);
  }
  // The answer shows text around the hunks, also around those that fit nowhere.
  const findTrouble = source.bytes === undefined ? findExcluded : findReadTrouble;
  const trouble = await findTrouble(context, source.relative);
  if (trouble !== undefined) return decideRefused(trouble);
  const { turn, signal } = context;
  const changed = await turn.packer.changeFile(source.relative, source.file, { kind: 'hunks', hunks }, signal);
  switch (changed.kind) {
    case 'unchanged':
      return decideFailed(`${name} was not changed. ${describeProblems(changed.results)}`, [source.relative]);
    case 'impossible':
      return decideFailed(`${name} was not changed: ${changed.sentence}.`);
    case 'changed':
      return {
        kind: 'ready',
        ...approvalOfEdit(context, source, path, changed.change, changed.change.loss.remark),
        run: () => write(context, source, changed.change),
      };
  }
}

async function write(context: ToolContext, source: EditSource, { to, diff, results }: Change): Promise<ToolResult> {
  const name = encodePath(source.relative);
  const written = await applyFileEdit(context, source, to);
  if (!written.ok) return fail(encodeView(written.sentence).view);
  const good = results.filter(({ ok }) => ok).length;
  const places = results.reduce((sum, result) => sum + (result.ok ? result.places : 0), 0);
  const isWhole = good === results.length;
  const head = `${isWhole ? 'Edited' : 'Partly edited'} ${name}: ${isWhole ? '' : `${good} of `}${plural(results.length, 'hunk')}, ${plural(places, 'place')}.`;
  const parts = [head];
  if (written.note !== undefined) parts.push(encodeView(written.note).view);
  const notes = results.flatMap((result, index) =>
    result.ok && result.note !== undefined ? [`Hunk ${index + 1} ${result.note}.`] : [],
  );
  parts.push(...notes, diff.numbered);
  if (!isWhole) parts.push(describeProblems(results));
  parts.push(...(await describeErrorsAfter(context, [{ ...source, text: to.text }])));
  const { added, removed, unified } = diff;
  const details = { kind: 'edit' as const, path: source.relative, diff: unified, added, removed, created: false };
  const text = parts.join('\n');
  const result = isWhole ? succeed(text, head, details) : fail(text, head, details);
  return { ...result, shows: [source.relative] };
}

function describeProblems(results: readonly HunkResult[]): string {
  return results
    .flatMap((result, index) =>
      result.ok ? [] : [results.length === 1 ? result.problem : `Hunk ${index + 1}: ${result.problem}`],
    )
    .join('\n');
}
