/** `baleen run` and `baleen ask`: one turn in the current folder. */
import { BaleenError } from '../../core/errors.js';
import { continueTurn, runTurn } from '../../core/session/turns.js';
import { askText } from '../../core/prompt/workflowTexts.js';
import type { Outcome } from '../../protocol/events.js';
import type { Context } from '../context.js';
import { emitterOf, openCliWorkspace, openInterruptedSession, openPackedSession } from '../sessionContext.js';

export async function runTask(context: Context, kind: 'run' | 'ask'): Promise<Outcome> {
  const { args, signal } = context;
  if (kind === 'run' && args.continues) return continueTask(context);
  const task = args.words.join(' ').trim();
  if (task === '')
    throw new BaleenError(`Say what to ${kind === 'ask' ? 'answer' : 'do'}: baleen ${kind} "…".`, 'bad_usage');
  const workspace = await openCliWorkspace(context, args.cwd);
  try {
    const session = await openPackedSession(context, workspace, kind, emitterOf(context));
    const request = kind === 'ask' ? askText(task) : task;
    return (await runTurn(session, task, { kind, request }, signal)).outcome;
  } finally {
    await workspace.dispose();
  }
}

/** Where the program ended in the middle of a turn. */
async function continueTask(context: Context): Promise<Outcome> {
  const { args, signal } = context;
  if (args.words.length > 0)
    throw new BaleenError(
      '--continue goes on with the task that was given before, so it takes no new one. Leave one of the two out.',
      'bad_usage',
    );
  const workspace = await openCliWorkspace(context, args.cwd);
  try {
    const session = await openInterruptedSession(context, workspace, emitterOf(context));
    const turn = await continueTurn(session);
    const { outcome } = await turn.resume(signal);
    return (await turn.end(outcome)).outcome;
  } finally {
    await workspace.dispose();
  }
}
