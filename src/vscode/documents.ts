/** Editor buffers with unsaved changes, for tools that must edit what the user sees and not only the disk. */
import { isAbsolute, relative, sep } from 'node:path';
import * as vscode from 'vscode';
import type { OpenDocuments } from '../core/host.js';
import { findChangedSpan } from './changedSpan.js';
import { workspaceFolder } from './gate.js';

export function createOpenDocuments(): OpenDocuments {
  return {
    unsaved(path) {
      const document = findUnsaved(path);
      return document === undefined ? undefined : { text: document.getText(), version: document.version };
    },
    listUnsaved: (folder) =>
      vscode.workspace.textDocuments.flatMap((document) => {
        const path = isUnsavedFile(document) ? pathBelow(folder, document.uri.fsPath) : undefined;
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

/** `folder` is resolved; the editor may have opened it by a link. */
function pathBelow(folder: string, file: string): string | undefined {
  for (const base of [folder, workspaceFolder()?.uri.fsPath]) {
    const path = base === undefined ? '..' : relative(base, file);
    if (path !== '' && !path.startsWith('..') && !isAbsolute(path)) return path.split(sep).join('/');
  }
  return undefined;
}
