/** The status bar: how much of the window the pack takes, and whether a rehearsal answers. */
import * as vscode from 'vscode';
import type { AgentEvent, EventOf } from '../protocol/events.js';
import { whyBlocked } from './gate.js';

export interface PackStatus extends vscode.Disposable {
  note(event: AgentEvent): void;
  update(about: { rehearsal: boolean; running: boolean; blocked: string | undefined }): void;
}

export function createPackStatus(): PackStatus {
  const item = vscode.window.createStatusBarItem('baleen.pack', vscode.StatusBarAlignment.Right, 90);
  item.name = 'Baleen: pack';
  item.command = 'baleen.openChat';
  let pack: EventOf<'pack_ready'> | undefined;
  let about = { rehearsal: false, running: false, blocked: whyBlocked() };
  const draw = (): void => {
    // What is blocked does nothing: beside the sentence in the sidebar, numbers here would say otherwise.
    if (about.blocked !== undefined) return item.hide();
    const icon = about.running ? '$(loading~spin)' : '$(archive)';
    const tokens = pack === undefined ? 'Baleen' : `${shortTokens(pack.tokens)} · ${sharePercent(pack)}`;
    item.text = `${icon} ${tokens}${about.rehearsal ? ' · rehearsal' : ''}`;
    item.tooltip = describePack(pack, about.rehearsal);
    item.accessibilityInformation = { label: `Baleen: ${item.tooltip}` };
    item.show();
  };
  draw();
  return {
    note(event) {
      if (event.type !== 'pack_ready') return;
      pack = event;
      draw();
    },
    update(next) {
      about = next;
      draw();
    },
    dispose: () => item.dispose(),
  };
}

function describePack(pack: EventOf<'pack_ready'> | undefined, rehearsal: boolean): string {
  const who = rehearsal ? ' A rehearsal answers instead of the model; nothing leaves this machine.' : '';
  if (pack === undefined) return `The repository is packed with the first message.${who}`;
  const { files, tokens, windowTokens, withheld, listed } = pack;
  return `${files} files, ${tokens.toLocaleString('en')} tokens of a window of ${windowTokens.toLocaleString('en')}; ${listed} only listed, ${withheld} withheld.${who}`;
}

function sharePercent({ tokens, windowTokens }: EventOf<'pack_ready'>): string {
  const share = (100 * tokens) / windowTokens;
  return share < 1 ? '<1%' : `${Math.round(share)}%`;
}

/** For instance 850, 12.3K, 614K, 1.05M. */
export function shortTokens(tokens: number): string {
  if (tokens < 1000) return String(tokens);
  if (tokens < 100_000) return `${(tokens / 1000).toFixed(1)}K`;
  if (tokens < 1_000_000) return `${Math.round(tokens / 1000)}K`;
  return `${(tokens / 1_000_000).toFixed(2)}M`;
}
