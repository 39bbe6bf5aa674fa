import assert from 'node:assert/strict';
import childProcess from 'node:child_process';
import fs from 'node:fs';
import * as vscode from 'vscode';
import { watchCalls } from './callSpy.js';

const isBaleen = process.env['BALEEN_TEST_BESIDE'] === 'baleen';
/** The bare host goes on for longer: what VS Code itself does at some time it has then done as well. */
const idleMs = isBaleen ? 60_000 : 75_000;

/** Runs twice, beside Baleen and beside an extension that does nothing; the runner compares what the two hosts did. */
describe('a hostile repository that is open for 60 s', function () {
  this.timeout(idleMs + 60_000);

  it('TRU-01: nothing of ours starts a process, reaches out or writes', async () => {
    assert.equal(vscode.workspace.isTrusted, false);
    const spy = watchCalls((stack) => stack.includes('extension.cjs'));
    try {
      const extension = vscode.extensions.getExtension('baleen.baleen');
      assert.equal(extension !== undefined, isBaleen);
      await extension?.activate();
      await vscode.window.showTextDocument(
        vscode.Uri.joinPath(vscode.workspace.workspaceFolders![0]!.uri, 'README.md'),
      );
      await new Promise((resolve) => setTimeout(resolve, idleMs));
      assert.deepEqual(spy.calls, []);
    } finally {
      spy.stop();
    }
  });

  it('TRU-01: the spy sees what it is to see', async () => {
    const spy = watchCalls(() => true);
    try {
      childProcess.execFileSync('true');
      await fs.promises.writeFile('/dev/null', 'x');
      await fetch('http://127.0.0.1:9/').catch(() => undefined);
      assert.deepEqual([...new Set(spy.calls.map(({ name }) => name))], ['execFileSync', 'writeFile', 'fetch']);
    } finally {
      spy.stop();
    }
  });
});
