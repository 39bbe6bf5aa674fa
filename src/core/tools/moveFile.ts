import * as z from 'zod';
import { isIgnoreFile } from '../edits/concerns.js';
import { moveFile as move, openDestination, openForDeparture } from '../edits/departure.js';
import { encodePath, encodeView } from '../view/codec.js';
import { protectionOf, provenanceOf } from './editApproval.js';
import { findExcluded, findMoveTrouble } from './listing.js';
import { decideFailed, decideRefused, fail, showPath, succeed } from './results.js';
import type { Prepared, Tool, ToolContext } from './tool.js';

const schema = z.strictObject({ path: z.string(), to: z.string().describe('The new path, its file name included.') });

type Arguments = z.infer<typeof schema>;

export const moveFile: Tool<Arguments> = {
  name: 'move_file',
  description: 'Moves or renames one file, never over another; bytes and mode stay, missing folders are made.',
  arguments: schema,
  readsOnly: false,
  title: ({ path, to }) => ({ title: `Move ${showPath(path)} to ${showPath(to)}`, path: showPath(path) }),
  prepare: prepareMove,
};

async function prepareMove({ path, to }: Arguments, context: ToolContext): Promise<Prepared> {
  const { roots, turn } = context;
  const opened = await openForDeparture(context, path);
  if (!opened.ok) return decide(opened);
  const source = opened.place;
  const found = await openDestination(context, source, to);
  if (!found.ok) return decide(found);
  const destination = found.place;
  // Under a name that nothing hides, what is hidden could be read.
  const hidden =
    (await findMoveTrouble(context, source.relative)) ?? (await findExcluded(context, destination.relative));
  if (hidden !== undefined) return decideRefused(hidden);
  const ends = [
    { relative: source.relative, asked: path },
    { relative: destination.relative, asked: to },
  ];
  const warnings = ends.flatMap((end) => provenanceOf(roots, end, turn.request));
  const rules = ends.find(({ relative }) => isIgnoreFile(relative));
  return {
    kind: 'ready',
    subject: {
      kind: 'edit',
      path: source.relative,
      diff: '',
      movedTo: destination.relative,
      ...protectionOf(roots, ends),
      ...(warnings.length === 0 ? {} : { warnings }),
    },
    ...(rules === undefined
      ? {}
      : { reason: `${rules.relative} says which files git ignores; others could come into the model’s view.` }),
    run: async () => {
      const done = await move(context, source, destination);
      if (!done.ok) return fail(encodeView(done.sentence).view);
      const text = `Moved ${encodePath(source.relative)} to ${encodePath(destination.relative)}.`;
      const details = { kind: 'edit' as const, path: destination.relative, diff: '', added: 0, removed: 0 };
      return succeed(text, undefined, { ...details, created: false, movedFrom: source.relative });
    },
  };
}

function decide({ refused, sentence }: { refused: boolean; sentence: string }): Prepared {
  return refused ? decideRefused(sentence) : decideFailed(encodeView(sentence).view);
}
