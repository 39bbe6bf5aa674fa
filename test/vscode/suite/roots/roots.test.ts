/** A window with two folders: `.code-workspace` names the first by its own name and the second "web". */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type { Simulator } from '../../../support/simulator/simulator.js';
import type { TestApi } from '../../../../src/vscode/testApi.js';
import { call, connectService, disconnectService } from '../service.js';
import { activateBaleen, closeEditors, folderPath, listEvents, takeTurn, waitFor } from '../support.js';

describe('a window with several folders', () => {
  let api: TestApi;
  let service: Simulator;
  let web: string;
  let first: string;
  let added: string;

  before(async () => {
    added = await realpath(await mkdtemp(join(tmpdir(), 'baleen-added-')));
    await writeFile(join(added, 'extra.txt'), 'an extra file\n');
    api = await activateBaleen();
    service = await connectService(api, []);
    web = vscode.workspace.workspaceFolders![1]!.uri.fsPath;
    first = basename(folderPath());
  });

  after(async () => {
    await disconnectService(api, service);
    await closeEditors();
    await rm(added, { recursive: true, force: true });
  });

  const onDisk = (): Promise<string> => readFile(join(web, 'src/page.mjs'), 'utf8');

  it('packs both under their names, writes an edit of the second there, and undoes it', async () => {
    const before = await onDisk();
    const hunks = [{ old_text: "'page'", new_text: "'leaf'" }];
    service.push({ calls: [call('c1', 'edit_file', { path: 'web/src/page.mjs', hunks })] }, { text: 'Done.' });
    const end = await takeTurn(api, 'Change the page.');
    assert.equal(end.outcome, 'done');
    assert.deepEqual(end.changed, ['web/src/page.mjs']);
    const sent = service.requests[0]!.text;
    for (const path of [`${first}/src/greet.mjs`, 'web/src/page.mjs', 'web/src/use.mjs'])
      assert.ok(sent.includes(`<baleen-file path=\\"${path}\\"`), path);
    const [start] = listEvents(api, 'start');
    assert.deepEqual(
      start?.roots?.map((root) => root.name),
      [first, 'web'],
    );
    assert.equal(await onDisk(), before.replace("'page'", "'leaf'"));
    await api.receive({ type: 'undo_turn', checkpoint: end.checkpoint! });
    assert.equal(await onDisk(), before);
  });

  it('opens a file and the diff of an edit where its name says', async () => {
    await api.receive({ type: 'open_file', path: 'web/src/use.mjs', line: 3 });
    const editor = await waitFor('the file', () => vscode.window.activeTextEditor);
    assert.equal(editor.document.uri.fsPath, join(web, 'src/use.mjs'));
    await api.receive({ type: 'open_diff', call: 'c1' });
    const tab = await waitFor('the diff', () => {
      const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      return input instanceof vscode.TabInputTextDiff ? input : undefined;
    });
    assert.equal(tab.modified.fsPath, join(web, 'src/page.mjs'));
    await closeEditors();
  });

  it('reviews a save in the second folder, and marks the change and its caller there', async () => {
    const before = await onDisk();
    await vscode.commands.executeCommand('baleen.toggleReviewOnSave');
    try {
      const document = await vscode.workspace.openTextDocument(join(web, 'src/page.mjs'));
      await vscode.window.showTextDocument(document);
      const finding = {
        path: 'web/src/page.mjs',
        quote: 'export const sheet =',
        severity: 'error',
        category: 'broken caller',
        message: 'page has another name now.',
        callers: [{ path: 'web/src/use.mjs', quote: 'console.log(page);' }],
      };
      service.push({ calls: [call('report', 'report_findings', { findings: [finding] })] });
      const edit = new vscode.WorkspaceEdit();
      edit.replace(document.uri, new vscode.Range(0, 13, 0, 17), 'sheet');
      assert.ok(await vscode.workspace.applyEdit(edit));
      assert.ok(await document.save());
      await waitFor('the review', () => api.review.status.state.kind === 'findings');
      const marks = (path: string): number[] =>
        vscode.languages
          .getDiagnostics(vscode.Uri.file(join(web, path)))
          .filter((one) => one.source === 'Baleen')
          .map((one) => one.range.start.line);
      assert.deepEqual([marks('src/page.mjs'), marks('src/use.mjs')], [[0], [2]]);
      const last = service.requests.at(-1)!.parsed.messages.at(-1);
      assert.match(last?.role === 'user' ? last.text : '', /<baleen-reviewed[^>]*path="web\/src\/page\.mjs"/);
    } finally {
      await vscode.commands.executeCommand('baleen.toggleReviewOnSave');
      await closeEditors();
      await writeFile(join(web, 'src/page.mjs'), before);
    }
  });

  it('a folder that is added ends no turn; then a new session packs it too, without one that is on no disk', async () => {
    const session = api.chat.sessionId();
    service.push({ calls: [call('c9', 'run_command', { command: 'cat; echo over' })] }, { text: 'Done.' });
    const turn = takeTurn(api, 'Wait.');
    const terminal = await waitFor('the terminal', () => vscode.window.terminals.find((one) => one.name === 'Baleen'));
    await waitFor('the command to run', () => listEvents(api, 'approval_end').length > 0);
    const far = { uri: vscode.Uri.parse('far-away:/far'), name: 'far' };
    vscode.workspace.updateWorkspaceFolders(2, 0, { uri: vscode.Uri.file(added), name: 'extra' }, far);
    const told = await waitFor('the sentence', () =>
      listEvents(api, 'notice').find((notice) => notice.text.startsWith('The window has other folders now')),
    );
    assert.equal(told.level, 'warning');
    assert.ok(api.chat.isRunning());
    const typing = setInterval(() => terminal.sendText('\u0004', false), 200);
    // The transcript in which `takeTurn` looks for the end gives way to that of the new session.
    await turn.catch(() => undefined).finally(() => clearInterval(typing));
    await waitFor('the new session', () =>
      listEvents(api, 'notice').some((notice) => notice.text.includes(`${first}, web, extra:`)),
    );
    assert.notEqual(api.chat.sessionId(), session);
    assert.match(listEvents(api, 'cache_break').at(-1)?.reason ?? '', /other folders/);
    service.push({ text: 'Hello.' });
    await takeTurn(api, 'Say hello.');
    assert.ok(service.requests.at(-1)!.text.includes('<baleen-file path=\\"extra/extra.txt\\"'));
    assert.ok(listEvents(api, 'notice').some((notice) => /Left out.*: far\./.test(notice.text)));
  });

  it('a folder that is taken away stops the running turn', async () => {
    service.push({ calls: [call('c10', 'run_command', { command: 'sleep 60; touch late.txt', cwd: 'extra' })] });
    const turn = takeTurn(api, 'Wait.');
    await waitFor('the command to run', () => listEvents(api, 'approval_end').length > 0);
    vscode.workspace.updateWorkspaceFolders(2, 2);
    await turn.catch(() => undefined);
    await waitFor('the new session', () =>
      listEvents(api, 'notice').some((notice) => notice.text.includes(`${first}, web:`)),
    );
    assert.ok(!api.chat.isRunning());
    assert.deepEqual(await readdir(added), ['extra.txt']);
    await api.receive({ type: 'open_file', path: 'extra/extra.txt' });
    assert.match(listEvents(api, 'notice').at(-1)?.text ?? '', /begin with the name of a workspace folder/);
  });
});
