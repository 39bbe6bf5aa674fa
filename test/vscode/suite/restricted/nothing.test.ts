import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { startSimulator, type Simulator } from '../../../support/simulator/simulator.js';
import { createClock } from '../../../../src/node/clock.js';
import { createDiagnosticsWatch } from '../../../../src/vscode/diagnosticsWatch.js';
import { createLanguage } from '../../../../src/vscode/language.js';
import type { TestApi } from '../../../../src/vscode/testApi.js';
import { activateBaleen, folderPath, listEvents, readText } from '../support.js';

/** They show something and do nothing else. */
const harmless = new Set(['baleen.openChat', 'baleen.showLog', 'baleen.showPackMap', 'baleen.showUsage']);

describe('in a folder that is not trusted', () => {
  let api: TestApi;
  let service: Simulator;
  let filesBefore: string[];

  before(async () => {
    filesBefore = await listFolder();
    service = await startSimulator({ script: [] });
    process.env['BALEEN_BASE_URL'] = service.origin;
    api = await activateBaleen();
    await api.keys.store(service.origin, service.key);
  });

  after(async () => {
    await api.keys.remove(service.origin);
    delete process.env['BALEEN_BASE_URL'];
    await service.close();
  });

  it('TRU-02: every command refuses with a reason', async () => {
    const manifest = vscode.extensions.getExtension('baleen.baleen')?.packageJSON as {
      contributes: { commands: { command: string }[] };
    };
    for (const { command } of manifest.contributes.commands) {
      if (harmless.has(command)) continue;
      const answer = await vscode.commands.executeCommand<{ refused?: string } | undefined>(command);
      assert.match(answer?.refused ?? '', /Restricted Mode/, command);
    }
  });

  it('a message is answered with the reason', async () => {
    await api.receive({ type: 'ready' });
    await api.receive({ type: 'send', text: 'rename greet to welcome everywhere' });
    await api.receive({ type: 'rehearse' });
    await api.receive({ type: 'set_approve', approve: 'auto-edit' });
    assert.match(listEvents(api, 'notice')[0]?.text ?? '', /Restricted Mode/);
    assert.equal(listEvents(api, 'notice').length, 3);
    assert.equal(vscode.workspace.getConfiguration('baleen').get('approve'), 'ask');
  });

  it('TRU-02: a save is not reviewed', async () => {
    const document = await vscode.workspace.openTextDocument(join(folderPath(), 'src/greet.mjs'));
    const text = document.getText();
    for (const content of [`${text}// more\n`, text]) {
      const edit = new vscode.WorkspaceEdit();
      edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), content);
      await vscode.workspace.applyEdit(edit);
      await document.save();
    }
    await new Promise((resolve) => setTimeout(resolve, 1500));
  });

  it('language services are not asked', async () => {
    const asked: string[] = [];
    const listening = [
      vscode.languages.registerReferenceProvider('*', { provideReferences: () => void asked.push('references') }),
      vscode.languages.registerRenameProvider('*', { provideRenameEdits: () => void asked.push('rename') }),
    ];
    const watch = createDiagnosticsWatch();
    const language = createLanguage(createClock(), watch);
    const file = { path: join(folderPath(), 'src/greet.mjs'), text: await readText('src/greet.mjs') };
    const word = { start: { line: 0, column: 16 }, end: { line: 0, column: 21 } };
    const { signal } = new AbortController();
    const answers = [
      ...(await language.diagnostics([file], signal)),
      await language.references(file, word, signal),
      await language.rename(file, word, 'other', signal),
    ];
    vscode.Disposable.from(watch, ...listening).dispose();
    for (const answer of answers) assert.deepEqual(answer, { kind: 'none', why: 'the folder is in Restricted Mode' });
    assert.deepEqual(asked, []);
  });

  it('TRU-02, TRU-05: nothing was sent, rule files not at all, and nothing was written to the folder or the state folder', async () => {
    assert.equal(service.requests.length, 0);
    assert.deepEqual(await listFolder(), filesBefore);
    assert.match(await readText('src/greet.mjs'), /export function greet/);
    assert.equal(existsSync(join(process.env['HOME']!, '.local', 'state', 'baleen')), false);
  });
});

async function listFolder(): Promise<string[]> {
  return (await readdir(folderPath(), { recursive: true })).filter((path) => !path.startsWith('.git')).sort();
}
