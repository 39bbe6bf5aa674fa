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
  const reviewed = new Map<string, string>();
  /** What stood on disk before the first save that is not reviewed; `undefined` where no text stood. */
  const old = new Map<string, string | undefined>();
  const reading = new Map<string, Promise<void>>();
  const saving = new Set<string>();
  const saved = new Map<string, string>();
  const collect = (): ChangeToReview[] => {
    const changes: ChangeToReview[] = [];
    for (const [path, text] of saved) {
      const made = makeChange(path, reviewed.get(path) ?? old.get(path), text);
      if (made.kind === 'review') changes.push(made.change);
    }
    return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
  };
  const keepOld = (path: string, file: string): Promise<void> => {
    const begun = reviewed.has(path) || old.has(path) ? Promise.resolve() : reading.get(path);
    if (begun !== undefined) return begun;
    const read = readText(path, file).then((text) => {
      if (reading.get(path) !== read) return;
      reading.delete(path);
      old.set(path, text);
    });
    reading.set(path, read);
    return read;
  };
  /** What was typed is not there any more: what another program writes from now on is none of the user's changes. */
  const forgetUnsaved = (path: string): void => {
    if (saving.has(path) || saved.has(path)) return;
    reading.delete(path);
    old.delete(path);
  };
  const pathIfOn = (document: vscode.TextDocument): string | undefined =>
    isOn() && document.uri.scheme === 'file' ? toRelative(document.uri.fsPath) : undefined;
  const listening = [
    // A save waits for its listeners only a moment, and a busy window may be late: the old text is read while the user
    // still types.
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      const path = pathIfOn(document);
      if (path === undefined) return;
      if (document.isDirty) void keepOld(path, document.uri.fsPath);
      else forgetUnsaved(path);
    }),
    vscode.workspace.onDidCloseTextDocument((document) => {
      const path = pathIfOn(document);
      if (path !== undefined) forgetUnsaved(path);
    }),
    vscode.workspace.onWillSaveTextDocument((event) => {
      const path = pathIfOn(event.document);
      if (path === undefined) return;
      saving.add(path);
      event.waitUntil(keepOld(path, event.document.uri.fsPath));
    }),
    vscode.workspace.onDidSaveTextDocument((document) => {
      const path = pathIfOn(document);
      if (path === undefined) return;
      saving.delete(path);
      if (document.getText().length > mostBytes) return;
      saved.set(path, document.getText());
      onSaved();
    }),
  ];
  return {
    collect,
    markReviewed(changes) {
      for (const { path } of changes) {
        const text = saved.get(path);
        if (text !== undefined) reviewed.set(path, text);
        saved.delete(path);
        old.delete(path);
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
