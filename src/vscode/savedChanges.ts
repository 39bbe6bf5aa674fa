/** What was saved since the last reviewed state, file by file. */
import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { makeChange, type ChangeToReview } from '../core/review/changes.js';
import { decodeText } from '../core/review/workspaceTexts.js';

export interface SavedChanges extends vscode.Disposable {
  /** Changes of the files that were saved and not yet reviewed; formatting and the like is left out. */
  collect(): ChangeToReview[];
  /** These texts have been reviewed: the next change is told against them. */
  markReviewed(changes: readonly ChangeToReview[]): void;
  hasAny(): boolean;
}

export interface SavedChangesParts {
  isOn: () => boolean;
  /** Workspace path of a file. */
  toRelative: (file: string) => string | undefined;
  onSaved: () => void;
}

const mostBytes = 2 << 20;

export function createSavedChanges({ isOn, toRelative, onSaved }: SavedChangesParts): SavedChanges {
  /** The last reviewed text, or what stood on disk before the first save. */
  const baselines = new Map<string, string>();
  const saved = new Map<string, string>();
  const collect = (): ChangeToReview[] => {
    const changes: ChangeToReview[] = [];
    for (const [path, text] of saved) {
      const made = makeChange(path, baselines.get(path), text);
      if (made.kind === 'review') changes.push(made.change);
    }
    return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
  };
  const keepBaseline = async (path: string, file: string): Promise<void> => {
    const bytes = await readFile(file).catch(() => undefined);
    const text = bytes === undefined || bytes.length > mostBytes ? undefined : decodeText(path, bytes);
    if (text !== undefined && !baselines.has(path)) baselines.set(path, text);
  };
  const listening = [
    vscode.workspace.onWillSaveTextDocument((event) => {
      const path = isOn() ? pathOf(event.document, toRelative) : undefined;
      // The save waits for this read, so that the old text is still there.
      if (path !== undefined && !baselines.has(path)) event.waitUntil(keepBaseline(path, event.document.uri.fsPath));
    }),
    vscode.workspace.onDidSaveTextDocument((document) => {
      const path = isOn() ? pathOf(document, toRelative) : undefined;
      if (path === undefined || document.getText().length > mostBytes) return;
      saved.set(path, document.getText());
      onSaved();
    }),
  ];
  return {
    collect,
    markReviewed(changes) {
      for (const { path } of changes) {
        const text = saved.get(path);
        if (text !== undefined) baselines.set(path, text);
        saved.delete(path);
      }
    },
    hasAny: () => saved.size > 0,
    dispose: () => listening.forEach((one) => void one.dispose()),
  };
}

function pathOf(document: vscode.TextDocument, toRelative: (file: string) => string | undefined): string | undefined {
  return document.uri.scheme === 'file' ? toRelative(document.uri.fsPath) : undefined;
}
