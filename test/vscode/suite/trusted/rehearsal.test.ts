import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { TestApi } from '../../../../src/vscode/testApi.js';
import { activateBaleen, closeEditors, folderPath, listEvents, readText, takeTurn, waitFor } from '../support.js';

describe('a rehearsed turn in the chat', () => {
  let api: TestApi;

  before(async () => {
    api = await activateBaleen();
    await vscode.commands.executeCommand('baleen.rehearse');
  });

  after(async () => {
    await vscode.commands.executeCommand('baleen.endRehearsal');
    await closeEditors();
  });

  it('says that it is one', () => {
    assert.equal(api.connection.keyState(), 'rehearsal');
  });

  it('edits files on disk after a yes, and undoes it', async () => {
    const before = [await readText('src/greet.mjs'), await readText('src/main.mjs')];
    const end = await takeTurn(api, 'rename greet to welcome everywhere');
    assert.equal(end.outcome, 'done', JSON.stringify(listEvents(api, 'notice')));
    assert.match(await readText('src/greet.mjs'), /export function welcome\(name\)/);
    assert.match(await readText('src/main.mjs'), /import \{ welcome \} from/);
    assert.equal(listEvents(api, 'start').at(-1)?.rehearsal, true);

    assert.ok(end.checkpoint);
    await api.receive({ type: 'undo_turn', checkpoint: end.checkpoint });
    assert.deepEqual([await readText('src/greet.mjs'), await readText('src/main.mjs')], before);
    assert.deepEqual(listEvents(api, 'restored').at(-1)?.paths, ['src/greet.mjs', 'src/main.mjs']);
  });

  it('changes nothing after a no', async () => {
    const before = await readText('src/greet.mjs');
    const end = await takeTurn(api, 'rename greet to welcome everywhere', 'rejected');
    assert.equal(await readText('src/greet.mjs'), before);
    assert.deepEqual(end.changed, []);
  });

  it('opens the native diff of an edit', async () => {
    const before = await readText('src/main.mjs');
    const end = await takeTurn(api, 'rename greet to welcome everywhere');
    const card = listEvents(api, 'tool_call_start').find((event) => event.path === 'src/main.mjs');
    assert.ok(card);
    await api.receive({
      type: 'open_diff',
      call: listEvents(api, 'tool_call_start').findLast((event) => event.path === 'src/main.mjs')!.call,
    });
    const tab = await waitFor('the diff editor', () => {
      const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      return input instanceof vscode.TabInputTextDiff ? input : undefined;
    });
    const [left, right] = await Promise.all(
      [tab.original, tab.modified].map((uri) => vscode.workspace.openTextDocument(uri)),
    );
    assert.equal(left?.getText(), before);
    assert.match(right?.getText() ?? '', /welcome/);
    await api.receive({ type: 'undo_turn', checkpoint: end.checkpoint! });
  });

  it('opens the diff of a waiting edit: the file as it is and as it would be, whatever VS Code holds of it', async () => {
    const before = await readText('src/main.mjs');
    // Nothing tells this VS Code of changes on disk: its document keeps the text that an undone turn made.
    const undone = await takeTurn(api, 'rename greet to welcome everywhere');
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(join(folderPath(), 'src/main.mjs')));
    await vscode.window.showTextDocument(document);
    await api.receive({ type: 'undo_turn', checkpoint: undone.checkpoint! });
    const { seen, after } = await lookAtProposal(api, 'src/main.mjs');
    await waitFor('the end of the diff editor', () => findProposal() === undefined);
    await api.receive({ type: 'undo_turn', checkpoint: listEvents(api, 'turn_end').at(-1)!.checkpoint! });
    assert.equal(seen?.left, before);
    assert.notEqual(seen.right, before);
    assert.equal(seen.right, after);
    assert.equal(await readText('src/main.mjs'), before);
  });

  it('runs a command in a terminal and gives its exit code back', async () => {
    const end = await takeTurn(api, 'run `node -e "console.log(6*7);process.exit(3)"`');
    const ended = listEvents(api, 'tool_call_end').at(-1);
    assert.equal(ended?.details?.kind, 'command', JSON.stringify(end));
    const output = listEvents(api, 'tool_call_output')
      .map((event) => event.text)
      .join('');
    assert.equal(ended?.details?.kind === 'command' ? ended.details.exitCode : undefined, 3, output);
    assert.ok(listEvents(api, 'tool_call_output').some((event) => event.text.includes('42')));
    assert.ok(vscode.window.terminals.some((terminal) => terminal.name === 'Baleen'));
  });
});

/** Says yes to every edit of a renaming, and opens the diff of this file's before. */
async function lookAtProposal(
  api: TestApi,
  path: string,
): Promise<{ seen: { left: string; right: string } | undefined; after: string }> {
  let over = false;
  const ended = api.receive({ type: 'send', text: 'rename greet to welcome everywhere' }).finally(() => (over = true));
  let seen: { left: string; right: string } | undefined;
  while (!over) {
    const [id] = api.approvals.waiting();
    const request = listEvents(api, 'approval_request').find(({ approval }) => approval.id === id)?.approval;
    if (request?.subject.kind === 'edit' && request.subject.path === path && seen === undefined) {
      await api.receive({ type: 'open_diff', call: request.call });
      const tab = await waitFor('the diff editor', findProposal);
      const sides = [tab.original, tab.modified].map((uri) => vscode.workspace.openTextDocument(uri));
      const [left, right] = await Promise.all(sides);
      seen = { left: left?.getText() ?? '', right: right?.getText() ?? '' };
    }
    if (id !== undefined) await api.receive({ type: 'decide', approval: id, decision: 'approved' });
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  await ended;
  return { seen, after: await readText(path) };
}

function findProposal(): vscode.TabInputTextDiff | undefined {
  return vscode.window.tabGroups.all
    .flatMap((group) => group.tabs.map((tab) => tab.input))
    .filter((input) => input instanceof vscode.TabInputTextDiff)
    .find((input) => input.modified.scheme === 'baleen-proposed');
}
