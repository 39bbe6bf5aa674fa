/** `baleen undo`: shows what a restore will do, then does it; what the user changed since is left unless asked for. */
import { BaleenError } from '../../core/errors.js';
import { titleOfRestore, type CheckpointInfo, type Journal, type RestorePlan } from '../../core/edits/checkpoint.js';
import type { Outcome } from '../../protocol/events.js';
import type { Context } from '../context.js';
import { openCliWorkspace } from '../sessionContext.js';
import { showText } from '../printEvents.js';

export async function runUndo(context: Context): Promise<Outcome> {
  const { args, output } = context;
  const workspace = await openCliWorkspace(context, args.cwd);
  try {
    const { journal } = workspace.parts;
    const checkpoints = await journal.list();
    if (args.list) {
      if (args.json) output.out(`${JSON.stringify(checkpoints)}\n`);
      else output.out(showText(checkpoints.map(describeCheckpoint).join('')) || 'There is nothing to undo here.\n');
      return 'done';
    }
    const chosen = choose(checkpoints, context);
    const plan = await journal.plan(chosen.id);
    if (!args.json) output.err(showText(describePlan(plan)));
    return await restore(journal, plan, context);
  } finally {
    await workspace.dispose();
  }
}

function choose(checkpoints: readonly CheckpointInfo[], context: Context): CheckpointInfo {
  const { to, redo } = context.args;
  if (to !== undefined) {
    const named = checkpoints.find((one) => one.id === to);
    if (named === undefined)
      throw new BaleenError(`There is no checkpoint ${to}; baleen undo --list shows them.`, 'bad_usage');
    return named;
  }
  const newest = checkpoints.find((one) => !one.restored && (one.restores !== undefined) === redo);
  if (newest === undefined)
    throw new BaleenError(`There is nothing to ${redo ? 'redo' : 'undo'} in this folder.`, 'failed');
  return newest;
}

async function restore(journal: Journal, plan: RestorePlan, context: Context): Promise<Outcome> {
  const { args, output } = context;
  const { checkpoint, paths, left } = await journal.restore(plan, args.overwrite);
  if (args.json) {
    output.out(
      `${JSON.stringify({ checkpoint, restored: plan.checkpoint.id, paths, left, changedByCommands: plan.changedByCommands })}\n`,
    );
  } else {
    const way = plan.checkpoint.restores === undefined ? 'baleen undo --redo' : 'baleen undo';
    output.err(`${count(paths.length)} brought back; ${way} takes it back again.\n`);
    if (left.length > 0) {
      output.err(
        `Left alone, because you changed them since: ${showText(left.join(', '))}. --overwrite brings them back too.\n`,
      );
    }
  }
  return left.length > 0 ? 'refused' : 'done';
}

function describeCheckpoint(one: CheckpointInfo): string {
  const kind = one.restores === undefined ? '' : ` (restored ${one.restores})`;
  return `${one.id}  ${one.at.slice(0, 16).replace('T', ' ')}  ${count(one.paths.length)}${one.restored ? ', undone' : ''}${kind}  ${one.title}\n`;
}

function count(files: number): string {
  return files === 1 ? '1 file' : `${files} files`;
}

function describePlan(plan: RestorePlan): string {
  const lines = plan.files.map(
    (file) => `  ${file.action.padEnd(10)} ${file.path}${file.touched ? '  (you changed it since)' : ''}`,
  );
  const byCommands = plan.changedByCommands.map((path) => `  not undone ${path}  (written by a command)`);
  return [titleOfRestore(plan.checkpoint), ...lines, ...byCommands, ''].join('\n');
}
