/** What is open in the editor: buffers, for tools that must edit what the user sees and not only the disk, and tabs. */
import * as vscode from 'vscode';
import type { OpenDocuments } from '../core/host.js';
import { comparePaths } from '../core/repository/paths.js';
import { pathIn, type Roots } from '../core/repository/roots.js';
import { findChangedSpans } from './changedSpan.js';
import { watchReload } from './reload.js';
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
    listOpen: (roots) => {
      const tabs = vscode.window.tabGroups.all.flatMap(({ tabs: all }) => all);
      const files = tabs.flatMap(({ input }) => (input instanceof vscode.TabInputText ? [input.uri] : []));
      const paths = files.flatMap(({ scheme, fsPath }) => (scheme === 'file' ? (pathOf(roots, fsPath) ?? []) : []));
      return [...new Set(paths)].sort(comparePaths);
    },
    async replaceText(path, text, version) {
      const document = findUnsaved(path);
      if (document === undefined || document.version !== version) return false;
      const before = document.getText();
      if (before === text) return true;
      const edit = new vscode.WorkspaceEdit();
      for (const { start, end, replacement } of findChangedSpans(before, text)) {
        const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
        edit.replace(document.uri, range, replacement);
      }
      // VS Code compares the version again where the buffer lives, so that a key pressed meanwhile wins.
      return vscode.workspace.applyEdit(edit);
    },
    isUnsavedNotebook: (path) =>
      vscode.workspace.notebookDocuments.some(({ uri, isDirty }) => {
        return isDirty && uri.scheme === 'file' && uri.fsPath === path;
      }),
    watchReload,
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
