/** `baleen undo`: shows what a restore will do, then does it; what the user changed since is left unless asked for. */
import { BaleenError } from '../../core/errors.js';
import {
  chooseFiles,
  isUndo,
  titleOfRestore,
  type CheckpointInfo,
  type Interrupted,
  type Journal,
  type PlannedFile,
  type RestoreChoice,
  type RestorePlan,
} from '../../core/edits/checkpoint.js';
import type { Outcome } from '../../protocol/events.js';
import type { Context } from '../context.js';
import { decideUndecided } from '../heldBack.js';
import { tellFinished } from '../interrupted.js';
import { openCliWorkspace } from '../sessionContext.js';
import { showText } from '../printEvents.js';
import { watched } from '../watched.js';
import { describeLost, settle } from './settle.js';
import { plural } from '../../core/wording.js';

export async function runUndo(context: Context): Promise<Outcome> {
  const { args, output } = context;
  const workspace = await openCliWorkspace(context, args.cwd);
  try {
    if (args.putBack || args.leave) return await decideUndecided(workspace.parts, context);
    const { journal } = workspace.parts;
    const { finished, interrupted } = await journal.recover();
    tellFinished(finished, output);
    const checkpoints = await journal.list();
    if (args.list) {
      if (args.json) output.out(`${JSON.stringify(checkpoints)}\n`);
      else output.out(showText(listText(checkpoints, interrupted)) || 'There is nothing to undo here.\n');
      return 'done';
    }
    if (args.finish && interrupted.length === 0) throw nothingToFinish();
    const chosen = choose(checkpoints, interrupted, context);
    const half = interrupted.find(({ checkpoint }) => checkpoint.id === chosen.id);
    if (half !== undefined) return await settle(journal, half, context);
    if (args.finish) throw nothingToFinish();
    const plan = await journal.plan(chosen.id);
    if (!args.json) output.err(showText(describePlan(plan)));
    return await restore(journal, plan, context);
  } finally {
    await workspace.dispose();
  }
}

function nothingToFinish(): BaleenError {
  return new BaleenError('No such turn was interrupted in this folder, so there is nothing to finish.', 'failed');
}

function choose(
  checkpoints: readonly CheckpointInfo[],
  interrupted: readonly Interrupted[],
  context: Context,
): CheckpointInfo {
  const { to, redo, finish } = context.args;
  if (to !== undefined) {
    const named = checkpoints.find((one) => one.id === to);
    if (named === undefined)
      throw new BaleenError(`There is no checkpoint ${to}; baleen undo --list shows them.`, 'bad_usage');
    return named;
  }
  const [half] = interrupted;
  if (finish && half !== undefined) return half.checkpoint;
  // A redo stays out of it: to take that back is an undo of its turn.
  const newest = checkpoints.find((one) => !one.restored && (redo ? isUndo(one) : one.restores === undefined));
  if (newest !== undefined) return newest;
  const sentence = redo
    ? 'There is nothing to redo in this folder: no undo stands that could be taken back. baleen undo --list shows the turns.'
    : 'There is nothing to undo in this folder.';
  throw new BaleenError(sentence, 'failed');
}

async function restore(journal: Journal, plan: RestorePlan, context: Context): Promise<Outcome> {
  const { args, output } = context;
  const chosen = chosenOf(plan, context);
  const { checkpoint, paths, lost } = await watched(context, 'undo', (watching) =>
    journal.restore(plan, chosen, watching),
  );
  const left = plan.files.filter((file) => isLeft(file, paths) && isMeant(file, args.words));
  const untold = left.filter(({ byCommand }) => !byCommand).map(({ path }) => path);
  if (args.json) {
    const { changedByCommands } = plan.checkpoint;
    output.out(
      `${JSON.stringify({ checkpoint, restored: plan.checkpoint.id, paths, left: untold, changedByCommands })}\n`,
    );
  } else {
    const way = plan.checkpoint.restores === undefined ? 'baleen undo --redo' : 'baleen undo';
    output.err(`${plural(paths.length, 'file')} brought back; ${way} takes it back again.\n`);
    if (lost.length > 0) output.err(`${showText(describeLost(lost.map(({ path }) => path)))}\n`);
    for (const sentence of leftSentences(left)) output.err(`${showText(sentence)}\n`);
  }
  return untold.length > 0 ? 'refused' : 'done';
}

function chosenOf(plan: RestorePlan, { args }: Context): RestoreChoice[] {
  const unknown = args.words.filter((word) => !plan.files.some(({ path }) => path === word));
  if (unknown.length > 0) {
    const sentence = `The turn did not change ${unknown.join(', ')}, so nothing was done. baleen undo --list shows the turns; paths are from the workspace folder on.`;
    throw new BaleenError(sentence, 'bad_usage');
  }
  const merged = args.takeOut ? plan.files.filter(({ canTakeOut }) => canTakeOut).map(({ path }) => path) : [];
  const plain = chooseFiles(plan, { touched: args.overwrite, byCommand: args.withCommands });
  const whole = plain.filter(({ path }) => !merged.includes(path));
  return [...whole, ...merged.map((path): RestoreChoice => ({ path, how: 'take out' }))].filter(({ path }) =>
    isMeant({ path }, args.words),
  );
}

function isMeant({ path }: { path: string }, words: readonly string[]): boolean {
  return words.length === 0 || words.includes(path);
}

function isLeft({ path, action }: PlannedFile, paths: readonly string[]): boolean {
  return action !== 'unchanged' && !paths.includes(path);
}

function leftSentences(left: readonly PlannedFile[]): string[] {
  const sentences: string[] = [];
  const name = (files: readonly PlannedFile[]): string => files.map(({ path }) => path).join(', ');
  const stuck = left.filter(({ trouble }) => trouble !== undefined);
  for (const { path, trouble } of stuck) sentences.push(`${path} was left alone: ${trouble}`);
  const rest = left.filter(({ trouble }) => trouble === undefined);
  const byCommand = rest.filter((file) => file.byCommand && !file.touched);
  const touched = rest.filter((file) => !byCommand.includes(file));
  if (touched.length > 0) {
    const some = touched.some(({ canTakeOut }) => canTakeOut);
    const merge = some ? ' --take-out takes only what the agent changed out of those where that is possible.' : '';
    sentences.push(
      `Left alone, because you changed them since: ${name(touched)}. --overwrite brings them back too.${merge}`,
    );
  }
  if (byCommand.length > 0) {
    sentences.push(
      `Left alone, because they changed while a command ran: ${name(byCommand)}. --with-commands brings them back too.`,
    );
  }
  return sentences;
}

function listText(checkpoints: readonly CheckpointInfo[], interrupted: readonly Interrupted[]): string {
  const halves = new Set(interrupted.map(({ checkpoint }) => checkpoint.id));
  return checkpoints.map((one) => describeCheckpoint(one, halves.has(one.id))).join('');
}

function describeCheckpoint(one: CheckpointInfo, isInterrupted: boolean): string {
  const kind = one.restores === undefined ? '' : ` (restored ${one.restores})`;
  const state = isInterrupted ? ', interrupted' : one.restored ? ', undone' : '';
  return `${one.id}  ${one.at.slice(0, 16).replace('T', ' ')}  ${plural(one.paths.length, 'file')}${state}${kind}  ${one.title}\n`;
}

function describePlan(plan: RestorePlan): string {
  const lines = plan.files.map((file) => `  ${file.action.padEnd(10)} ${file.path}${remarkOn(file)}`);
  const byCommands = plan.changedByCommands.map(
    (path) => `  not undone ${path}  (changed while a command ran; what it was before is not known)`,
  );
  return [titleOfRestore(plan.checkpoint), ...lines, ...byCommands, ''].join('\n');
}

function remarkOn({ trouble, touched, byCommand }: PlannedFile): string {
  if (trouble !== undefined) return `  (cannot be: ${trouble})`;
  if (touched) return '  (you changed it since)';
  return byCommand ? '  (changed while a command ran)' : '';
}
