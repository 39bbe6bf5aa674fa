/** Editor buffers with unsaved changes, for tools that must edit what the user sees and not only the disk. */
import * as vscode from 'vscode';
import type { OpenDocuments } from '../core/host.js';
import { findChangedSpan } from './changedSpan.js';

export function createOpenDocuments(): OpenDocuments {
  return {
    unsaved(path) {
      const document = findUnsaved(path);
      return document === undefined ? undefined : { text: document.getText(), version: document.version };
    },
    async replaceText(path, text, version) {
      const document = findUnsaved(path);
      if (document === undefined || document.version !== version) return false;
      const before = document.getText();
      if (before === text) return true;
      const { start, end, replacement } = findChangedSpan(before, text);
      const edit = new vscode.WorkspaceEdit();
      edit.replace(document.uri, new vscode.Range(document.positionAt(start), document.positionAt(end)), replacement);
      // VS Code compares the version again where the buffer lives, so that a key pressed meanwhile wins.
      return vscode.workspace.applyEdit(edit);
    },
  };
}

function findUnsaved(path: string): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find(
    (document) => document.isDirty && document.uri.scheme === 'file' && document.uri.fsPath === path,
  );
}
