/** The same window after its folders were taken away, and with one that is on no disk: a virtual workspace. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Simulator } from '../../../support/simulator/simulator.js';
import type { TestApi } from '../../../../src/vscode/testApi.js';
import { connectService, disconnectService } from '../service.js';
import { activateBaleen, listEvents, takeTurn } from '../support.js';

/** They show something and do nothing else. */
const harmless = new Set(['baleen.openChat', 'baleen.showLog', 'baleen.showPackMap', 'baleen.showUsage']);

const files: Record<string, string> = { 'kept.mjs': 'export const kept = 1;\n' };

/** Notes what is read: nothing of Baleen's may ask for a file of it. */
function createVirtualFiles(): vscode.FileSystemProvider & { reads: string[] } {
  const changes = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  const reads: string[] = [];
  const refuse = (): never => {
    throw vscode.FileSystemError.NoPermissions();
  };
  return {
    ...{ reads, onDidChangeFile: changes.event, watch: () => new vscode.Disposable(() => undefined) },
    ...{ createDirectory: refuse, delete: refuse, rename: refuse },
    stat({ path }) {
      const text = files[path.slice(1)];
      if (path !== '/' && text === undefined) throw vscode.FileSystemError.FileNotFound(path);
      const type = text === undefined ? vscode.FileType.Directory : vscode.FileType.File;
      return { type, ctime: 0, mtime: 0, size: text?.length ?? 0 };
    },
    readDirectory: () => Object.keys(files).map((name) => [name, vscode.FileType.File]),
    readFile({ path }) {
      reads.push(path);
      return Buffer.from(files[path.slice(1)] ?? '');
    },
    writeFile: ({ path }, content) => void (files[path.slice(1)] = Buffer.from(content).toString()),
  };
}

describe('a window without a folder on a disk', () => {
  let api: TestApi;
  let service: Simulator;
  let folders: { uri: vscode.Uri; name: string }[];
  const provider = createVirtualFiles();
  const registered = vscode.workspace.registerFileSystemProvider('kept-elsewhere', provider);
  const virtual = { uri: vscode.Uri.parse('kept-elsewhere:/'), name: 'elsewhere' };

  before(async () => {
    api = await activateBaleen();
    service = await connectService(api, []);
    folders = vscode.workspace.workspaceFolders!.map(({ uri, name }) => ({ uri, name }));
  });

  after(async () => {
    registered.dispose();
    await disconnectService(api, service);
  });

  async function setFolders(...wanted: { uri: vscode.Uri; name: string }[]): Promise<void> {
    const changed = new Promise((resolve) => {
      const listening = vscode.workspace.onDidChangeWorkspaceFolders((event) => (listening.dispose(), resolve(event)));
    });
    const before = vscode.workspace.workspaceFolders?.length ?? 0;
    assert.ok(vscode.workspace.updateWorkspaceFolders(0, before, ...wanted));
    await changed;
  }

  async function expectRefused(sentence: RegExp): Promise<void> {
    const sent = service.requests.length;
    const manifest = vscode.extensions.getExtension('baleen.baleen')?.packageJSON as {
      contributes: { commands: { command: string }[] };
    };
    for (const { command } of manifest.contributes.commands) {
      const answer = await vscode.commands.executeCommand<{ refused?: string } | undefined>(command);
      if (!harmless.has(command)) assert.match(answer?.refused ?? '', sentence, command);
    }
    await api.receive({ type: 'ready' });
    await api.receive({ type: 'send', text: 'Say hello.' });
    assert.match(listEvents(api, 'notice').at(-1)?.text ?? '', sentence);
    assert.equal(service.requests.length, sent);
  }

  it('TRU-08: a virtual workspace: everything says why it does nothing, reads nothing of it and reviews no save', async () => {
    await setFolders(virtual);
    await expectRefused(/^This folder is not on a disk that Baleen can reach/);
    const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(virtual.uri, 'kept.mjs'));
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(0, 0), '// more\n');
    assert.ok(await vscode.workspace.applyEdit(edit));
    assert.ok(await document.save());
    // VS Code itself looks for settings; the document was opened here.
    assert.deepEqual(new Set(provider.reads.filter((path) => !/\.json$/.test(path))), new Set(['/kept.mjs']));
    assert.equal(service.requests.length, 0);
  });

  it('TRU-08: beside a folder on a disk it is left out and named, and the other one works', async () => {
    await setFolders(virtual, folders[0]!);
    service.push({ text: 'Hello.' });
    assert.equal((await takeTurn(api, 'Say hello.')).outcome, 'done');
    assert.ok(listEvents(api, 'notice').some(({ text }) => /^Left out.*: elsewhere\.$/.test(text)));
    const sent = service.requests.at(-1)!.text;
    assert.ok(sent.includes('src/greet.mjs') && !sent.includes('kept.mjs'));
  });

  it('TRU-08: no folder at all: everything says that one has to be opened', async () => {
    await setFolders();
    await expectRefused(/^Open a folder first/);
  });
});
