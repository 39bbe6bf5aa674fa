/** A page's tab in the editor: its life, its document, and the door through which the page's messages come in. */
import * as vscode from 'vscode';
import type { Log } from '../core/host.js';
import { pageFolder, renderPage, type PageName } from './html.js';

export interface PagePanel<Told> extends vscode.Disposable {
  /** Opens the tab, or shows the one that is open. */
  show(): void;
  isOpen(): boolean;
  isVisible(): boolean;
  /** Lost while the tab is closed: `ready` brings everything back. */
  post(message: Told): void;
}

export type ParsedPageMessage<Message> = { ok: true; message: Message } | { ok: false; why: string };

export interface PagePanelParts<Message> {
  extensionUri: vscode.Uri;
  log: Log;
  page: PageName;
  /** The view type, with which the editor knows such tabs. */
  view: string;
  title: string;
  /** The page is not trusted: whatever it sends is checked here, once. */
  parse: (raw: unknown) => ParsedPageMessage<Message>;
  onMessage: (message: Message) => void;
  onClosed?: () => void;
  /** A tab that was restored in the background is shown for the first time, or any tab again. */
  onVisible?: () => void;
}

/** A window that is loaded again brings its tab back by itself. */
export function createPagePanel<Message, Told>(parts: PagePanelParts<Message>): PagePanel<Told> {
  const { extensionUri, log, page, view, title, parse, onMessage } = parts;
  let panel: vscode.WebviewPanel | undefined;
  const webviewOptions = { enableScripts: true, localResourceRoots: [pageFolder(extensionUri)] };
  const open = (): vscode.WebviewPanel => {
    // Kept while hidden: what was chosen on the page stays, and large data is sent once.
    const options = { ...webviewOptions, retainContextWhenHidden: true };
    return vscode.window.createWebviewPanel(view, title, vscode.ViewColumn.Active, options);
  };
  const fill = (opened: vscode.WebviewPanel): void => {
    panel = opened;
    opened.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'logo.svg');
    opened.webview.onDidReceiveMessage((raw: unknown) => {
      const parsed = parse(raw);
      if (parsed.ok) onMessage(parsed.message);
      else log.warn(`The page "${title}" sent ${parsed.why}; it was ignored.`);
    });
    opened.onDidChangeViewState(() => {
      if (opened.visible) parts.onVisible?.();
    });
    opened.onDidDispose(() => {
      panel = undefined;
      parts.onClosed?.();
    });
    opened.webview.html = renderPage(opened.webview, extensionUri, page);
  };
  const restoring = vscode.window.registerWebviewPanelSerializer(view, {
    async deserializeWebviewPanel(restored) {
      // One tab a window: the user was quicker.
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
