import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { RefactorResult } from '../../../../src/core/refactor/refactor.js';
import type { TestApi } from '../../../../src/vscode/testApi.js';
import { call, connectService, disconnectService } from '../service.js';
import { activateBaleen, closeEditors, folderPath, waitFor } from '../support.js';

const count = 24;
const paths = Array.from({ length: count }, (_, i) => `many/file${String(i).padStart(2, '0')}.mjs`);
const textOf = (name: string, i: number): string => `// ${i}\nexport const value${i} = ${name}(${i});\n`;

describe('Refactor Repository', () => {
  let api: TestApi;

  before(async () => {
    api = await activateBaleen();
    await mkdir(join(folderPath(), 'many'), { recursive: true });
    for (const [i, path] of paths.entries()) await writeFile(join(folderPath(), path), textOf('oldName', i));
  });

  after(async () => {
    await closeEditors();
    await rm(join(folderPath(), 'many'), { recursive: true, force: true });
  });

  it('changes the chosen places of many files, shows them side by side, and undoes all at once', async () => {
    const site = (path: string, i: number) => ({
      path,
      quote: `export const value${i} = oldName(${i});`,
      severity: 'info',
      category: 'site',
      message: 'calls oldName',
    });
    const invented = { ...site('many/file00.mjs', 0), quote: 'oldName(nowhere)' };
    const findings = [...paths.map(site), invented];
    const edits = paths.slice(1).map((path, i) => {
      const hunks = [{ old_text: `oldName(${i + 1})`, new_text: `newName(${i + 1})` }];
      return call(`edit${i}`, 'edit_file', { path, hunks });
    });
    const service = await connectService(api, [
      { calls: [call('sites', 'report_findings', { findings })] },
      { calls: edits },
      { text: 'Changed.' },
    ]);
    try {
      const done = vscode.commands.executeCommand<RefactorResult>('baleen.refactor', 'rename oldName to newName');
      const shown = await waitFor('the tree', () => (api.tree.shown().length > 0 ? api.tree.shown() : undefined));
      assert.equal(shown.length, count + 1);
      assert.deepEqual(
        shown.filter((one) => !one.checked).map((one) => one.site.quote),
        ['oldName(nowhere)'],
      );
      api.tree.setChecked(shown.find((one) => one.site.path === paths[0] && one.checked)!.site.id, false);
      await vscode.commands.executeCommand('baleen.applySites');
      const result = await done;
      assert.equal(result?.outcome, 'done');
      assert.equal(result?.changed.length, count - 1);
      assert.deepEqual(
        await readAll(),
        paths.map((_, i) => textOf(i === 0 ? 'oldName' : 'newName', i)),
      );
      await waitFor('the multi-diff editor', () =>
        vscode.window.tabGroups.all.flatMap((group) => group.tabs).some((tab) => tab.label.startsWith('Refactoring:')),
      );
      await vscode.commands.executeCommand('baleen.undoTurn', result?.checkpoint);
      assert.deepEqual(
        await readAll(),
        paths.map((_, i) => textOf('oldName', i)),
      );
    } finally {
      await disconnectService(api, service);
    }
  });

  it('changes nothing when it is cancelled at the tree', async () => {
    const findings = [
      { path: paths[1], quote: 'export const value1 = oldName(1);', severity: 'info', category: 'site', message: 'x' },
    ];
    const service = await connectService(api, [{ calls: [call('sites', 'report_findings', { findings })] }]);
    try {
      const done = vscode.commands.executeCommand<RefactorResult>('baleen.refactor', 'rename oldName to newName');
      await waitFor('the tree', () => api.tree.shown().length > 0);
      await vscode.commands.executeCommand('baleen.cancelSites');
      assert.equal((await done)?.outcome, 'cancelled');
      assert.equal(service.requests.length, 1);
      assert.deepEqual(
        await readAll(),
        paths.map((_, i) => textOf('oldName', i)),
      );
    } finally {
      await disconnectService(api, service);
    }
  });
});

async function readAll(): Promise<string[]> {
  return Promise.all(paths.map((path) => readFile(join(folderPath(), path), 'utf8')));
}
