/** The pack map's tab in the editor: its life, its page, and the door through which the page's messages come in. */
import * as vscode from 'vscode';
import type { Log } from '../core/host.js';
import type { FromMapPage, ToMapPage } from '../protocol/packMap.js';
import { pageFolder, renderPage } from './html.js';
import { parseFromMapPage } from './parseFromMapPage.js';

export interface PackMapPanel extends vscode.Disposable {
  /** Opens the tab, or shows the one that is open. */
  show(): void;
  isOpen(): boolean;
  /** Lost while the tab is closed: `ready` brings everything back. */
  post(message: ToMapPage): void;
}

export interface PackMapPanelParts {
  extensionUri: vscode.Uri;
  log: Log;
  onMessage: (message: FromMapPage) => void;
  onClosed: () => void;
}

export const packMapView = 'baleen.packMap';

export function createPackMapPanel({ extensionUri, log, onMessage, onClosed }: PackMapPanelParts): PackMapPanel {
  let panel: vscode.WebviewPanel | undefined;
  const open = (): vscode.WebviewPanel => {
    // Kept while hidden: zoom, search and selection stay, and the rows are sent once.
    const options = {
      enableScripts: true,
      retainContextWhenHidden: true,
      localResourceRoots: [pageFolder(extensionUri)],
    };
    const opened = vscode.window.createWebviewPanel(packMapView, 'Pack Map', vscode.ViewColumn.Active, options);
    opened.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'logo.svg');
    opened.webview.onDidReceiveMessage((raw: unknown) => {
      const parsed = parseFromMapPage(raw);
      if (parsed.ok) onMessage(parsed.message);
      else log.warn(`The pack map's page sent ${parsed.why}; it was ignored.`);
    });
    opened.onDidDispose(() => {
      panel = undefined;
      onClosed();
    });
    opened.webview.html = renderPage(opened.webview, extensionUri, 'packMap');
    return opened;
  };
  return {
    show() {
      if (panel === undefined) panel = open();
      else panel.reveal();
    },
    isOpen: () => panel !== undefined,
    post: (message) => void panel?.webview.postMessage(message),
    dispose: () => void panel?.dispose(),
  };
}
