import * as z from 'zod';
import { describeChange } from '../edits/diffText.js';
import { mainLineEnd, splitLines, toLineFeeds } from '../edits/lines.js';
import { toViewForm } from '../edits/textFile.js';
import { applyFileEdit, closeEdit, openForEdit, type EditSource } from '../edits/workspaceEdit.js';
import { encodePath, encodeView, placeholdersOf } from '../view/codec.js';
import { describeErrorsAfter } from './diagnosticRows.js';
import { decideFailed, decideRefused, fail, plural, showPath, succeed } from './results.js';
import { findExcluded } from './listing.js';
import { approvalOfEdit } from './editApproval.js';
import { findRemarkOfLoss, findShrinking } from '../edits/loss.js';
import { judgeReplacing, noteShown } from './untold.js';
import type { Prepared, Tool, ToolContext } from './tool.js';

const schema = z.strictObject({
  path: z.string(),
  content: z.string().describe('The whole file, nothing left out.'),
});

type Arguments = z.infer<typeof schema>;

export const writeFile: Tool<Arguments> = {
  name: 'write_file',
  description:
    'Makes a new file, with its folders, or replaces all of an existing one. Use edit_file to change a part. Encoding, line ends and mode of an existing file stay.',
  arguments: schema,
  readsOnly: false,
  title: ({ path }) => ({ title: `Write ${showPath(path)}`, path: showPath(path) }),
  prepare: prepareWrite,
};

async function prepareWrite({ path, content }: Arguments, context: ToolContext): Promise<Prepared> {
  const opened = await openForEdit(context, path);
  if (!opened.ok)
    return opened.refused ? decideRefused(opened.sentence) : decideFailed(encodeView(opened.sentence).view);
  const { source } = opened;
  const name = encodePath(source.relative);
  const isNew = source.bytes === undefined && source.buffer === undefined;
  if (isNew && placeholdersOf(content).length > 0) {
    return decideRefused(`${name} would hold a placeholder; the secret behind it cannot be put into a new file.`);
  }
  const excluded = isNew ? undefined : await findExcluded(context, source.relative);
  if (excluded !== undefined) return decideRefused(excluded);
  const view = isNew ? toViewForm(content) : fitContent(source, toViewForm(content));
  if (!isNew && view === source.file.view) return decideFailed(`${name} already has exactly this content.`);
  const change = closeEdit(source, view);
  if (!change.ok) return decideFailed(`${name} was not written: ${change.sentence}.`);
  const { relative, bytes, buffer } = source;
  const replacing = buffer === undefined ? await judgeReplacing(context, relative, bytes) : undefined;
  if (replacing?.kind === 'refuse') return decideFailed(encodeView(replacing.sentence).view);
  const diff = describeChange(name, source.file.view, view);
  const loss = isNew ? undefined : (findRemarkOfLoss(source.file.view, view) ?? findShrinking(source.file.view, view));
  const reason = loss ?? (replacing?.kind === 'ask' ? replacing.reason : undefined);
  return {
    kind: 'ready',
    ...approvalOfEdit(context, source, path, { diff: diff.unified, after: view }, reason),
    run: async () => {
      const written = await applyFileEdit(context, source, change);
      if (!written.ok) return fail(encodeView(written.sentence).view);
      noteShown(context, relative, change.bytes);
      const lines = plural(splitLines(view).length, 'line');
      const head = isNew ? `Created ${name}: ${lines}.` : `Wrote ${name}: ${lines}, +${diff.added} −${diff.removed}.`;
      const { added, removed, unified } = diff;
      const details = { kind: 'edit' as const, path: source.relative, diff: unified, added, removed, created: isNew };
      const notes = [
        ...(written.note === undefined ? [] : [encodeView(written.note).view]),
        ...(await describeErrorsAfter(context, [{ ...source, text: change.text }])),
      ];
      return succeed([head, ...notes].join('\n'), head, details);
    },
  };
}

/** Line ends and a final line end as the file has them: a model writes plain line feeds and often forgets the last. */
function fitContent(source: EditSource, content: string): string {
  const old = source.file.view;
  let text = toLineFeeds(content);
  if (old.endsWith('\n') && text !== '' && !text.endsWith('\n')) text += '\n';
  return mainLineEnd(old) === '\n' ? text : text.replaceAll('\n', '\r\n');
}
