/** Unsaved text that no editor has any more comes back as a new document: nothing that stands is overwritten by it. */
import * as vscode from 'vscode';
import type { LostText } from '../core/edits/checkpoint.js';

export async function showLost(lost: readonly LostText[]): Promise<void> {
  for (const { text } of lost) {
    const document = await vscode.workspace.openTextDocument({ content: text });
    await vscode.window.showTextDocument(document, { preview: false });
  }
}

/** After an undo that had nothing to bring back there. */
export function offerLost(lost: readonly LostText[]): void {
  if (lost.length === 0) return;
  const paths = lost.map(({ path }) => path).join(', ');
  const text = `Baleen: ${paths} was closed without saving, so there was nothing to undo there. What you had typed before that turn is kept.`;
  void vscode.window.showInformationMessage(text, 'Open It').then(async (answer) => {
    if (answer === 'Open It') await showLost(lost);
  });
}
