/** `baleen undo` where the turn was interrupted: each file is finished, taken back, or left. */
import type { Interrupted, InterruptedFile, Journal, Settlement } from '../../core/edits/checkpoint.js';
import type { Outcome } from '../../protocol/events.js';
import type { Context } from '../context.js';
import { showText } from '../printEvents.js';
import { watched } from '../watched.js';
import { plural } from '../../core/wording.js';

export async function settle(journal: Journal, offered: Interrupted, context: Context): Promise<Outcome> {
  const { checkpoint, files } = offered;
  const { args, output } = context;
  const how = args.finish ? 'finish' : 'undo';
  if (!args.json) output.err(showText([`Interrupted: ${checkpoint.title}`, ...files.map(describe), ''].join('\n')));
  const meant = files.filter(({ path }) => args.words.length === 0 || args.words.includes(path));
  // Nobody here could show it: the editor offers it, or the undo of that turn there.
  const lost = meant.filter(({ stands }) => stands === 'lost').map(({ path }) => path);
  const possible = meant.filter(
    ({ path, canFinish, canUndo }) => !lost.includes(path) && (how === 'finish' ? canFinish : canUndo),
  );
  // Neither as before nor as planned: it may hold what the user wrote since.
  const chosen = possible.filter((file) => file.stands !== 'other' || args.overwrite);
  const left = possible.filter((file) => !chosen.includes(file)).map(({ path }) => path);
  const settlements = chosen.map(({ path }): Settlement => ({ path, how }));
  const { paths, again } =
    left.length + lost.length > 0 && chosen.length === 0
      ? { paths: [], again: [] }
      : await watched(context, how, (watching) => journal.settle(offered, settlements, watching));
  const changed = again.map(({ path }) => path);
  if (args.json) {
    const { id: restored, changedByCommands } = checkpoint;
    output.out(
      `${JSON.stringify({ restored, [how === 'undo' ? 'paths' : 'finished']: paths, left: [...left, ...changed], changedByCommands })}\n`,
    );
  } else {
    output.err(`${plural(paths.length, 'file')} ${how === 'finish' ? 'finished' : 'brought back'}.\n`);
    if (lost.length > 0) output.err(showText(`${describeLost(lost)}\n`));
    if (changed.length > 0) {
      output.err(
        showText(
          `Left alone, because they were changed after they were looked at: ${changed.join(', ')}. The same command takes them as they stand now.\n`,
        ),
      );
    }
    if (left.length > 0) {
      output.err(
        showText(
          `Left alone, because they are neither as they were nor as they were to be: ${left.join(', ')}. Look at them; --overwrite takes them too.\n`,
        ),
      );
    }
  }
  return left.length + changed.length > 0 ? 'refused' : 'done';
}

/** For the undo too. */
export function describeLost(paths: readonly string[]): string {
  return `Not saved when it was changed, and not on disk now: ${paths.join(', ')}. Undo that turn in the editor to get back what was typed there.`;
}

function describe({ path, stands, canFinish }: InterruptedFile): string {
  const state = {
    changed: canFinish ? 'changed, the last change is missing' : 'changed',
    'as before': 'not changed yet',
    'half written': 'half written',
    other: 'neither as before nor as planned',
    lost: 'not saved when it was changed, and not on disk',
  };
  return `  ${path}  (${state[stands]})`;
}
