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
  /** The last reviewed text, or what stood on disk before the first save; `undefined` where no text stood. */
  const baselines = new Map<string, string | undefined>();
  const reading = new Map<string, Promise<void>>();
  const saved = new Map<string, string>();
  const collect = (): ChangeToReview[] => {
    const changes: ChangeToReview[] = [];
    for (const [path, text] of saved) {
      const made = makeChange(path, baselines.get(path), text);
      if (made.kind === 'review') changes.push(made.change);
    }
    return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
  };
  const keepBaseline = (path: string, file: string): Promise<void> => {
    const begun = baselines.has(path) ? Promise.resolve() : reading.get(path);
    if (begun !== undefined) return begun;
    const read = readText(path, file).then((text) => {
      reading.delete(path);
      baselines.set(path, text);
    });
    reading.set(path, read);
    return read;
  };
  const pathIfOn = (document: vscode.TextDocument): string | undefined =>
    isOn() && document.uri.scheme === 'file' ? toRelative(document.uri.fsPath) : undefined;
  const listening = [
    // A save waits for its listeners only a moment, and a busy window may be late: the old text is read while the user
    // still types.
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      const path = document.isDirty ? pathIfOn(document) : undefined;
      if (path !== undefined) void keepBaseline(path, document.uri.fsPath);
    }),
    vscode.workspace.onWillSaveTextDocument((event) => {
      const path = pathIfOn(event.document);
      if (path !== undefined) event.waitUntil(keepBaseline(path, event.document.uri.fsPath));
    }),
    vscode.workspace.onDidSaveTextDocument((document) => {
      const path = pathIfOn(document);
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

async function readText(path: string, file: string): Promise<string | undefined> {
  const bytes = await readFile(file).catch(() => undefined);
  return bytes === undefined || bytes.length > mostBytes ? undefined : decodeText(path, bytes);
}
