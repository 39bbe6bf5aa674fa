/** The sidebar's webview: its life, its page, and the door through which the page's messages come in. */
import * as vscode from 'vscode';
import type { Log } from '../core/host.js';
import type { AgentEvent } from '../protocol/events.js';
import type { ToHost, ToPage } from '../protocol/sidebar.js';
import { createEventBatch } from './eventBatch.js';
import { pageFolder, renderPage } from './html.js';
import { parseToHost } from './parseToHost.js';

export interface ChatView extends vscode.WebviewViewProvider {
  /** Sent at once, after the events that wait. Lost while the view is closed: `open` brings everything back. */
  post(message: ToPage): void;
  /** Sent with others of the same frame. */
  postEvent(event: AgentEvent): void;
  /** Shows the view and gives it the keyboard. */
  reveal(): Promise<void>;
  /** Shows the view where it can be seen; the keyboard stays where the user types. */
  show(): void;
}

export interface ChatViewParts {
  extensionUri: vscode.Uri;
  log: Log;
  onMessage: (message: ToHost) => void;
}

export const chatViewId = 'baleen.chat';

export function createChatView({ extensionUri, log, onMessage }: ChatViewParts): ChatView {
  let shown: vscode.WebviewView | undefined;
  const send = (message: ToPage): void => void shown?.webview.postMessage(message);
  const batch = createEventBatch((events) => send({ type: 'events', events }));
  return {
    resolveWebviewView(view) {
      shown = view;
      view.webview.options = { enableScripts: true, localResourceRoots: [pageFolder(extensionUri)] };
      view.webview.onDidReceiveMessage((raw: unknown) => {
        const parsed = parseToHost(raw);
        if (parsed.ok) onMessage(parsed.message);
        else log.warn(`The sidebar's page sent ${parsed.why}; it was ignored.`);
      });
      view.onDidDispose(() => {
        if (shown === view) shown = undefined;
      });
      view.webview.html = renderPage(view.webview, extensionUri, 'chat');
    },
    post(message) {
      // The whole transcript holds what waits.
      if (message.type === 'open') batch.clear();
      else batch.flush();
      send(message);
    },
    postEvent: (event) => batch.add(event),
    show() {
      if (shown === undefined) void vscode.commands.executeCommand(`${chatViewId}.focus`, { preserveFocus: true });
      else if (!shown.visible) shown.show(true);
    },
    async reveal() {
      await vscode.commands.executeCommand(`${chatViewId}.focus`);
    },
  };
}
