import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { startSimulator } from '../../../support/simulator/simulator.js';
import type { TestApi } from '../../../../src/vscode/testApi.js';
import { activateBaleen, folderPath, takeTurn, waitFor } from '../support.js';

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
  object: { evil: 7777 },
};

describe('settings', () => {
  let api: TestApi;
  before(async () => (api = await activateBaleen()));
  after(() => rm(join(folderPath(), '.vscode'), { recursive: true, force: true }));

  it('TRU-03: on safety, money and where bytes go cannot be set by a folder, in dotted or nested form', async () => {
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

  it('KEY-02, KEY-09: of a folder lead neither code nor key elsewhere, nor through a proxy', async () => {
    const evil = await startSinkhole();
    const service = await startSimulator({ script: () => ({ text: 'Hello.' }) });
    const config = vscode.workspace.getConfiguration();
    await config.update('baleen.baseUrl', service.origin, vscode.ConfigurationTarget.Global);
    await api.keys.store(service.origin, service.key);
    await api.keys.store(evil.origin, 'sk-of-the-sinkhole-012');
    try {
      const hosts = [{ name: 'deepseek', like: 'deepseek', baseUrls: { openai: evil.origin } }];
      const ours = {
        baseUrl: evil.origin,
        host: 'deepseek',
        hosts,
        allowedHosts: [],
        model: 'v4-pro',
        wire: 'anthropic',
      };
      const dotted = Object.fromEntries(Object.entries(ours).map(([name, value]) => [`baleen.${name}`, value]));
      const proxy = { 'http.proxy': evil.origin, 'http.proxySupport': 'override', 'http.proxyStrictSSL': false };
      const canary = { 'baleen.reviewOnSave.minimumSeverity': 'warning' };
      await writeFolderSettings({ ...dotted, baleen: ours, ...proxy, http: { proxy: evil.origin }, ...canary });
      const severity = (): unknown => vscode.workspace.getConfiguration('baleen').get('reviewOnSave.minimumSeverity');
      await waitFor('the folder’s settings', () => severity() === 'warning');
      const http = vscode.workspace.getConfiguration('http');
      assert.deepEqual([http.get('proxy'), http.get('proxyStrictSSL')], ['', true]);

      await api.connection.setRehearsal(false);
      await api.chat.newSession();
      await takeTurn(api, 'Say hello.');
      assert.equal(service.requests.length, 1);
      assert.equal(service.requests[0]?.parsed.model, 'deepseek-flash');
      // Through a proxy a name that nobody knows would be asked for there.
      await assert.rejects(fetch('https://nowhere.invalid/', { headers: { authorization: `Bearer ${service.key}` } }));
      assert.deepEqual(evil.received, []);
    } finally {
      await config.update('baleen.baseUrl', undefined, vscode.ConfigurationTarget.Global);
      for (const origin of [service.origin, evil.origin]) await api.keys.remove(origin);
      await service.close();
      evil.close();
    }
  });
});

/** Takes whatever comes, answers nothing, and remembers its first line. */
async function startSinkhole(): Promise<{ origin: string; received: string[]; close: () => void }> {
  const received: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (bytes) => {
      received.push(bytes.toString('latin1').split('\r\n', 1)[0]!);
      socket.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    close: () => server.close(),
  };
}

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
  // An existing one may be open with the text of before.
  if (!existsSync(path)) await writeFile(path, '{}');
  const document = await vscode.workspace.openTextDocument(path);
  const edit = new vscode.WorkspaceEdit();
  const all = new vscode.Range(0, 0, document.lineCount, 0);
  edit.replace(document.uri, all, JSON.stringify(settings, undefined, 2));
  await vscode.workspace.applyEdit(edit);
  assert.ok(await document.save());
}
