/** What is known in this window of the folder's pack: noted when the packer opens one, whoever asked it to. */
import * as vscode from 'vscode';
import type { Packer, PackState } from '../core/pack/packer.js';
import type { PackReport, PackSelection } from '../protocol/pack.js';
import type { Settings } from './settings.js';

/** A pack as it was opened last, and what has been told since. */
export interface PackView {
  /** The same object as long as the snapshot is the same. */
  report: PackReport;
  /** Entries of the change log since the snapshot, and their tokens. */
  changes: number;
  logTokens: number;
  /** What the settings asked for when it was opened. */
  selection: PackSelection;
}

export interface PackWatch extends vscode.Disposable {
  view(): PackView | undefined;
  readonly onChange: vscode.Event<void>;
  /** A packer whose packs are noted. One that is wrapped later takes the place of the earlier one. */
  wrap(packer: Packer): Packer;
}

export function createPackWatch(settings: () => Pick<Settings, 'selection'>): PackWatch {
  const changed = new vscode.EventEmitter<void>();
  let current: Packer | undefined;
  let view: PackView | undefined;
  const note = (from: Packer, next: PackView | undefined): void => {
    if (from !== current) return;
    view = next;
    changed.fire();
  };
  return {
    view: () => view,
    onChange: changed.event,
    wrap(packer) {
      current = packer;
      return {
        ...packer,
        async open(options, onProgress, signal) {
          const { selection } = settings();
          const state = await packer.open(options, onProgress, signal);
          const isSame = view?.report.sha256 === state.report.sha256 && view.report.budget === state.report.budget;
          note(packer, { report: isSame ? view!.report : state.report, selection, ...countLog(state.entries) });
          return state;
        },
        async sync(origin) {
          const entries = await packer.sync(origin);
          const added = countLog(entries);
          if (view !== undefined && added.changes > 0) {
            const { changes, logTokens } = view;
            note(packer, { ...view, changes: changes + added.changes, logTokens: logTokens + added.logTokens });
          }
          return entries;
        },
        async dispose() {
          note(packer, undefined);
          await packer.dispose();
        },
      };
    },
    dispose: () => changed.dispose(),
  };
}

function countLog(entries: PackState['entries']): Pick<PackView, 'changes' | 'logTokens'> {
  return { changes: entries.length, logTokens: entries.reduce((sum, { tokens }) => sum + tokens, 0) };
}
