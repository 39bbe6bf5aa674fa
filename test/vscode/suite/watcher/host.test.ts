import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';

describe('the watching host', () => {
  it('reports a file that another process writes', async () => {
    const folder = vscode.workspace.workspaceFolders?.[0];
    assert.ok(folder);
    assert.equal(vscode.workspace.isTrusted, true);
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, '**/*.txt'));
    try {
      const seen = new Promise<string>((resolve) => watcher.onDidCreate((uri) => resolve(uri.fsPath)));
      const path = join(folder.uri.fsPath, 'outside.txt');
      // The watcher starts on its own time: writing again until it is seen is what makes this independent of that.
      const again = setInterval(() => void writeFile(join(folder.uri.fsPath, `${Date.now()}.txt`), 'x'), 500);
      try {
        await writeFile(path, 'written by the test');
        assert.match(await seen, /\.txt$/);
      } finally {
        clearInterval(again);
      }
    } finally {
      watcher.dispose();
    }
  });
});
