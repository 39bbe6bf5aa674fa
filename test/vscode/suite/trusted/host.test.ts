import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as vscode from 'vscode';

describe('the host', () => {
  it('is a real VS Code with a Node extension host', () => {
    assert.match(vscode.version, /^1\.\d+\.\d+/);
    const reported = execFileSync(process.execPath, ['-p', '6 * 7'], {
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    });
    assert.equal(reported.toString().trim(), '42');
  });

  it('has the repository of the tests open and trusts it', async () => {
    const folder = vscode.workspace.workspaceFolders?.[0];
    assert.ok(folder);
    assert.equal(vscode.workspace.isTrusted, true);
    const text = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder.uri, 'src/greet.mjs'));
    assert.match(Buffer.from(text).toString(), /export function greet/);
  });

  it('gets the environment of the runner and nothing of the outside', () => {
    assert.equal(process.env['BALEEN_TEST_PROFILE'], 'trusted');
    assert.equal(process.env['DEEPSEEK_API_KEY'], undefined);
  });

  it('loads the extension under development', async () => {
    const extension = vscode.extensions.getExtension('baleen.baleen');
    assert.ok(extension);
    await extension.activate();
    assert.equal(extension.isActive, true);
  });
});
