import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** The folder that the page may load from; nothing else of the extension and nothing of the workspace. */
export function pageFolder(extensionUri: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
}

/** Each has a script and a style sheet of its own. */
export type PageName = 'chat' | 'packMap' | 'usage';

/** The document of a page. Scripts run by a nonce that is new for each one; nothing is loaded from the net. */
export function renderPage(webview: vscode.Webview, extensionUri: vscode.Uri, page: PageName): string {
  const nonce = randomBytes(24).toString('base64url');
  const link = (name: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(pageFolder(extensionUri), name)).toString();
  const policy = [
    "default-src 'none'",
    `img-src ${webview.cspSource} data:`,
    `font-src ${webview.cspSource}`,
    `style-src ${webview.cspSource}`,
    `script-src 'nonce-${nonce}'`,
    "connect-src 'none'",
    "form-action 'none'",
    "base-uri 'none'",
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Baleen</title>
<link rel="stylesheet" href="${link('codicon.css')}" id="vscode-codicon-stylesheet">
<link rel="stylesheet" href="${link('base.css')}">
<link rel="stylesheet" href="${link(`${page}.css`)}">
</head>
<body>
<div id="root"></div>
<script nonce="${nonce}" src="${link(`${page}.js`)}"></script>
</body>
</html>`;
}
