/** What a crash left behind, told before something new begins. */
import type { Interrupted } from '../core/edits/checkpoint.js';
import { showText, type Output } from './printEvents.js';
import { plural } from '../core/wording.js';

export function tellFinished(finished: readonly string[], output: Output): void {
  for (const title of finished) output.err(showText(`“${title}” had been interrupted and was finished now.\n`));
}

export function tellInterrupted(interrupted: readonly Interrupted[], output: Output): void {
  for (const { checkpoint, files } of interrupted) {
    const unfinished = files.filter(({ canFinish }) => canFinish).length;
    const rest = unfinished === 0 ? '' : `, ${unfinished} of them not to the end`;
    const finish = unfinished === 0 ? '' : ' baleen undo --finish finishes it;';
    output.err(
      showText(
        `“${checkpoint.title}” was interrupted after it had begun to change ${plural(files.length, 'file')}${rest}. Nothing was done about it.${finish} baleen undo --to ${checkpoint.id} takes it back.\n`,
      ),
    );
  }
}
