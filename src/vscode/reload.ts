/** What becomes of an open document without unsaved changes whose file is written: VS Code takes its text anew. */
import * as vscode from 'vscode';
import { toLineFeeds } from '../core/edits/lines.js';
import type { ReloadWatch } from '../core/host.js';
import { keepCursors } from './cursors.js';

/** VS Code reloads such a document within some 100 ms, where it watches the folder at all. */
const reloadPatienceMs = 1_500;

export function watchReload(path: string, text: string): ReloadWatch {
  const document = findOpen(path);
  if (document === undefined || document.isClosed) {
    return { isTypedOver: async () => false, dispose: () => undefined };
  }
  let told: (isTypedOver: boolean | Promise<boolean>) => void = () => undefined;
  const first = new Promise<boolean>((resolve) => (told = resolve));
  const wanted = toLineFeeds(text);
  let before = document.getText();
  const note = (changed: vscode.TextDocumentChangeEvent): void => {
    if (changed.document !== document) return;
    const old = before;
    before = document.getText();
    if (toLineFeeds(before) === wanted) told(keepCursors(old, changed).then(() => false));
    else if (document.isDirty) told(true);
  };
  const listening = [
    vscode.workspace.onDidChangeTextDocument(note),
    vscode.workspace.onDidCloseTextDocument((closed) => void (closed === document && told(false))),
  ];
  return {
    async isTypedOver(signal) {
      if (toLineFeeds(document.getText()) === wanted) told(false);
      else if (document.isDirty) told(true);
      const onAbort = (): void => told(document.isDirty);
      signal.addEventListener('abort', onAbort, { once: true });
      const timer = setTimeout(onAbort, reloadPatienceMs);
      try {
        return await first;
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
      }
    },
    dispose() {
      vscode.Disposable.from(...listening).dispose();
    },
  };
}

/** Cursors in what the editor shows stay where they stand in the text while `write` changes files. */
export function keepingCursors<T>(write: () => Promise<T>): Promise<T> {
  const saved = vscode.window.visibleTextEditors.filter(({ document }) => !document.isDirty);
  const texts = new Map(saved.map(({ document }) => [document, document.getText()]));
  const listening = vscode.workspace.onDidChangeTextDocument((event) => {
    const before = texts.get(event.document);
    if (before === undefined || event.contentChanges.length === 0) return;
    texts.delete(event.document);
    if (!event.document.isDirty) void keepCursors(before, event);
  });
  return write().finally(() => setTimeout(() => void listening.dispose(), reloadPatienceMs));
}

function findOpen(path: string): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'file' && uri.fsPath === path);
}
