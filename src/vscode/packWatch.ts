/** What is known in this window of the workspace's pack: noted when the packer opens one, whoever asked it to. */
import * as vscode from 'vscode';
import type { ChangeEntry, Packer } from '../core/pack/packer.js';
import type { FileCounts, PackReport, PackSelection, PackSummary } from '../protocol/pack.js';
import type { Settings } from './settings.js';

/** A pack as it was opened last, and what has been told since. */
export interface PackView {
  /** The same object as long as the snapshot is the same. */
  summary: PackSummary;
  counts: FileCounts;
  /** Of the change log since the snapshot. */
  entries: ChangeEntry[];
  changes: number;
  logTokens: number;
  /** What the settings asked for when it was opened. */
  selection: PackSelection;
}

export interface PackWatch extends vscode.Disposable {
  view(): PackView | undefined;
  /** The files of the pack one by one, fetched once for each snapshot; `undefined` while there is none. */
  report(): Promise<PackReport | undefined>;
  readonly onChange: vscode.Event<void>;
  /** A packer whose packs are noted. One that is wrapped later takes the place of the earlier one. */
  wrap(packer: Packer): Packer;
}

export function createPackWatch(settings: () => Pick<Settings, 'selection'>): PackWatch {
  const changed = new vscode.EventEmitter<void>();
  let current: Packer | undefined;
  let view: PackView | undefined;
  let report: { of: PackSummary; fetched: Promise<PackReport> } | undefined;
  const note = (from: Packer, next: PackView | undefined): void => {
    if (from !== current) return;
    view = next;
    changed.fire();
  };
  const noteAdded = (from: Packer, entries: ChangeEntry[]): ChangeEntry[] => {
    if (view !== undefined && entries.length > 0) note(from, { ...view, ...countLog([...view.entries, ...entries]) });
    return entries;
  };
  return {
    view: () => view,
    async report() {
      if (current === undefined || view === undefined) return undefined;
      if (report?.of !== view.summary) report = { of: view.summary, fetched: current.report() };
      return report.fetched;
    },
    onChange: changed.event,
    wrap(packer) {
      current = packer;
      return {
        ...packer,
        async open(options, onProgress, signal) {
          const { selection } = settings();
          const state = await packer.open(options, onProgress, signal);
          // An older session's pack stands beside the newest, which is the one that is shown.
          if (options.pinned !== undefined && view !== undefined) return state;
          const known = view?.summary;
          const isSame = known?.sha256 === state.report.sha256 && known.budget === state.report.budget;
          const { counts, entries } = state;
          note(packer, { summary: isSame ? known : state.report, counts, selection, ...countLog(entries) });
          return state;
        },
        sync: async (...args) => noteAdded(packer, await packer.sync(...args)),
        beforeSend: async (...args) => noteAdded(packer, await packer.beforeSend(...args)),
        async dispose() {
          note(packer, undefined);
          await packer.dispose();
        },
      };
    },
    dispose: () => changed.dispose(),
  };
}

function countLog(entries: readonly ChangeEntry[]): Pick<PackView, 'entries' | 'changes' | 'logTokens'> {
  return {
    entries: [...entries],
    changes: entries.length,
    logTokens: entries.reduce((sum, { tokens }) => sum + tokens, 0),
  };
}
