/** Whether anything may happen at all; asked again at each action, never remembered. */
import * as vscode from 'vscode';

/** A sentence that says why nothing runs, is sent or is written here; `undefined` if the folder is trusted. */
export function whyBlocked(): string | undefined {
  const folder = workspaceFolder();
  if (folder === undefined) return 'Open a folder first: Baleen works on the files of a folder.';
  if (folder.uri.scheme !== 'file') {
    return 'This folder is not on a disk that Baleen can reach, so it does nothing here. Open a folder of the file system.';
  }
  if (isUntrusted()) {
    return 'This folder is in Restricted Mode, so Baleen reads, runs, sends and writes nothing. Trust the folder to use it.';
  }
  return undefined;
}

/** There is a folder to work on, and only trust is missing. */
export function isUntrusted(): boolean {
  return workspaceFolder()?.uri.scheme === 'file' && !vscode.workspace.isTrusted;
}

/** The folder that Baleen works on: the first one. */
export function workspaceFolder(): vscode.WorkspaceFolder | undefined {
  return vscode.workspace.workspaceFolders?.[0];
}
