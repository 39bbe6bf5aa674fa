import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { call, connectService, disconnectService } from '../service.js';
import { activateBaleen, closeEditors, folderPath, takeTurn, waitFor } from '../support.js';

describe('with VS Code watching files', () => {
  it('a document without unsaved changes shows what the agent wrote on disk, and its undo', async () => {
    const api = await activateBaleen();
    const service = await connectService(api, []);
    try {
      const document = await vscode.workspace.openTextDocument(join(folderPath(), 'src/greet.mjs'));
      await vscode.window.showTextDocument(document);
      const before = document.getText();
      const hunks = [{ old_text: 'Hello', new_text: 'Welcome' }];
      service.push({ calls: [call('c1', 'edit_file', { path: 'src/greet.mjs', hunks })] }, { text: 'Done.' });
      const end = await takeTurn(api, 'Change the greeting.');
      await waitFor('the new text in the editor', () => document.getText() === before.replace('Hello', 'Welcome'));
      assert.equal(document.isDirty, false);
      await api.receive({ type: 'undo_turn', checkpoint: end.checkpoint! });
      await waitFor('the old text in the editor', () => document.getText() === before);
      assert.equal(document.isDirty, false);
    } finally {
      await disconnectService(api, service);
      await closeEditors();
    }
  });
});
