/** What happens when the folders of the window become others. */
import * as vscode from 'vscode';
import type { Chat } from './chat.js';
import type { Engine } from './engine.js';
import { windowRoots } from './windowFolders.js';

export interface FolderWatchParts {
  engine: Engine;
  chat: Chat;
  stopReview: () => Promise<void>;
}

/**
 * Opens the window's folders anew when they have changed. A turn ends first in the ones that it began with, since its
 * paths mean those; one whose folder was taken away is stopped, since nothing outside the window may change.
 */
export function watchFolders({ engine, chat, stopReview }: FolderWatchParts): vscode.Disposable {
  let following = Promise.resolve();
  const follow = async (isTakenAway: boolean): Promise<void> => {
    if (!engine.isOutdated()) return;
    if (chat.isRunning()) {
      const text = isTakenAway
        ? 'A folder was taken out of the window while a turn ran, so the turn was stopped. Open the folder again to undo what it changed.'
        : 'The window has other folders now. The running turn ends in the former ones; then a new session begins.';
      chat.tell({ type: 'notice', level: 'warning', text });
      await (isTakenAway ? chat.stop() : chat.settled());
    }
    await stopReview();
    await engine.dispose();
    await chat.newSession();
    const names = windowRoots()?.map(({ name, folder }) => name || folder) ?? [];
    if (names.length === 0) return;
    chat.tell({ type: 'cache_break', reason: 'the window has other folders' });
    const text = `The folders of this window are now ${names.join(', ')}: a new session, with a new pack. Sessions and undo of the former folders are back when exactly those are open.`;
    chat.tell({ type: 'notice', level: 'info', text });
  };
  return vscode.workspace.onDidChangeWorkspaceFolders(({ removed }) => {
    following = following.then(() => follow(removed.length > 0));
  });
}
