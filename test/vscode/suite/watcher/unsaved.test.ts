import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Simulator } from '../../../support/simulator/simulator.js';
import type { TestApi } from '../../../../src/vscode/testApi.js';
import { call, connectService, disconnectService } from '../service.js';
import { activateBaleen, closeEditors, folderPath, listEvents, readText, takeTurn, waitFor } from '../support.js';

const path = 'src/greet.mjs';
const line = '// typed and not saved\n';

describe('unsaved text that the agent edits', () => {
  let api: TestApi;
  let service: Simulator;
  let old: string;
  let document: vscode.TextDocument;
  let checkpoint: string;

  before(async () => {
    api = await activateBaleen();
    service = await connectService(api, []);
    old = await readText(path);
  });

  after(() => disconnectService(api, service));

  beforeEach(async () => {
    document = await vscode.workspace.openTextDocument(join(folderPath(), path));
    await waitFor('the text as it was', () => document.getText() === old && !document.isDirty);
    const editor = await vscode.window.showTextDocument(document);
    await editor.edit((edit) => edit.insert(new vscode.Position(document.lineCount, 0), line));
    const hunks = [{ old_text: 'Hello', new_text: 'Welcome' }];
    service.push({ calls: [call('u1', 'edit_file', { path, hunks })] }, { text: 'Done.' });
    const end = await takeTurn(api, 'Change the greeting.');
    assert.equal(document.getText(), edited());
    assert.equal(await readText(path), old);
    checkpoint = end.checkpoint!;
  });

  afterEach(async () => {
    await closeEditors();
    await vscode.workspace.fs.writeFile(vscode.Uri.file(join(folderPath(), path)), Buffer.from(old));
  });

  const typed = (): string => `${old}${line}`;
  const edited = (): string => typed().replace('Hello', 'Welcome');
  const undo = (id = checkpoint): Promise<void> => api.receive({ type: 'undo_turn', checkpoint: id });

  it('EDT-03: is brought back in the editor, where it stays unsaved', async () => {
    await undo();
    assert.equal(document.getText(), typed());
    assert.equal(document.isDirty, true);
    assert.equal(await readText(path), old);
    assert.match(listEvents(api, 'restored').at(-1)?.reason ?? '', /In the editor, not saved: src\/greet\.mjs/);
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), edited());
  });

  it('is brought back on disk where it was saved since, without what the agent changed', async () => {
    assert.equal(await document.save(), true);
    assert.equal(await readText(path), edited());
    await undo();
    assert.equal(await readText(path), typed());
    await waitFor('the text before the turn in the editor', () => document.getText() === typed());
    assert.equal(document.isDirty, false);
  });

  it('leaves the disk alone where it was closed without saving, and still has what was typed', async () => {
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await waitFor('the document to be closed', () => !document.isDirty);
    await undo();
    assert.equal(await readText(path), old);
    assert.deepEqual(listEvents(api, 'restored').at(-1)?.paths, []);
    const { parts } = await api.engine.open();
    const { lost } = await parts.journal.restore(await parts.journal.plan(checkpoint), []);
    assert.deepEqual(lost, [{ path, text: typed() }]);
  });
});
