/**
 * The cursors of a document that VS Code takes anew from the disk. It puts in all lines from the first that differs to the
 * last as one replacement and moves each cursor among them to its end, where the next key would go.
 */
import * as vscode from 'vscode';
import { findChangedSpans, followSpans, type ChangedSpan } from './changedSpan.js';
import { followStrayKeys } from './strayKeys.js';

/**
 * Brings the cursors back to the text where they stood, and with them what was typed before they were back. Has to be
 * called while the event is told: until then the editor's selections are those of `before`.
 */
export async function keepCursors(
  before: string,
  { document, contentChanges }: vscode.TextDocumentChangeEvent,
): Promise<void> {
  const change = contentChanges[0];
  if (change === undefined || contentChanges.length > 1) return;
  const movedTo = document.positionAt(change.rangeOffset + change.text.length);
  let spans: ChangedSpan[] | undefined;
  const followed: Promise<void>[] = [];
  for (const editor of vscode.window.visibleTextEditors) {
    if (editor.document !== document || !editor.selections.some((one) => isWithin(change.range, one))) continue;
    spans ??= findChangedSpans(before, document.getText());
    const toNew = (old: vscode.Position): vscode.Position =>
      document.positionAt(followSpans(spans!, offsetAt(before, old)));
    const wanted = editor.selections.map(({ anchor, active }) => new vscode.Selection(toNew(anchor), toNew(active)));
    if (wanted.every(({ anchor, active }) => anchor.isEqual(movedTo) && active.isEqual(movedTo))) continue;
    followed.push(followStrayKeys(editor, wanted, movedTo));
    editor.selections = wanted;
  }
  await Promise.all(followed);
}

function isWithin({ start, end }: vscode.Range, { anchor, active }: vscode.Selection): boolean {
  return [anchor, active].some((one) => one.isAfterOrEqual(start) && one.isBefore(end));
}

function offsetAt(text: string, { line, character }: vscode.Position): number {
  let start = 0;
  for (let at = 0; at < line; at++) start = text.indexOf('\n', start) + 1;
  return start + character;
}
