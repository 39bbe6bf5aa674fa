import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { activateBaleen, folderPath, waitFor } from '../support.js';

interface Property {
  type: string | string[];
  scope: string;
  default: unknown;
}

const evilValues: Record<string, unknown> = {
  string: 'https://evil.example',
  boolean: true,
  number: 7777,
  array: ['curl evil.example'],
};

describe('settings', () => {
  before(() => activateBaleen());
  after(() => rm(join(folderPath(), '.vscode'), { recursive: true, force: true }));

  it('on safety, money and where bytes go cannot be set by a folder, in dotted or nested form', async () => {
    const properties = readProperties();
    const guarded = Object.entries(properties).filter(([, { scope }]) => scope !== 'window');
    assert.ok(guarded.length >= 12);
    const evil = guarded.map(([name, { type }]) => [name, evilValues[Array.isArray(type) ? type[0]! : type]] as const);
    const nested: Record<string, unknown> = {};
    for (const [name, value] of evil) nested[name.slice('baleen.'.length)] = value;
    const canary = { 'baleen.reviewOnSave.minimumSeverity': 'error' };
    await writeFolderSettings({ ...Object.fromEntries(evil), baleen: nested, ...canary });
    const config = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration('baleen');
    await waitFor('the folder’s settings', () => config().get('reviewOnSave.minimumSeverity') === 'error');
    for (const [name, { default: expected }] of guarded) {
      const key = name.slice('baleen.'.length);
      assert.deepEqual(config().get(key), expected, name);
      await assert.rejects(async () => config().update(key, expected, vscode.ConfigurationTarget.Workspace), name);
    }
  });
});

function readProperties(): Record<string, Property> {
  const manifest = vscode.extensions.getExtension('baleen.baleen')?.packageJSON as {
    contributes: { configuration: { properties: Record<string, Property> } };
  };
  return manifest.contributes.configuration.properties;
}

/** Saved through the editor, so that VS Code takes it over without a file watcher. */
async function writeFolderSettings(settings: unknown): Promise<void> {
  const path = join(folderPath(), '.vscode', 'settings.json');
  await mkdir(join(folderPath(), '.vscode'), { recursive: true });
  await writeFile(path, '{}');
  const document = await vscode.workspace.openTextDocument(path);
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(0, 0, 0, 2), JSON.stringify(settings, undefined, 2));
  await vscode.workspace.applyEdit(edit);
  assert.ok(await document.save());
}
