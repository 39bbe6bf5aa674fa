/** What a file was before a turn, for VS Code's own diff editors. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Journal } from '../core/edits/checkpoint.js';
import type { Engine } from './engine.js';

const beforeScheme = 'baleen-before';

export function registerBeforeTexts(engine: Engine): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(beforeScheme, {
    async provideTextDocumentContent(uri) {
      const { parts } = await engine.open();
      const [checkpoint = '', ...path] = uri.query.split('/');
      return readBefore(parts.journal, checkpoint, path.join('/'), uri.with({ scheme: 'file', query: '' }));
    },
  });
}

/** Decoded as the editor decodes the file itself, or the diff would show the difference of two readings. */
async function readBefore(journal: Journal, checkpoint: string, path: string, now: vscode.Uri): Promise<string> {
  const bytes = await journal.readBefore(checkpoint, path);
  if (bytes === undefined || bytes === 'missing') return '';
  try {
    return await vscode.workspace.decode(bytes, { uri: now });
  } catch {
    return '(not text)';
  }
}

/** The file before its turn on the left, the file itself on the right, where it can be edited. */
export async function openEditDiff(root: string, checkpoint: string, path: string): Promise<void> {
  const now = vscode.Uri.file(join(root, path));
  await vscode.commands.executeCommand('vscode.diff', beforeUri(now, checkpoint, path), now, `${path} (before ↔ now)`);
}

/** Every file of a checkpoint in one editor. */
export async function openAllDiffs(
  root: string,
  checkpoint: string,
  paths: readonly string[],
  title: string,
): Promise<void> {
  const resources = paths.map((path) => {
    const now = vscode.Uri.file(join(root, path));
    return [now, beforeUri(now, checkpoint, path), now];
  });
  await vscode.commands.executeCommand('vscode.changes', title, resources);
}

/** With the same path as the file's own: two would be shown as a renaming. */
function beforeUri(now: vscode.Uri, checkpoint: string, path: string): vscode.Uri {
  return now.with({ scheme: beforeScheme, query: `${checkpoint}/${path}` });
}
