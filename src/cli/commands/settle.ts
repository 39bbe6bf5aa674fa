/** `baleen undo` where the turn was interrupted: each file is finished, taken back, or left. */
import type { Interrupted, InterruptedFile, Journal, Settlement } from '../../core/edits/checkpoint.js';
import type { Outcome } from '../../protocol/events.js';
import type { Context } from '../context.js';
import { showText } from '../printEvents.js';

export async function settle(
  journal: Journal,
  { checkpoint, files }: Interrupted,
  { args, output }: Context,
): Promise<Outcome> {
  const how = args.finish ? 'finish' : 'undo';
  if (!args.json) output.err(showText([`Interrupted: ${checkpoint.title}`, ...files.map(describe), ''].join('\n')));
  const meant = files.filter(({ path }) => args.words.length === 0 || args.words.includes(path));
  const possible = meant.filter((file) => (how === 'finish' ? file.canFinish : file.canUndo));
  // Neither as before nor as planned: it may hold what the user wrote since.
  const chosen = possible.filter((file) => file.stands !== 'other' || args.overwrite);
  const left = possible.filter((file) => !chosen.includes(file)).map(({ path }) => path);
  const paths =
    left.length > 0 && chosen.length === 0
      ? []
      : await journal.settle(
          checkpoint.id,
          chosen.map(({ path }): Settlement => ({ path, how })),
        );
  if (args.json) {
    const { id: restored, changedByCommands } = checkpoint;
    output.out(
      `${JSON.stringify({ restored, [how === 'undo' ? 'paths' : 'finished']: paths, left, changedByCommands })}\n`,
    );
  } else {
    const files = paths.length === 1 ? '1 file' : `${paths.length} files`;
    output.err(`${files} ${how === 'finish' ? 'finished' : 'brought back'}.\n`);
    if (left.length > 0) {
      output.err(
        showText(
          `Left alone, because they are neither as they were nor as they were to be: ${left.join(', ')}. Look at them; --overwrite takes them too.\n`,
        ),
      );
    }
  }
  return left.length > 0 ? 'refused' : 'done';
}

function describe({ path, stands, canFinish }: InterruptedFile): string {
  const state = {
    changed: canFinish ? 'changed, the last change is missing' : 'changed',
    'as before': 'not changed yet',
    'half written': 'half written',
    other: 'neither as before nor as planned',
  };
  return `  ${path}  (${state[stands]})`;
}
