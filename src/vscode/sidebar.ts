/** The sidebar: its view, and what the page in it is given of the chat: state, transcript, draft and price. */
import type * as vscode from 'vscode';
import type { ToHost } from '../protocol/sidebar.js';
import { createChatView, type ChatView } from './chatView.js';
import { createEstimates, type EstimateParts } from './estimates.js';
import { readSidebarState, type SidebarSources } from './sidebarState.js';

export interface Sidebar {
  readonly view: ChatView;
  /** Gives the page the state, and what the message in the box costs in it. */
  showState(): void;
  /** Gives the page everything anew. */
  openPage(): void;
  /** What is in the box: kept for a reload, and priced. */
  setDraft(text: string): void;
  /** Puts a question into the box. */
  ask(text: string): Promise<void>;
}

export interface SidebarParts extends SidebarSources, Omit<EstimateParts, 'post'> {
  extensionUri: vscode.Uri;
  /** Of this folder. */
  memory: vscode.Memento;
  onMessage: (message: ToHost) => void;
}

const draftMemory = 'draft';

export function createSidebar(parts: SidebarParts): Sidebar {
  const { memory, chat, watch } = parts;
  const view = createChatView(parts);
  const estimates = createEstimates({ ...parts, post: (estimate) => view.post({ type: 'estimate', estimate }) });
  watch.onChange(() => estimates.refresh());
  return {
    view,
    showState() {
      view.post({ type: 'state', state: readSidebarState(parts) });
      estimates.refresh();
    },
    openPage() {
      const draft = memory.get(draftMemory, '');
      view.post({ type: 'open', state: readSidebarState(parts), transcript: chat.transcript.entries, draft });
      estimates.note(draft);
    },
    setDraft(text) {
      void memory.update(draftMemory, text);
      estimates.note(text);
    },
    async ask(text) {
      await view.reveal();
      view.post({ type: 'prefill', text });
    },
  };
}
