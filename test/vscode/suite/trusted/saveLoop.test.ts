import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Simulator } from '../../../support/simulator/simulator.js';
import type { TestApi } from '../../../../src/vscode/testApi.js';
import { call, connectService, disconnectService } from '../service.js';
import { activateBaleen, closeEditors, folderPath, waitFor } from '../support.js';

/** A language that has no formatter of its own. */
const file = join(folderPath(), 'src/rules.lua');
const inUse = { 'files.autoSave': 'afterDelay', 'editor.formatOnSave': true };
const soon = { 'files.autoSaveDelay': 100 };
/** No window is so busy that a save by hand comes later. */
const late = { 'files.autoSaveDelay': 600_000 };
const asBefore = { 'files.autoSave': 'off', 'files.autoSaveDelay': undefined, 'editor.formatOnSave': undefined };

describe('review on save beside saving by itself and formatting on save', () => {
  let api: TestApi;
  let service: Simulator;
  let document: vscode.TextDocument;
  let saves = 0;
  let formats = 0;
  let listening: vscode.Disposable;

  before(async () => {
    api = await activateBaleen();
    service = await connectService(api, () => ({ calls: [call('report', 'report_findings', { findings: [] })] }));
    await writeFile(file, 'local first = 1\n');
    await vscode.commands.executeCommand('baleen.toggleReviewOnSave');
    document = await vscode.workspace.openTextDocument(file);
    await vscode.window.showTextDocument(document);
    listening = vscode.Disposable.from(
      vscode.workspace.onDidSaveTextDocument((saved) => void (saved === document && saves++)),
      // Never the same twice, as one that writes when it ran.
      vscode.languages.registerDocumentFormattingEditProvider('lua', {
        provideDocumentFormattingEdits: (text) => [
          vscode.TextEdit.insert(text.lineAt(text.lineCount - 1).range.end, `local formatted = ${++formats}\n`),
        ],
      }),
    );
    await change('local warm = 1\n');
    assert.ok(await document.save());
    await vscode.commands.executeCommand('baleen.startReview');
    assert.equal(service.requests.length, 1);
    await switchSettings(inUse);
  });

  after(async () => {
    listening.dispose();
    await switchSettings(asBefore);
    await vscode.commands.executeCommand('baleen.toggleReviewOnSave');
    await disconnectService(api, service);
    await closeEditors();
    await rm(file, { force: true });
  });

  it('EDT-18: one review at most for each save, of the formatted text, and none that another one brings about', async () => {
    const [savesBefore, reviewsBefore] = [saves, service.requests.length];
    for (let save = 1; save <= 6; save++) {
      const isByHand = save % 2 === 0;
      await switchSettings(isByHand ? late : soon);
      await change(`local n${save} = ${save}\n`);
      if (isByHand) assert.ok(await document.save());
      else await waitFor('a save by itself', () => !document.isDirty);
      await waitFor('its review', () => lastMessage().includes(`+local n${save} = ${save}`));
      await waitFor('the end of it', () => api.review.status.state.kind === 'clean' && service.underWay() === 0);
      if (isByHand) assert.match(lastMessage(), new RegExp(`\\+local formatted = ${formats}\\b`));
    }
    assert.equal(formats, 3);
    await switchSettings(soon);
    // Longer than it waits for before it reviews, and than VS Code before it saves.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    assert.deepEqual([saves - savesBefore, service.requests.length - reviewsBefore], [6, 6]);
    assert.equal(document.isDirty, false);
  });

  for (const [name, takeBack] of [
    ['undone.lua', 'undo'],
    ['reverted.lua', 'workbench.action.files.revert'],
  ] as const) {
    it(`tells nothing of what another program wrote after ${takeBack} had taken back what was typed`, async () => {
      await switchSettings(asBefore);
      const fresh = join(folderPath(), 'src', name);
      await writeFile(fresh, 'local first = 1\n');
      const opened = await vscode.workspace.openTextDocument(fresh);
      const editor = await vscode.window.showTextDocument(opened);
      const type = (text: string): Thenable<boolean> =>
        editor.edit((edit) => edit.insert(new vscode.Position(0, 0), text));
      try {
        await type('local taken_back = 1\n');
        // What stands on disk is read while the user types.
        await new Promise((resolve) => setTimeout(resolve, 200));
        await vscode.commands.executeCommand(takeBack);
        await waitFor('the text as it was', () => !opened.isDirty);
        await writeFile(fresh, 'local by_another = 1\n');
        // This profile watches no files.
        await vscode.commands.executeCommand('workbench.action.files.revert');
        await waitFor('what was written', () => opened.getText() === 'local by_another = 1\n');
        const before = service.requests.length;
        await type('local mine = 1\n');
        assert.ok(await opened.save());
        await waitFor('the review', () => service.requests.length > before && service.underWay() === 0);
        assert.match(lastMessage(), /^\+local mine = 1$/m);
        assert.doesNotMatch(lastMessage(), /^[+-]local (by_another|first) = 1$/m);
      } finally {
        await closeEditors();
        await rm(fresh);
      }
    });
  }

  async function change(text: string): Promise<void> {
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(0, 0), text);
    assert.ok(await vscode.workspace.applyEdit(edit));
  }

  function lastMessage(): string {
    const last = service.requests.at(-1)?.parsed.messages.at(-1);
    return last?.role === 'user' ? last.text : '';
  }
});

async function switchSettings(values: Record<string, unknown>): Promise<void> {
  for (const [name, value] of Object.entries(values))
    await vscode.workspace.getConfiguration().update(name, value, vscode.ConfigurationTarget.Global);
}
