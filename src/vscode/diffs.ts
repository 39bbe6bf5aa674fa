/** What a file was before a turn, for VS Code's own diff editors. */
import * as vscode from 'vscode';
import type { Journal } from '../core/edits/checkpoint.js';
import { absoluteOf, type Roots } from '../core/repository/roots.js';
import type { Engine } from './engine.js';

const beforeScheme = 'baleen-before';

export function registerBeforeTexts(engine: Engine): vscode.Disposable {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  /** Shown before there was a pre-image. That is written before the file changes, so the change says when to read it. */
  const early = new Map<string, vscode.Uri>();
  const listening = vscode.workspace.onDidChangeTextDocument(({ document }) => {
    const uri = early.get(document.uri.toString());
    if (uri !== undefined) changed.fire(uri);
  });
  const registered = vscode.workspace.registerTextDocumentContentProvider(beforeScheme, {
    onDidChange: changed.event,
    async provideTextDocumentContent(uri) {
      const { parts } = await engine.open();
      const [checkpoint = '', ...path] = uri.query.split('/');
      const now = uri.with({ scheme: 'file', query: '' });
      const before = await readBefore(parts.journal, checkpoint, path.join('/'), now);
      if (before !== undefined) {
        early.delete(now.toString());
        return before;
      }
      early.set(now.toString(), uri);
      return readNow(now);
    },
  });
  return vscode.Disposable.from(listening, registered, changed);
}

/**
 * Decoded as the editor decodes the file itself, or the diff would show the difference of two readings; `undefined`
 * as long as nothing of it was changed.
 */
async function readBefore(
  journal: Journal,
  checkpoint: string,
  path: string,
  now: vscode.Uri,
): Promise<string | undefined> {
  const bytes = await journal.readBefore(checkpoint, path);
  if (bytes === undefined) return undefined;
  if (bytes === 'missing') return '';
  try {
    return await vscode.workspace.decode(bytes, { uri: now });
  } catch {
    return '(not text)';
  }
}

async function readNow(now: vscode.Uri): Promise<string> {
  try {
    return (await vscode.workspace.openTextDocument(now)).getText();
  } catch {
    return '';
  }
}

/** The file before its turn on the left, the file itself on the right, where it can be edited. */
export async function openEditDiff(roots: Roots, checkpoint: string, path: string): Promise<void> {
  const now = vscode.Uri.file(absoluteOf(roots, path));
  await vscode.commands.executeCommand('vscode.diff', beforeUri(now, checkpoint, path), now, `${path} (before ↔ now)`);
}

/** Every file of a checkpoint in one editor. */
export async function openAllDiffs(
  roots: Roots,
  checkpoint: string,
  paths: readonly string[],
  title: string,
): Promise<void> {
  const resources = await Promise.all(
    paths.map(async (path) => {
      const now = vscode.Uri.file(absoluteOf(roots, path));
      return [now, beforeUri(now, checkpoint, path), (await exists(now)) ? now : undefined];
    }),
  );
  await vscode.commands.executeCommand('vscode.changes', title, resources);
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}

/** With the same path as the file's own: two would be shown as a renaming. */
function beforeUri(now: vscode.Uri, checkpoint: string, path: string): vscode.Uri {
  return now.with({ scheme: beforeScheme, query: `${checkpoint}/${path}` });
}
