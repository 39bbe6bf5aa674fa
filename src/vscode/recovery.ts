/**
 * After a crash, or a window that was loaded again: what a turn had begun is shown when the window opens again, and
 * finished or undone file by file; and what was held back and nobody decided about.
 */
import * as vscode from 'vscode';
import type { Interrupted, InterruptedFile, Journal, Settlement } from '../core/edits/checkpoint.js';
import { BaleenError, messageOf } from '../core/errors.js';
import type { Log } from '../core/host.js';
import { readSession, transcriptOf } from '../core/session/store.js';
import { openJournal, type OpenedJournal } from '../node/openJournal.js';
import { stateBaseFolder } from '../node/stateFolder.js';
import { whyBlocked } from './gate.js';
import { createOpenDocuments } from './documents.js';
import { leaveThem, offerUndecided } from './heldBack.js';
import { waitsForApproval } from './interrupted.js';
import { showLost } from './lostText.js';
import { watched } from './watched.js';
import { windowRoots } from './windowFolders.js';
import { plural } from '../core/wording.js';

/** Says nothing where nothing was left, or in a folder that is not trusted. */
export async function offerRecovery(log: Log): Promise<void> {
  const folders = windowRoots();
  if (whyBlocked() !== undefined || folders === undefined) return;
  try {
    const opened = await openJournal(
      folders,
      stateBaseFolder(process.env, process.platform),
      log,
      createOpenDocuments(),
    );
    void offerUndecided(opened.roots, opened.stateFolder).catch((error: unknown) => {
      log.warn(`What was held back could not be offered: ${messageOf(error)}`);
    });
    const { finished, interrupted } = await opened.journal.recover();
    for (const title of finished) {
      void vscode.window.showInformationMessage(`Baleen: “${title}” had been interrupted and was finished now.`);
    }
    for (const one of interrupted) {
      // The chat asks its question again and goes on with that turn.
      if (!(await isContinued(opened, one))) await offer(opened.journal, one);
    }
  } catch (error) {
    log.warn(`What an interrupted turn may have left could not be looked for: ${messageOf(error)}`);
  }
}

async function isContinued({ files, stateFolder }: OpenedJournal, { checkpoint }: Interrupted): Promise<boolean> {
  try {
    return waitsForApproval(transcriptOf(await readSession(files, stateFolder, checkpoint.session)));
  } catch {
    return false;
  }
}

const finishOrUndo = 'Finish or Undo…';

async function offer(journal: Journal, one: Interrupted, text = describe(one)): Promise<void> {
  const { checkpoint, files } = one;
  const canBeDone = files.some(({ canFinish, canUndo }) => canFinish || canUndo);
  const answer = await vscode.window.showWarningMessage(text, ...(canBeDone ? [finishOrUndo] : []), leaveThem);
  // The notice may have stood there while the trust in the folder was taken back.
  if (answer === undefined || whyBlocked() !== undefined) return;
  const settlements = answer === leaveThem ? [] : await pick(one);
  if (settlements === undefined) return;
  try {
    const settling = `Baleen: finishing or undoing “${checkpoint.title}”`;
    const { paths, lost, again } = await watched(settling, settlements.length, (watching) =>
      journal.settle(one, settlements, watching),
    );
    await showLost(lost);
    if (answer === leaveThem) return;
    if (paths.length > 0 || again.length === 0) {
      void vscode.window.showInformationMessage(
        `Baleen: ${plural(paths.length, 'file')} of “${checkpoint.title}” finished or brought back.`,
      );
    }
    if (again.length > 0) await offer(journal, { checkpoint, files: again }, describeAgain(checkpoint.title, again));
  } catch (error) {
    void vscode.window.showErrorMessage(`Baleen: ${error instanceof BaleenError ? error.message : messageOf(error)}`);
  }
}

function describe({ checkpoint, files }: Interrupted): string {
  const unfinished = files.filter(({ canFinish }) => canFinish).length;
  const rest = unfinished === 0 ? '' : `, ${unfinished} of them not to the end`;
  return `Baleen: “${checkpoint.title}” was interrupted after it had begun to change ${plural(files.length, 'file')}${rest}. They stand as they were then.`;
}

function describeAgain(title: string, again: readonly InterruptedFile[]): string {
  const paths = again.map(({ path }) => path).join(', ');
  const [was, it] = again.length === 1 ? ['it was', 'it'] : ['they were', 'them'];
  return `Baleen: not touched, because ${was} changed after you were asked: ${paths}. What is to become of ${it}, as “${title}” was interrupted?`;
}

type SettleItem = vscode.QuickPickItem & { settlement: Settlement };

async function pick({ checkpoint, files }: Interrupted): Promise<Settlement[] | undefined> {
  const picked = await vscode.window.showQuickPick(files.flatMap(itemsOf), {
    canPickMany: true,
    ignoreFocusOut: true,
    title: `“${checkpoint.title}” was interrupted: what is to become of its files?`,
    placeHolder: 'What is not picked stays as it is. An undo can itself be undone.',
  });
  if (picked === undefined) return undefined;
  const byPath = new Map<string, Settlement>();
  for (const { settlement } of picked)
    if (byPath.get(settlement.path)?.how !== 'undo') byPath.set(settlement.path, settlement);
  return [...byPath.values()];
}

function itemsOf({ path, stands, canFinish, canUndo }: InterruptedFile): SettleItem[] {
  const remark = {
    changed: 'changed',
    'as before': 'not changed yet',
    'half written': 'half written',
    other: 'neither as before nor as planned',
    lost: 'not saved, and no longer open',
  };
  const item = (how: Settlement['how'], text: string): SettleItem => ({
    label: path,
    description: `${text} — ${remark[stands]}`,
    settlement: { path, how },
  });
  const isLost = stands === 'lost';
  const finish = isLost ? 'open the unsaved text as a new document, with the change' : 'finish the change';
  const undo = isLost
    ? 'open the unsaved text as a new document, as you had typed it'
    : 'undo, back to what it was before the turn';
  return [...(canFinish ? [item('finish', finish)] : []), ...(canUndo ? [item('undo', undo)] : [])];
}
