/** `baleen run` and `baleen ask`: one turn in the current folder. */
import { BaleenError } from '../../core/errors.js';
import { runTurn } from '../../core/session/turns.js';
import { askText } from '../../core/prompt/workflowTexts.js';
import type { Outcome } from '../../protocol/events.js';
import type { Context } from '../context.js';
import { emitterOf, openCliWorkspace, openPackedSession } from '../sessionContext.js';

export async function runTask(context: Context, kind: 'run' | 'ask'): Promise<Outcome> {
  const { args, signal } = context;
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
