/** What a program that ended had held back: told before something new begins, and decided by `baleen undo`. */
import { BaleenError } from '../core/errors.js';
import type { Roots } from '../core/repository/roots.js';
import { describeNotBack, describeUndecided } from '../core/tools/heldBackOffer.js';
import { findUndecided } from '../node/heldBack.js';
import type { Outcome } from '../protocol/events.js';
import type { Context } from './context.js';
import { showText, type Output } from './printEvents.js';

interface Place {
  roots: Roots;
  stateFolder: string;
}

export async function tellUndecided({ roots, stateFolder }: Place, output: Output): Promise<void> {
  for (const { command, found } of await findUndecided(roots, stateFolder)) {
    const ways =
      'baleen undo --put-back puts it back where nothing else stands; baleen undo --leave leaves it there, and it is not told again.';
    output.err(showText(`${describeUndecided(command, found)} ${ways}\n`));
  }
}

export async function decideUndecided({ roots, stateFolder }: Place, { args, output }: Context): Promise<Outcome> {
  const undecided = await findUndecided(roots, stateFolder);
  if (undecided.length === 0)
    throw new BaleenError('No held-back files wait for an answer in this folder, so nothing was done.', 'failed');
  const back: string[] = [];
  const left: string[] = [];
  for (const { found } of undecided) {
    const names = found.names.map(({ path }) => path);
    const now = args.putBack ? await found.letIn() : [];
    if (!args.putBack) await found.leave();
    back.push(...now);
    left.push(...names.filter((path) => !now.includes(path)));
    if (args.json) continue;
    if (now.length > 0) output.err(showText(`Put back: ${now.join(', ')}.\n`));
    const trouble = args.putBack ? describeNotBack(found, now) : `${names.join(', ')} stays in ${found.folder}.`;
    if (trouble !== undefined) output.err(showText(`${trouble}\n`));
  }
  if (args.json) output.out(`${JSON.stringify({ putBack: back, left })}\n`);
  return args.putBack && left.length > 0 ? 'refused' : 'done';
}
