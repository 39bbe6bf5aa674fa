import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { TestApi } from '../../../../src/vscode/testApi.js';
import { activateBaleen, closeEditors, folderPath, readText, waitFor } from '../support.js';

describe('the pack map', () => {
  let api: TestApi;
  before(async () => {
    api = await activateBaleen();
    await vscode.commands.executeCommand('baleen.showPackMap');
  });
  after(closeEditors);

  it('opens in the editor and makes the pack, whose files and frame add up to the whole', async () => {
    const label = (): string | undefined => vscode.window.tabGroups.activeTabGroup.activeTab?.label;
    assert.equal(await waitFor('the tab', label), 'Pack Map');
    const report = await waitFor('the pack', () => api.watch.report());
    const files = report.files.reduce((sum, { tokens }) => sum + tokens, 0);
    assert.equal(files + report.frameTokens, report.tokens);
    assert.ok(report.files.some(({ path }) => path === 'src/greet.mjs'));
  });

  it('opens and copies what is on it, and nothing else', async () => {
    await api.packMap.receive({ type: 'copy_path', path: 'src/greet.mjs' });
    assert.equal(await vscode.env.clipboard.readText(), 'src/greet.mjs');
    await api.packMap.receive({ type: 'open_file', path: '../outside.txt' });
    await api.packMap.receive({ type: 'open_file', path: 'src/greet.mjs' });
    const { fileName } = await waitFor('the editor', () => vscode.window.activeTextEditor?.document);
    assert.equal(fileName, join(folderPath(), 'src/greet.mjs'));
    assert.equal(
      vscode.workspace.textDocuments.some((document) => document.fileName.endsWith('outside.txt')),
      false,
    );
  });

  it('counts what has changed since the snapshot', async () => {
    const text = await readText('src/greet.mjs');
    const before = api.watch.view()?.changes ?? 0;
    const { parts } = await api.engine.open();
    await writeFile(join(folderPath(), 'src/greet.mjs'), `${text}// one more line\n`);
    try {
      await parts.packer.sync();
      assert.equal(api.watch.view()?.changes, before + 1);
      assert.ok((api.watch.view()?.logTokens ?? 0) > 0);
    } finally {
      await writeFile(join(folderPath(), 'src/greet.mjs'), text);
      await parts.packer.sync();
    }
  });
});
