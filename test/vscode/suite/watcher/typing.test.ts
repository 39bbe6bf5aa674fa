import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { createBulkGuard } from '../../../../src/core/agent/bulkGuard.js';
import { makeRandom, type Random } from '../../../support/seededRandom.js';
import type { Simulator } from '../../../support/simulator/simulator.js';
import type { Turn } from '../../../../src/core/agent/turn.js';
import type { Prepared } from '../../../../src/core/tools/tool.js';
import { parseArguments } from '../../../../src/core/tools/toolList.js';
import type { TestApi } from '../../../../src/vscode/testApi.js';
import { call, connectService, disconnectService } from '../service.js';
import { activateBaleen, closeEditors, folderPath, takeTurn, waitFor } from '../support.js';

const runs = 50;
const keys = 10;
const lines = 24;
/** The agent changes these two, so that a cursor between them must not be moved. */
const changed = [3, 20];

const textOf = (value: string): string =>
  Array.from({ length: lines }, (_, line) => `line ${line} is ${changed.includes(line) ? value : 'as it was'}.\n`).join(
    '',
  );

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Ten letters, one after the other, as from a keyboard. */
async function type(word: string, random: Random): Promise<void> {
  for (const letter of word) {
    await vscode.commands.executeCommand('type', { text: letter });
    await pause(random.below(12));
  }
}

describe('typing while the agent edits', () => {
  let api: TestApi;
  let service: Simulator;
  const path = 'typing.txt';
  const file = join(folderPath(), path);

  before(async () => {
    api = await activateBaleen();
    service = await connectService(api, []);
    service.push({ text: 'Hello.' });
    await takeTurn(api, 'Say hello.');
  });

  after(async () => {
    await disconnectService(api, service);
    await closeEditors();
  });

  /** One edit, with ten keys pressed at some time before, while and after it, as it waits for an approval. */
  async function run(index: number, random: Random, isUnsaved: boolean): Promise<'edited' | 'refused'> {
    await writeFile(file, textOf('old'));
    const document = await vscode.workspace.openTextDocument(file);
    const editor = await vscode.window.showTextDocument(document);
    await waitFor('the text of this run', () => document.getText() === textOf('old') && !document.isDirty);
    if (isUnsaved) await editor.edit((edit) => edit.insert(new vscode.Position(lines, 0), 'not saved\n'));
    const line = random.below(lines);
    const end = document.lineAt(line).range.end;
    editor.selection = new vscode.Selection(end, end);
    const word = Array.from({ length: keys }, () => String.fromCharCode(0x61 + random.below(26))).join('');
    const typing = pause(random.below(40)).then(() => type(word, random));
    const prepared = await prepareEdit(`call ${index}`);
    await pause(random.below(80));
    const { failed, text } = await prepared.run();
    await typing;
    await waitFor(`all keys of ${word}`, () => document.lineAt(line).text.endsWith(word));
    const disk = await readFile(file, 'utf8');
    if (failed) {
      assert.match(text, /The user has changed typing\.txt at line \d+ meanwhile/);
      assert.equal(disk, textOf('old'));
    }
    // A key pressed on a changed line in the moment between the write and its reload: each has its own, and it is said.
    const isApart = text.includes('the disk has this edit, the editor the user’s text');
    const shown = textOf(failed || isApart ? 'old' : 'new');
    await waitFor(
      'what has to come of it',
      () => document.getText().replace(word, '').replace('not saved\n', '') === shown,
    );
    if (isApart) assert.equal(disk, textOf('new'));
    assert.ok(disk === textOf('old') || disk === textOf('new'));
    if (isUnsaved) assert.ok(document.isDirty && document.getText().endsWith('not saved\n') && disk === textOf('old'));
    await vscode.commands.executeCommand('workbench.action.files.revert');
    return failed ? 'refused' : 'edited';
  }

  /** As the loop does it, but for the question whether it may run. */
  async function prepareEdit(call: string): Promise<Extract<Prepared, { kind: 'ready' }>> {
    const { parts } = await api.engine.open();
    const tool = parts.tools.find(({ name }) => name === 'edit_file')!;
    const hunks = changed.map((at) => ({ old_text: `line ${at} is old`, new_text: `line ${at} is new` }));
    const args = parseArguments(tool, JSON.stringify({ path, hunks }));
    assert.ok(args.ok);
    const turn: Turn = {
      session: 'typing',
      mode: 'auto-edit',
      request: '',
      bulk: createBulkGuard(''),
      checkpoint: await parts.journal.begin({ session: 'typing', title: call }),
      packer: parts.packer,
      commandTimeoutMs: 1_000,
      changed: new Set(),
      changedByCommands: new Set(),
      untold: new Map(),
      shown: new Map(),
      ran: [],
      editsFollow: false,
      unchecked: new Map(),
      editFailedInReply: false,
      reported: [],
      hasReport: false,
    };
    const signal = new AbortController().signal;
    const context = { host: parts.host, roots: parts.roots, turn, call, signal, output: () => undefined };
    const prepared = await tool.prepare(args.value, context);
    assert.ok(prepared.kind === 'ready', prepared.kind === 'decided' ? prepared.result.text : '');
    return prepared;
  }

  for (const isUnsaved of [true, false]) {
    const what = isUnsaved ? 'with unsaved changes' : 'without unsaved changes';
    it(`T14, EDT-04: of ${runs * keys} keys none is lost in a document ${what}, nor is an edit that does not touch them`, async function () {
      this.timeout(400_000);
      const random = makeRandom(isUnsaved ? 14 : 15);
      let edited = 0;
      for (let index = 0; index < runs; index++) if ((await run(index, random, isUnsaved)) === 'edited') edited++;
      // Keys on a line that the agent changes, or beside it, are a conflict: that one in four is refused.
      assert.ok(edited > runs / 2, `${edited} of ${runs} edits were made`);
    });
  }

  it('EDT-03: other documents with unsaved changes are not saved by an edit', async () => {
    await writeFile(file, textOf('old'));
    const other = join(folderPath(), 'other.txt');
    await writeFile(other, 'other\n');
    const editor = await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(other));
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), 'mine '));
    const hunks = [{ old_text: 'line 3 is old', new_text: 'line 3 is new' }];
    service.push({ calls: [call('o1', 'edit_file', { path, hunks })] }, { text: 'Done.' });
    assert.equal((await takeTurn(api, 'Change line 3.')).outcome, 'done');
    assert.match(await readFile(file, 'utf8'), /line 3 is new/);
    assert.equal(await readFile(other, 'utf8'), 'other\n');
    assert.equal(editor.document.getText(), 'mine other\n');
    assert.ok(editor.document.isDirty);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });
});
