import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { TestApi } from '../../../../src/vscode/testApi.js';
import { activateBaleen, closeEditors, folderPath, listEvents, takeTurn } from '../support.js';

const names = ['src/greet.mjs', 'src/main.mjs'] as const;
const onDisk = (name: string): Promise<string> => readFile(join(folderPath(), name), 'utf8');

describe('undo after the user’s own edits', () => {
  let api: TestApi;
  let old: string[];
  let checkpoint: string;

  before(async () => {
    api = await activateBaleen();
    await vscode.commands.executeCommand('baleen.rehearse');
  });

  beforeEach(async () => {
    old = await Promise.all(names.map(onDisk));
    const end = await takeTurn(api, 'rename greet to welcome everywhere');
    assert.ok(end.checkpoint);
    checkpoint = end.checkpoint;
  });

  afterEach(async () => {
    for (const [index, name] of names.entries()) await writeFile(join(folderPath(), name), old[index]!);
    await closeEditors();
  });

  after(async () => {
    await vscode.commands.executeCommand('baleen.endRehearsal');
  });

  /** Asks for the undo, shows that it waits with everything as it is, and answers. */
  async function undo(answer: string): Promise<void> {
    const waiting = await Promise.all(names.map(onDisk));
    let isOver = false;
    const asked = api.receive({ type: 'undo_turn', checkpoint }).finally(() => (isOver = true));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    assert.equal(isOver, false, 'it did not ask');
    assert.deepEqual(await Promise.all(names.map(onDisk)), waiting);
    while (!isOver) {
      await vscode.commands.executeCommand(answer);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await asked;
  }

  it('asks, with the user’s file not picked, and brings back the others', async () => {
    const users = `${await onDisk(names[0])}// the user’s own line\n`;
    await writeFile(join(folderPath(), names[0]), users);
    await undo('workbench.action.acceptSelectedQuickOpenItem');
    assert.deepEqual(await Promise.all(names.map(onDisk)), [users, old[1]]);
    assert.deepEqual(listEvents(api, 'restored').at(-1)?.paths, [names[1]]);
  });

  it('asks for what is typed and not saved too, and changes nothing where nobody answers', async () => {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(join(folderPath(), names[0])));
    const editor = await vscode.window.showTextDocument(document);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), '// typed\n'));
    assert.equal(document.isDirty, true);
    const after = await Promise.all(names.map(onDisk));
    await undo('workbench.action.closeQuickOpen');
    assert.deepEqual(await Promise.all(names.map(onDisk)), after);
    assert.match(document.getText(), /^\/\/ typed\n/);
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });
});
