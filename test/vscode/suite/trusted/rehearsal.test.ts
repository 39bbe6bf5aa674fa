import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { TestApi } from '../../../../src/vscode/testApi.js';
import { activateBaleen, closeEditors, listEvents, readText, takeTurn, waitFor } from '../support.js';

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
