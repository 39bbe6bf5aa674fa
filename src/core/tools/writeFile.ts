import * as z from 'zod';
import { describeChange } from '../edits/diffText.js';
import { mainLineEnd, splitLines, toLineFeeds } from '../edits/lines.js';
import { toViewForm } from '../edits/textFile.js';
import { applyFileEdit, closeEdit, openForEdit, type EditSource } from '../edits/workspaceEdit.js';
import { encodePath, encodeView, placeholdersOf } from '../view/codec.js';
import { describeErrorsAfter } from './diagnosticRows.js';
import { unsavedNote } from './editFile.js';
import { decideFailed, decideRefused, fail, plural, showPath, succeed } from './results.js';
import { findExcluded } from './listing.js';
import { approvalOfEdit } from './editApproval.js';
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
  const diff = describeChange(name, source.file.view, view);
  const reason = isNew ? undefined : findLossReason(source.file.view, view);
  return {
    kind: 'ready',
    ...approvalOfEdit(context.roots, source, path, diff.unified, reason),
    run: async () => {
      const written = await applyFileEdit(context, source, change);
      if (!written.ok) return fail(encodeView(written.sentence).view);
      const lines = plural(splitLines(view).length, 'line');
      const head = isNew ? `Created ${name}: ${lines}.` : `Wrote ${name}: ${lines}, +${diff.added} −${diff.removed}.`;
      const { added, removed, unified } = diff;
      const details = { kind: 'edit' as const, path: source.relative, diff: unified, added, removed, created: isNew };
      const notes = [
        ...(written.unsaved ? [unsavedNote] : []),
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

const leastShrinkCharacters = 400;
/** A line that is a remark, or begins with an ellipsis. */
const remarkLine = /^[ \t]*(?:\/\/|#|--|;|%|\/\*|\*|<!--|\{\/\*|\.\.\.|…)[^\n]*$/gm;
/** As in "// ... existing code ..." and "# the rest of the file stays unchanged". */
const leftOut =
  /(?:\.\.\.|…).*\b(?:rest|remain\w*|existing|previous|unchanged|omitted|same)\b|\b(?:rest|remainder|remaining|existing|previous|everything else|other)\b.*(?:\.\.\.|…|\b(?:unchanged|omitted|not shown|as before|stays? the same|remains? the same)\b)/i;

/** Why an overwrite asks even where edits run: it looks as if a part had been left out. */
function findLossReason(before: string, after: string): string | undefined {
  const remarks = after.match(remarkLine) ?? [];
  const remark = remarks.map((line) => line.trim()).find((line) => leftOut.test(line) && !before.includes(line));
  if (remark !== undefined) {
    return `The new text says that a part is left out ("${remark.slice(0, 80)}").`;
  }
  if (before.length - after.length >= leastShrinkCharacters && after.length < before.length / 2) {
    return `The file would shrink from ${before.length} to ${after.length} characters.`;
  }
  return undefined;
}
