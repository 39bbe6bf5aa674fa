/** `baleen refactor`: sites, edits, the verify commands, repair, and all of it or nothing. */
import { BaleenError } from '../../core/errors.js';
import { runRefactor } from '../../core/refactor/refactor.js';
import type { Outcome, Site } from '../../protocol/events.js';
import type { Context } from '../context.js';
import { emitterOf, openCliWorkspace, openPackedSession } from '../sessionContext.js';
import { chooseOnTerminal } from '../askOnTerminal.js';

export async function runRefactorCommand(context: Context): Promise<Outcome> {
  const { args, signal } = context;
  const rule = args.words.join(' ').trim();
  if (rule === '') throw new BaleenError('Say what must hold afterwards: baleen refactor "…".', 'bad_usage');
  const canAsk = context.stdin.isTTY && context.output.isTerminal && !args.json;
  const takesAll = args.approve === 'auto-edit' || args.approve === 'auto';
  if (!canAsk && !args.dryRun && !takesAll) {
    throw new BaleenError(
      'Without a terminal nobody can choose the sites, so nothing was sent. Add --approve auto-edit, or --dry-run to see them.',
      'refused',
    );
  }
  const workspace = await openCliWorkspace(context, args.cwd);
  try {
    const session = await openPackedSession(context, workspace, 'refactor', emitterOf(context));
    // On a terminal the choice of the sites is the approval of their edits; protected files still ask.
    session.settings = { ...session.settings, approve: args.approve === 'auto' ? 'auto' : 'auto-edit' };
    const choose = async (sites: readonly Site[]): Promise<readonly Site[] | undefined> =>
      takesAll ? sites : chooseOnTerminal(context.stdin, sites, signal);
    const { verify, keepOnFail, dryRun } = args;
    return (await runRefactor({ session, rule, verify, choose, keepOnFail, dryRun }, signal)).outcome;
  } finally {
    await workspace.dispose();
  }
}
