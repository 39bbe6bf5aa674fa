import type { Commands } from '../core/host.js';
import { showText, type Output } from './printEvents.js';

/** Of the commands that end with this run because they still run in the background. */
export async function tellEnded(commands: Commands, output: Output): Promise<void> {
  for (const command of [...commands.background()]) {
    // It may have ended since it was looked at last.
    if (!(await command.look()).running) continue;
    output.err(`Ended with this run, as it still ran in the background: ${showText(command.command)}\n`);
  }
}
