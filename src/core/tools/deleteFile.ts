import * as z from 'zod';
import { deleteFile as remove, openForDeparture, type Departing } from '../edits/departure.js';
import { findConcerns, isIgnoreFile } from '../edits/concerns.js';
import { describeChange } from '../edits/diffText.js';
import { splitLines } from '../edits/lines.js';
import { encodePath, encodeView } from '../view/codec.js';
import { protectionOf, provenanceOf } from './editApproval.js';
import { findExcluded } from './listing.js';
import { decideFailed, decideRefused, fail, showPath, succeed } from './results.js';
import type { Prepared, Tool, ToolContext } from './tool.js';
import { plural } from '../wording.js';

const schema = z.strictObject({ path: z.string() });

type Arguments = z.infer<typeof schema>;

/** The text of a longer file says less than its size. */
const longestShown = 200_000;

export const deleteFile: Tool<Arguments> = {
  name: 'delete_file',
  description: 'Deletes one file.',
  arguments: schema,
  readsOnly: false,
  title: ({ path }) => ({ title: `Delete ${showPath(path)}`, path: showPath(path) }),
  prepare: prepareDelete,
};

async function prepareDelete({ path }: Arguments, context: ToolContext): Promise<Prepared> {
  const { roots, turn } = context;
  const opened = await openForDeparture(context, path);
  if (!opened.ok)
    return opened.refused ? decideRefused(opened.sentence) : decideFailed(encodeView(opened.sentence).view);
  const source = opened.place;
  const { relative } = source;
  const excluded = await findExcluded(context, relative);
  if (excluded !== undefined) return decideRefused(excluded);
  const name = encodePath(relative);
  const { diff, removed } = showLoss(name, source);
  const concerns = isIgnoreFile(relative) ? findConcerns(relative, source.view ?? '', '') : [];
  const warnings = [
    ...concerns.map(({ sentence }) => sentence),
    ...provenanceOf(roots, { relative, asked: path }, turn.request),
  ];
  return {
    kind: 'ready',
    subject: {
      kind: 'edit',
      path: relative,
      diff,
      deleted: true,
      ...protectionOf(roots, [{ relative, asked: path }]),
      ...(warnings.length === 0 ? {} : { warnings }),
    },
    ...(concerns[0] === undefined ? {} : { reason: concerns[0].sentence }),
    run: async () => {
      const done = await remove(context, source);
      if (!done.ok) return fail(encodeView(done.sentence).view);
      const size = source.view === undefined ? plural(source.bytes.length, 'byte') : plural(removed, 'line');
      const details = { kind: 'edit' as const, path: relative, diff, added: 0, removed, created: false };
      return succeed(`Deleted ${name}: ${size}.`, undefined, { ...details, deleted: true });
    },
  };
}

function showLoss(name: string, { view }: Departing): { diff: string; removed: number } {
  if (view === undefined) return { diff: '', removed: 0 };
  if (view.length > longestShown) return { diff: '', removed: splitLines(view).length };
  const { unified, removed } = describeChange(name, view, '');
  return { diff: unified, removed };
}
