import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { renderPage } from '../../../../src/vscode/html.js';

describe('the pages', () => {
  it('WEB-03: load nothing from the net, and run scripts only by a nonce that is new for each load', () => {
    const { extensionUri } = vscode.extensions.getExtension('baleen.baleen')!;
    const panel = vscode.window.createWebviewPanel('test', 'Test', vscode.ViewColumn.One);
    try {
      const { cspSource } = panel.webview;
      const nonces = new Set<string>();
      for (let load = 0; load < 100; load++) {
        const page = renderPage(panel.webview, extensionUri, 'chat');
        const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? '';
        const nonce = /script-src 'nonce-([\w-]{20,})'/.exec(policy)?.[1] ?? '';
        nonces.add(nonce);
        assert.deepEqual(policy.split('; '), [
          "default-src 'none'",
          `img-src ${cspSource} data:`,
          `font-src ${cspSource}`,
          `style-src ${cspSource}`,
          `script-src 'nonce-${nonce}'`,
          "connect-src 'none'",
          "form-action 'none'",
          "base-uri 'none'",
        ]);
        assert.equal(page.match(/<script/g)?.length, 1);
      }
      assert.equal(nonces.size, 100);
    } finally {
      panel.dispose();
    }
  });
});
