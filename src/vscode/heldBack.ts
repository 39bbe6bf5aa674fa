/** Files that were held back: the user has them put back, or leaves them where they are kept. */
import * as vscode from 'vscode';
import type { HeldBack } from '../core/host.js';
import type { Roots } from '../core/repository/roots.js';
import { describeNotBack, describeUndecided } from '../core/tools/heldBackOffer.js';
import { findUndecided } from '../node/heldBack.js';
import { whyBlocked } from './gate.js';

const putBack = 'Put Back';
export const leaveThem = 'Leave Them';

type Show = (text: string, ...buttons: string[]) => Thenable<string | undefined>;

/** A notice that is only closed decides nothing: the next start asks again. */
export async function askToPutBack(text: string, found: HeldBack, show: Show): Promise<void> {
  const answer = await show(`Baleen: ${text}`, putBack, leaveThem);
  // The notice may have stood there while the trust in the folder was taken back.
  if (whyBlocked() !== undefined) return;
  if (answer === leaveThem) await found.leave();
  if (answer !== putBack) return;
  const trouble = describeNotBack(found, await found.letIn());
  if (trouble !== undefined) void vscode.window.showWarningMessage(`Baleen: ${trouble}`);
}

/** The window before this one may take a moment to end, and asks until then. */
const looksAfterMs = [0, 2_000, 15_000, 60_000];

/** Of the roots of a window that may work, when it opens. */
export async function offerUndecided(roots: Roots, stateFolder: string): Promise<void> {
  const offered = new Set<string>();
  const show: Show = (text, ...buttons) => vscode.window.showInformationMessage(text, ...buttons);
  for (const afterMs of looksAfterMs) {
    if (afterMs > 0) await new Promise<void>((resolve) => setTimeout(resolve, afterMs).unref());
    if (whyBlocked() !== undefined) return;
    for (const { command, found } of await findUndecided(roots, stateFolder)) {
      if (offered.has(found.folder)) continue;
      offered.add(found.folder);
      void askToPutBack(describeUndecided(command, found), found, show);
    }
  }
}
