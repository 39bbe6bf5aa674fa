import * as z from 'zod';
import { applyFileEdit, openForEdit } from '../edits/workspaceEdit.js';
import { encodePath, encodeView, placeholdersOf } from '../view/codec.js';
import { describeErrorsAfter } from './diagnosticRows.js';
import { decideFailed, decideRefused, fail, showPath, succeed } from './results.js';
import { findExcluded } from './listing.js';
import { approvalOfEdit } from './editApproval.js';
import { judgeReplacing, noteShown } from './untold.js';
import type { Prepared, Tool, ToolContext } from './tool.js';
import { plural } from '../wording.js';

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
  const { turn, signal } = context;
  const wish = { kind: 'content' as const, content, isNew };
  const changed = await turn.packer.changeFile(source.relative, source.file, wish, signal);
  if (changed.kind === 'unchanged') return decideFailed(`${name} already has exactly this content.`);
  if (changed.kind === 'impossible') return decideFailed(`${name} was not written: ${changed.sentence}.`);
  const { to, lines, diff, loss } = changed.change;
  const { relative, bytes, buffer } = source;
  const replacing = buffer === undefined ? await judgeReplacing(context, relative, bytes) : undefined;
  if (replacing?.kind === 'refuse') return decideFailed(encodeView(replacing.sentence).view);
  const lossReason = isNew ? undefined : (loss.remark ?? loss.shrinking);
  const reason = lossReason ?? (replacing?.kind === 'ask' ? replacing.reason : undefined);
  return {
    kind: 'ready',
    ...approvalOfEdit(context, source, path, changed.change, reason),
    run: async () => {
      const written = await applyFileEdit(context, source, to);
      if (!written.ok) return fail(encodeView(written.sentence).view);
      noteShown(context, relative, to.bytes);
      const size = plural(lines, 'line');
      const head = isNew ? `Created ${name}: ${size}.` : `Wrote ${name}: ${size}, +${diff.added} −${diff.removed}.`;
      const { added, removed, unified } = diff;
      const details = { kind: 'edit' as const, path: source.relative, diff: unified, added, removed, created: isNew };
      const notes = [
        ...(written.note === undefined ? [] : [encodeView(written.note).view]),
        ...(await describeErrorsAfter(context, [{ ...source, text: to.text }])),
      ];
      return succeed([head, ...notes].join('\n'), head, details);
    },
  };
}
