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
  isVisible(): boolean;
  /** Lost while the tab is closed: `ready` brings everything back. */
  post(message: ToMapPage): void;
}

export interface PackMapPanelParts {
  extensionUri: vscode.Uri;
  log: Log;
  onMessage: (message: FromMapPage) => void;
  /** A tab that was restored in the background is shown for the first time, or any tab again. */
  onVisible: () => void;
  onClosed: () => void;
}

export const packMapView = 'baleen.packMap';

/** A window that is loaded again brings its tab back by itself. */
export function createPackMapPanel(parts: PackMapPanelParts): PackMapPanel {
  const { extensionUri, log, onMessage, onVisible, onClosed } = parts;
  let panel: vscode.WebviewPanel | undefined;
  const webviewOptions = { enableScripts: true, localResourceRoots: [pageFolder(extensionUri)] };
  const open = (): vscode.WebviewPanel => {
    // Kept while hidden: zoom, search and selection stay, and the rows are sent once.
    const options = { ...webviewOptions, retainContextWhenHidden: true };
    return vscode.window.createWebviewPanel(packMapView, 'Pack Map', vscode.ViewColumn.Active, options);
  };
  const fill = (opened: vscode.WebviewPanel): void => {
    panel = opened;
    opened.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'logo.svg');
    opened.webview.onDidReceiveMessage((raw: unknown) => {
      const parsed = parseFromMapPage(raw);
      if (parsed.ok) onMessage(parsed.message);
      else log.warn(`The pack map's page sent ${parsed.why}; it was ignored.`);
    });
    opened.onDidChangeViewState(() => {
      if (opened.visible) onVisible();
    });
    opened.onDidDispose(() => {
      panel = undefined;
      onClosed();
    });
    opened.webview.html = renderPage(opened.webview, extensionUri, 'packMap');
  };
  const restoring = vscode.window.registerWebviewPanelSerializer(packMapView, {
    async deserializeWebviewPanel(restored) {
      // One map a window: the user was quicker.
      if (panel !== undefined) return void restored.dispose();
      restored.webview.options = webviewOptions;
      fill(restored);
    },
  });
  return {
    show() {
      if (panel === undefined) fill(open());
      else panel.reveal();
    },
    isOpen: () => panel !== undefined,
    isVisible: () => panel?.visible === true,
    post: (message) => void panel?.webview.postMessage(message),
    // The tab stays: a window that is loaded again ends the extension first, and is to bring it back.
    dispose: () => void restoring.dispose(),
  };
}
