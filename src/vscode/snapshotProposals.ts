/** Asks, once in a while and beside the chat, whether a new snapshot is worth its price. */
import * as vscode from 'vscode';
import { describeProposal } from '../core/session/renewal.js';
import type { AgentEvent } from '../protocol/events.js';

export interface SnapshotProposals {
  note(event: AgentEvent): void;
}

export const newSnapshotLabel = 'Make a New Snapshot';

/** After a “Later” the log must have grown so many times before it is asked again. */
const growthUntilAsked = 2;

export function createSnapshotProposals(): SnapshotProposals {
  let askedAtTokens = 0;
  return {
    note(event) {
      if (event.type === 'pack_ready' && event.changes === 0) askedAtTokens = 0;
      if (event.type !== 'resnapshot_proposed' || event.logTokens < askedAtTokens * growthUntilAsked) return;
      askedAtTokens = event.logTokens;
      void vscode.window
        .showInformationMessage(`Baleen: ${describeProposal(event)}`, newSnapshotLabel, 'Later')
        .then(async (answer) => {
          if (answer === newSnapshotLabel) await vscode.commands.executeCommand('baleen.newSnapshot');
        });
    },
  };
}
