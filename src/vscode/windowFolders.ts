/** The folders of the window. */
import * as vscode from 'vscode';
import { nameRoots } from '../core/repository/rootNames.js';
import { pathIn, type Roots } from '../core/repository/roots.js';

/** Those on a disk, spelled as VS Code spells them; `undefined` if there is none. */
export function windowRoots(): Roots | undefined {
  const [first, ...others] = allFolders()
    .filter(isOnDisk)
    .map(({ name, uri }) => ({ name, folder: uri.fsPath }));
  return first === undefined ? undefined : nameRoots([first, ...others]);
}

/** Of a file; `undefined` for one outside the window's folders. */
export function workspacePathOf(file: string): string | undefined {
  const roots = windowRoots();
  const path = roots === undefined ? undefined : pathIn(roots, file);
  return path === '' ? undefined : path;
}

/** Names of the folders that Baleen cannot reach. */
export function unreachableFolders(): string[] {
  return allFolders()
    .filter((folder) => !isOnDisk(folder))
    .map(({ name }) => name);
}

function allFolders(): readonly vscode.WorkspaceFolder[] {
  return vscode.workspace.workspaceFolders ?? [];
}

function isOnDisk({ uri }: vscode.WorkspaceFolder): boolean {
  return uri.scheme === 'file';
}
