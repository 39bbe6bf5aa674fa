import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Simulator } from '../../../support/simulator/simulator.js';
import type { TestApi } from '../../../../src/vscode/testApi.js';
import { call, connectService, disconnectService } from '../service.js';
import { activateBaleen, closeEditors, folderPath, takeTurn, waitFor } from '../support.js';

const path = 'cursor.txt';
const file = join(folderPath(), path);
const old = 'zero\none is old;\ntwo\nthree\nfour is old;\nfive\n';
const edited = 'zero\none is much newer;\ntwo\nbetween\nthree\nfour is as new;\nfive\n';
const hunks = [
  { old_text: 'one is old;', new_text: 'one is much newer;' },
  { old_text: 'three\n', new_text: 'between\nthree\n' },
  { old_text: 'four is old;', new_text: 'four is as new;' },
];

type Place = [line: number, character: number];

const at = (anchor: Place, active: Place = anchor): vscode.Selection => new vscode.Selection(...anchor, ...active);

const show = (selections: readonly vscode.Selection[]): string[] =>
  selections.map(({ anchor, active }) => `${anchor.line}:${anchor.character}-${active.line}:${active.character}`);

describe('cursors in a saved file that the agent edits', () => {
  let api: TestApi;
  let service: Simulator;

  before(async () => {
    api = await activateBaleen();
    service = await connectService(api, []);
  });

  afterEach(closeEditors);

  after(async () => {
    await disconnectService(api, service);
    await rm(file, { force: true });
  });

  async function openWith(text: string, selections: vscode.Selection[]): Promise<vscode.TextEditor> {
    await writeFile(file, text);
    const document = await vscode.workspace.openTextDocument(file);
    await waitFor('the text as it was', () => document.getText() === text);
    const editor = await vscode.window.showTextDocument(document);
    editor.selections = selections;
    service.push({ calls: [call(`c${service.requests.length}`, 'edit_file', { path, hunks })] }, { text: 'Done.' });
    return editor;
  }

  for (const [name, end] of [
    ['LF', '\n'],
    ['CR LF', '\r\n'],
  ] as const) {
    it(`EDT-04: stay where they stood in the text, and take no key elsewhere (${name})`, async () => {
      const pairs: [before: vscode.Selection, after: vscode.Selection][] = [
        [at([0, 2]), at([0, 2])],
        [at([1, 0]), at([1, 0])],
        [at([2, 0], [2, 2]), at([2, 0], [2, 2])],
        [at([3, 5], [2, 3]), at([4, 5], [2, 3])],
        [at([4, 12]), at([5, 15])],
        [at([5, 4]), at([6, 4])],
      ];
      const editor = await openWith(
        old.replaceAll('\n', end),
        pairs.map(([selection]) => selection),
      );
      assert.equal((await takeTurn(api, 'Change three lines.')).outcome, 'done');
      const { document } = editor;
      await waitFor('the new text', () => document.getText() === edited.replaceAll('\n', end));
      assert.ok(!document.isDirty);
      const wanted = show(pairs.map(([, selection]) => selection));
      assert.deepEqual(show(editor.selections), wanted);

      editor.selections = [at([4, 5])];
      await vscode.commands.executeCommand('type', { text: 'x' });
      await waitFor('the key', () => document.lineAt(4).text === 'threex');
    });
  }

  it('stay where they stood in the text through an undo', async () => {
    const editor = await openWith(old, [at([1, 3]), at([3, 5])]);
    const { document } = editor;
    const { checkpoint } = await takeTurn(api, 'Change three lines.');
    await waitFor('the new text', () => document.getText() === edited);
    await api.receive({ type: 'undo_turn', checkpoint: checkpoint! });
    await waitFor('the old text', () => document.getText() === old);
    const places = show([at([1, 3]), at([3, 5])]).join();
    await waitFor(`the cursors at ${places}`, () => show(editor.selections).join() === places);
  });

  it('EDT-04: take along what is typed in the moment in which they are somewhere else', async () => {
    const editor = await openWith(old, [at([3, 5])]);
    const { document } = editor;
    let typed: Promise<unknown> | undefined;
    // Told before Baleen is, so that the keys are with the editor before its cursor is brought back.
    const listening = vscode.workspace.onDidChangeTextDocument((event) => {
      if (event.document !== document || document.getText() !== edited || typed !== undefined) return;
      typed = Promise.all(['x', 'y', 'z'].map((text) => vscode.commands.executeCommand('type', { text })));
    });
    try {
      assert.equal((await takeTurn(api, 'Change three lines.')).outcome, 'done');
    } finally {
      listening.dispose();
    }
    assert.ok(typed !== undefined, 'the new text was seen');
    await typed;
    await waitFor('the keys', () => document.lineAt(4).text === 'threexyz');
    await vscode.commands.executeCommand('type', { text: 'w' });
    await waitFor('one more', () => document.lineAt(4).text.includes('w'));
    assert.equal(document.getText(), edited.replace('three', 'threexyzw'));
    assert.equal(await readFile(file, 'utf8'), edited);
  });
});
