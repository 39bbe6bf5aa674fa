/** The status bar: tokens of the pack, their share of the window, and what has changed since the snapshot. */
import * as vscode from 'vscode';
import type { PackMapFacts } from '../protocol/packMap.js';
import type { FileCounts } from '../protocol/pack.js';
import { formatCost } from '../protocol/money.js';
import type { Chat } from './chat.js';
import type { Connection } from './connection.js';
import { whyBlocked } from './gate.js';
import { readPackFacts } from './packFacts.js';
import type { PackWatch } from './packWatch.js';
import { readSettings } from './settings.js';

interface PackStatusState {
  /** Absent until something needed the pack: nothing is scanned for the status bar. */
  pack?: { tokens: number; counts: FileCounts; facts: PackMapFacts };
  rehearsal: boolean;
  running: boolean;
  blocked: string | undefined;
}

export interface PackStatus extends vscode.Disposable {
  /** Something else than the pack has changed; that is watched. */
  refresh(): void;
}

export interface PackStatusParts {
  watch: PackWatch;
  chat: Chat;
  connection: Connection;
}

export function createPackStatus({ watch, chat, connection }: PackStatusParts): PackStatus {
  const item = vscode.window.createStatusBarItem('baleen.pack', vscode.StatusBarAlignment.Right, 90);
  item.name = 'Baleen: pack';
  item.command = 'baleen.showPackMap';
  const update = (state: PackStatusState): void => {
    // What is blocked does nothing: beside the sentence in the sidebar, numbers here would say otherwise.
    if (state.blocked !== undefined) return item.hide();
    const icon = state.running ? '$(loading~spin)' : '$(archive)';
    item.text = [`${icon} ${describeShortly(state)}`, ...(state.rehearsal ? ['rehearsal'] : [])].join(' · ');
    item.tooltip = describePack(state);
    item.accessibilityInformation = { label: `Baleen: ${item.tooltip}`, role: 'button' };
    item.show();
  };
  const refresh = (): void => {
    const rehearsal = connection.isRehearsal();
    const pack = readPack(watch, rehearsal);
    const state = { rehearsal, running: chat.isRunning(), blocked: whyBlocked() };
    update({ ...state, ...(pack === undefined ? {} : { pack }) });
  };
  update({ rehearsal: false, running: false, blocked: whyBlocked() });
  watch.onChange(refresh);
  return { refresh, dispose: () => item.dispose() };
}

function readPack(watch: PackWatch, rehearsal: boolean): PackStatusState['pack'] {
  const view = watch.view();
  if (view === undefined) return undefined;
  const facts = readPackFacts(view, readSettings(), rehearsal);
  return { tokens: view.summary.tokens, counts: view.counts, facts };
}

function describeShortly({ pack }: PackStatusState): string {
  if (pack === undefined) return 'Baleen';
  const { tokens } = pack;
  const { changes, windowTokens } = pack.facts;
  const parts = [shortTokens(tokens), sharePercent(tokens, windowTokens)];
  if (changes > 0) parts.push(changes === 1 ? '1 change' : `${changes} changes`);
  return parts.join(' · ');
}

/** A sentence a line. */
function describePack({ pack, rehearsal }: PackStatusState): string {
  const who = rehearsal ? ['A rehearsal answers instead of the model; nothing leaves this machine.'] : [];
  if (pack === undefined) {
    return ['The repository is packed with the first message. Click to pack it now and see its map.', ...who].join(
      '\n',
    );
  }
  const { tokens, counts, facts } = pack;
  const count = (value: number): string => value.toLocaleString('en');
  const { full, outline, listed, withheld } = counts;
  const outlined = outline === 0 ? '' : `${count(outline)} as outlines, `;
  const { first, further } = facts.price;
  return [
    `${count(tokens)} tokens of a window of ${count(facts.windowTokens)}.`,
    `${count(full + outline + listed)} files: ${outlined}${count(listed)} only listed; ${count(withheld)} more withheld.`,
    `${facts.changes === 1 ? '1 change' : `${count(facts.changes)} changes`} since the snapshot, ${count(facts.logTokens)} tokens.`,
    `First send ${formatCost(first)}, each further one ${formatCost(further)} (${facts.modelLabel}, now).`,
    ...who,
    'Click for the pack map.',
  ].join('\n');
}

function sharePercent(tokens: number, windowTokens: number): string {
  const share = (100 * tokens) / windowTokens;
  return share < 1 ? '<1%' : `${Math.round(share)}%`;
}

/** For instance 850, 12.3K, 614K, 1.05M. */
function shortTokens(tokens: number): string {
  if (tokens < 1000) return String(tokens);
  if (tokens < 100_000) return `${(tokens / 1000).toFixed(1)}K`;
  if (tokens < 1_000_000) return `${Math.round(tokens / 1000)}K`;
  return `${(tokens / 1_000_000).toFixed(2)}M`;
}
