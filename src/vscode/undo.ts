/** Brings back what a turn changed. Asks only where the user has changed a file since. */
import * as vscode from 'vscode';
import type { CheckpointInfo, Journal, RestorePlan } from '../core/edits/checkpoint.js';

export interface Undone {
  /** The restore's own checkpoint: undoing that brings the turn's changes back. */
  checkpoint: string;
  /** The one that was undone, and the one that this brought back if it was a restore itself. */
  undone: string;
  redone?: string;
  title: string;
  paths: string[];
  /** Not restored: changed by the user since, or impossible. */
  left: string[];
  /** Written by commands: named, and left alone. */
  changedByCommands: string[];
}

/** Restores a checkpoint, or the newest that stands. `undefined` if the user gave up or there is nothing to undo. */
export async function undoCheckpoint(journal: Journal, id?: string): Promise<Undone | undefined> {
  const chosen = id ?? findLast(await journal.list())?.id;
  if (chosen === undefined) {
    void vscode.window.showInformationMessage('Baleen: there is nothing to undo.');
    return undefined;
  }
  const plan = await journal.plan(chosen);
  const alsoTouched = await askAboutTouched(plan);
  if (alsoTouched === undefined) return undefined;
  const { checkpoint, paths, left } = await journal.restore(plan, alsoTouched);
  const { title, restores } = plan.checkpoint;
  const redone = restores === undefined ? {} : { redone: restores };
  return { checkpoint, undone: chosen, ...redone, title, paths, left, changedByCommands: plan.changedByCommands };
}

function findLast(checkpoints: readonly CheckpointInfo[]): CheckpointInfo | undefined {
  return checkpoints.find((one) => !one.restored && one.restores === undefined && one.paths.length > 0);
}

async function askAboutTouched(plan: RestorePlan): Promise<boolean | undefined> {
  const touched = plan.files.filter((file) => file.touched).map((file) => file.path);
  if (touched.length === 0) return false;
  const others = plan.files.filter((file) => !file.touched && file.action !== 'unchanged').map((file) => file.path);
  const keep = 'Leave These';
  const also = 'Restore These Too';
  const detail = [
    `Changed since by you or by something else:\n${listPaths(touched)}`,
    ...(others.length === 0 ? [] : [`Will be restored in any case:\n${listPaths(others)}`]),
    'An undo can itself be undone.',
  ].join('\n\n');
  const question = `Undo “${plan.checkpoint.title}”: restore files that were changed since?`;
  const answer = await vscode.window.showWarningMessage(question, { modal: true, detail }, keep, also);
  return answer === undefined ? undefined : answer === also;
}

function listPaths(paths: readonly string[]): string {
  const shown = paths.slice(0, 20).map((path) => `• ${path}`);
  if (paths.length > shown.length) shown.push(`… and ${paths.length - shown.length} more`);
  return shown.join('\n');
}

/** What the user is told afterwards, beside how many files were restored. */
export function describeUndo(undone: Undone): string {
  const parts = [`“${undone.title}” was undone.`];
  if (undone.left.length > 0) parts.push(`Left as they are: ${undone.left.join(', ')}.`);
  if (undone.changedByCommands.length > 0) {
    parts.push(`Written by commands and left alone: ${undone.changedByCommands.join(', ')}.`);
  }
  return parts.join(' ');
}

export function countFiles(count: number): string {
  return count === 1 ? '1 file' : `${count} files`;
}
