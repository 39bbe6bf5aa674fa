/** Whether anything may happen at all; asked again at each action, never remembered. */
import * as vscode from 'vscode';
import { unreachableFolders, windowRoots } from './windowFolders.js';

/** A sentence that says why nothing runs, is sent or is written here; `undefined` if the folder is trusted. */
export function whyBlocked(): string | undefined {
  if (windowRoots() === undefined) {
    if (unreachableFolders().length === 0) return 'Open a folder first: Baleen works on the files of a folder.';
    return 'This folder is not on a disk that Baleen can reach, so it does nothing here. Open a folder of the file system.';
  }
  if (isUntrusted()) {
    return 'This folder is in Restricted Mode, so Baleen reads, runs, sends and writes nothing. Trust the folder to use it.';
  }
  return undefined;
}

/** There is a folder to work on, and only trust is missing. */
export function isUntrusted(): boolean {
  return windowRoots() !== undefined && !vscode.workspace.isTrusted;
}
