/** `baleen run` and `baleen ask`: one turn in the current folder. */
import { BaleenError } from '../../core/errors.js';
import { startSession } from '../../core/session/session.js';
import { runTurn } from '../../core/session/turns.js';
import { askText } from '../../core/prompt/workflowTexts.js';
import type { Outcome } from '../../protocol/events.js';
import { emitterOf, openCliWorkspace, settingsOf, type Context } from '../context.js';

export async function runTask(context: Context, kind: 'run' | 'ask'): Promise<Outcome> {
  const { args, signal } = context;
  const task = args.words.join(' ').trim();
  if (task === '')
    throw new BaleenError(`Say what to ${kind === 'ask' ? 'answer' : 'do'}: baleen ${kind} "…".`, 'bad_usage');
  const workspace = await openCliWorkspace(context, args.cwd);
  try {
    const settings = settingsOf(context, workspace);
    const session = await startSession(workspace.parts, settings, kind, emitterOf(context), signal);
    if (!session.pack.report.files.some((file) => file.as === 'full')) {
      throw new BaleenError(
        `There is no text file to work on in ${workspace.parts.root}, so nothing was sent. Name another folder with --cwd.`,
        'bad_usage',
      );
    }
    const request = kind === 'ask' ? askText(task) : task;
    return (await runTurn(session, task, { kind, request }, signal)).outcome;
  } finally {
    await workspace.dispose();
  }
}
