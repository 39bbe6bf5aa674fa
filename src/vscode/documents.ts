/** Editor buffers with unsaved changes, for tools that must edit what the user sees and not only the disk. */
import * as vscode from 'vscode';
import type { OpenDocuments } from '../core/host.js';
import { pathIn, type Roots } from '../core/repository/roots.js';
import { findChangedSpan } from './changedSpan.js';
import { windowRoots } from './windowFolders.js';

export function createOpenDocuments(): OpenDocuments {
  return {
    unsaved(path) {
      const document = findUnsaved(path);
      return document === undefined ? undefined : { text: document.getText(), version: document.version };
    },
    listUnsaved: (roots) =>
      vscode.workspace.textDocuments.flatMap((document) => {
        const path = isUnsavedFile(document) ? pathOf(roots, document.uri.fsPath) : undefined;
        return path === undefined ? [] : [{ path, text: document.getText() }];
      }),
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
  return vscode.workspace.textDocuments.find((document) => isUnsavedFile(document) && document.uri.fsPath === path);
}

function isUnsavedFile(document: vscode.TextDocument): boolean {
  return document.isDirty && document.uri.scheme === 'file';
}

/** `roots` are resolved; the editor may have opened a folder by a link. */
function pathOf(roots: Roots, file: string): string | undefined {
  const opened = windowRoots();
  return pathIn(roots, file) ?? (opened === undefined ? undefined : pathIn(opened, file));
}
