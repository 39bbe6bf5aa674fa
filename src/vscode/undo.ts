/** Brings back what a turn changed. Asks, file by file, where not only the agent has changed a file since. */
import * as vscode from 'vscode';
import { BaleenError } from '../core/errors.js';
import {
  chooseFiles,
  type CheckpointInfo,
  type Journal,
  type PlannedFile,
  type RestoreChoice,
  type RestorePlan,
} from '../core/edits/checkpoint.js';
import { plural } from '../core/wording.js';
import type { Chat } from './chat.js';
import type { Engine } from './engine.js';
import { offerLost } from './lostText.js';
import { keepingCursors } from './reload.js';
import { watched } from './watched.js';

interface Undone {
  /** The restore's own checkpoint: undoing that brings the turn's changes back. */
  checkpoint: string;
  /** The one that was undone, and the one that this brought back if it was a restore itself. */
  undone: string;
  redone?: string;
  title: string;
  paths: string[];
  /** Not restored: changed by the user since and not chosen, or impossible. */
  left: string[];
  /** Brought back in the editor, where they are still unsaved. */
  unsaved: string[];
  /** Written by commands: named, and left alone. */
  changedByCommands: string[];
}

/** Undoes a checkpoint, or the last turn, and tells of it in the chat. Throws a sentence while a turn runs. */
export async function undoTurn(engine: Engine, chat: Chat, id?: string): Promise<void> {
  if (chat.isRunning()) throw new BaleenError('A turn is running. Stop it first, then undo it.', 'bad_usage');
  const { parts } = await engine.open();
  const undone = await undoCheckpoint(parts.journal, id);
  if (undone === undefined) return;
  const { paths, left, redone } = undone;
  const reason = describeUndo(undone);
  const whole = left.length > 0 ? {} : { undone: undone.undone, ...(redone === undefined ? {} : { redone }) };
  chat.tell({ type: 'restored', paths, reason, ...whole });
  const text = `Baleen: ${plural(paths.length, 'file')} restored: ${reason}`;
  void vscode.window.showInformationMessage(text, 'Redo').then((answer) => {
    if (answer === 'Redo') void vscode.commands.executeCommand('baleen.undoTurn', undone.checkpoint);
  });
}

/** Restores a checkpoint, or the newest that stands. `undefined` if the user gave up or there is nothing to undo. */
async function undoCheckpoint(journal: Journal, id?: string): Promise<Undone | undefined> {
  const chosen = id ?? findLast(await journal.list())?.id;
  if (chosen === undefined) {
    void vscode.window.showInformationMessage('Baleen: there is nothing to undo.');
    return undefined;
  }
  const plan = await journal.plan(chosen);
  const choices = await askAboutFiles(plan);
  if (choices === undefined) return undefined;
  const undoing = `Baleen: undoing “${plan.checkpoint.title}”`;
  const { checkpoint, paths, lost } = await watched(undoing, choices.length, (watching) =>
    keepingCursors(() => journal.restore(plan, choices, watching)),
  );
  offerLost(lost);
  const left = plan.files
    .filter(({ path, action }) => action !== 'unchanged' && !paths.includes(path))
    .map(({ path }) => path);
  const unsaved = plan.files.filter(({ path, inEditor }) => inEditor === true && paths.includes(path));
  const { title, restores } = plan.checkpoint;
  const redone = restores === undefined ? {} : { redone: restores };
  const told = { left, unsaved: unsaved.map(({ path }) => path), changedByCommands: plan.changedByCommands };
  return { checkpoint, undone: chosen, ...redone, title, paths, ...told };
}

function findLast(checkpoints: readonly CheckpointInfo[]): CheckpointInfo | undefined {
  return checkpoints.find((one) => !one.restored && one.restores === undefined && one.paths.length > 0);
}

type FileItem = vscode.QuickPickItem & { choice: RestoreChoice };

async function askAboutFiles(plan: RestorePlan): Promise<RestoreChoice[] | undefined> {
  const open = plan.files.filter(({ action }) => action !== 'unchanged');
  if (!open.some(({ touched, byCommand, trouble }) => touched || byCommand || trouble !== undefined)) {
    return chooseFiles(plan);
  }
  const stuck = open.filter(({ trouble }) => trouble !== undefined).map(({ path, trouble }) => `${path}: ${trouble}`);
  const items = open.filter(({ trouble }) => trouble === undefined).flatMap(itemsOf);
  const picked = await vscode.window.showQuickPick(items, {
    canPickMany: true,
    ignoreFocusOut: true,
    title: `Undo “${plan.checkpoint.title}”: which files? What is not picked stays as it is.`,
    placeHolder: stuck.length === 0 ? 'An undo can itself be undone.' : `Cannot be brought back: ${stuck.join(' ')}`,
  });
  if (picked === undefined) return undefined;
  const byPath = new Map<string, RestoreChoice>();
  // Of two picks for one file, the one that takes less of the user's.
  for (const { choice } of picked) if (byPath.get(choice.path)?.how !== 'take out') byPath.set(choice.path, choice);
  return [...byPath.values()];
}

/** Picked from the start is only what nobody but the agent has changed. */
function itemsOf({ path, action, touched, byCommand, canTakeOut, inEditor }: PlannedFile): FileItem[] {
  const where = inEditor === true ? ' in the editor' : '';
  const what = action === 'delete' ? 'delete' : `bring back${where}`;
  const remark = touched ? 'changed since by you or by something else' : byCommand ? 'changed while a command ran' : '';
  const whole: FileItem = {
    label: path,
    description: [what, remark].filter((text) => text !== '').join(' — '),
    picked: !touched && !byCommand,
    choice: { path, how: 'bring back' },
  };
  if (!canTakeOut) return [whole];
  const description = 'take out only what the agent changed — your own changes stay';
  return [whole, { label: path, description, choice: { path, how: 'take out' } }];
}

/** What the user is told afterwards, beside how many files were restored. */
function describeUndo(undone: Undone): string {
  const parts = [`“${undone.title}” was undone.`];
  if (undone.unsaved.length > 0) parts.push(`In the editor, not saved: ${undone.unsaved.join(', ')}.`);
  if (undone.left.length > 0) parts.push(`Left as they are: ${undone.left.join(', ')}.`);
  if (undone.changedByCommands.length > 0) {
    parts.push(`Changed while commands ran, and left alone: ${undone.changedByCommands.join(', ')}.`);
  }
  return parts.join(' ');
}
