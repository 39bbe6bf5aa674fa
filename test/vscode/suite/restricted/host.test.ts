import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('the restricted host', () => {
  it('has a folder open that is not trusted', () => {
    assert.equal(process.env['BALEEN_TEST_PROFILE'], 'restricted');
    assert.equal(vscode.workspace.workspaceFolders?.length, 1);
    assert.equal(vscode.workspace.isTrusted, false);
  });
});
