/** Keys that are pressed while a cursor is on its way back to where it stood. */
import * as vscode from 'vscode';

/** An editor that is hidden meanwhile does not answer. */
const patienceMs = 1_000;
/** As often as a key may be pressed between reading the text and its change. */
const mostTries = 40;

/**
 * Moves what is typed at `typedAt` to the first of `wanted`, which the caller gives to the editor at once: what is typed
 * after the editor has it goes there anyway.
 */
export async function followStrayKeys(
  editor: vscode.TextEditor,
  wanted: readonly vscode.Selection[],
  typedAt: vscode.Position,
): Promise<void> {
  const { document } = editor;
  let target = document.offsetAt(wanted[0]!.active);
  let start = document.offsetAt(typedAt);
  let end = start;
  let isBack = false;
  const note = ({ rangeOffset, rangeLength, text }: vscode.TextDocumentContentChangeEvent): void => {
    const grown = text.length - rangeLength;
    if (!isBack && rangeOffset >= start && rangeOffset + rangeLength <= end) {
      end += grown;
      return;
    }
    if (rangeOffset < target) target += grown;
    if (rangeOffset < start) {
      start += grown;
      end += grown;
    }
  };
  const typing = vscode.workspace.onDidChangeTextDocument((event) => {
    if (event.document === document) event.contentChanges.forEach(note);
  });
  try {
    await untilShown(editor, wanted);
    isBack = true;
    for (let tries = 0; tries < mostTries && end > start; tries++) {
      const strays = new vscode.Range(document.positionAt(start), document.positionAt(end));
      const edit = new vscode.WorkspaceEdit();
      edit.insert(document.uri, document.positionAt(target), document.getText(strays));
      edit.delete(document.uri, strays);
      if (await vscode.workspace.applyEdit(edit)) return;
    }
  } finally {
    typing.dispose();
  }
}

/** Until the editor says itself that these are its selections. */
function untilShown(editor: vscode.TextEditor, wanted: readonly vscode.Selection[]): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(end, patienceMs);
    const listening = vscode.window.onDidChangeTextEditorSelection(({ textEditor, selections }) => {
      if (textEditor === editor && areSame(selections, wanted)) end();
    });
    function end(): void {
      clearTimeout(timer);
      listening.dispose();
      resolve();
    }
  });
}

function areSame(some: readonly vscode.Selection[], others: readonly vscode.Selection[]): boolean {
  return some.length === others.length && some.every((one, index) => one.isEqual(others[index]!));
}
