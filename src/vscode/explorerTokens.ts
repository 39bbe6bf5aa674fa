/** Marks in the explorer: how many tokens of the pack a folder or a file takes. Off unless the user wants them. */
import { relative, sep } from 'node:path';
import * as vscode from 'vscode';
import type { PackReport } from '../protocol/pack.js';
import { badgeFor, folderTotals, type FolderTotals } from './folderTotals.js';
import type { PackWatch } from './packWatch.js';

export interface ExplorerTokens extends vscode.Disposable {
  /** Settings, folders or trust have changed. */
  refresh(): void;
}

export interface ExplorerTokensParts {
  watch: PackWatch;
  isOn: () => boolean;
  /** Makes the pack if there is none; called only while it is on. */
  pack: () => Promise<void>;
}

export function createExplorerTokens({ watch, isOn, pack }: ExplorerTokensParts): ExplorerTokens {
  const marks = createMarks();
  let asked = false;
  const show = (): void => marks.show(isOn() ? watch.view()?.report : undefined);
  const listener = watch.onChange(show);
  return {
    refresh() {
      show();
      if (!isOn()) asked = false;
      else if (watch.view() === undefined && !asked) {
        asked = true;
        void pack();
      }
    },
    dispose() {
      listener.dispose();
      marks.dispose();
    },
  };
}

interface Marks extends vscode.Disposable {
  /** `undefined` takes every mark away. The same report again changes nothing. */
  show(report: PackReport | undefined): void;
}

function createMarks(): Marks {
  const changed = new vscode.EventEmitter<undefined>();
  let provider: vscode.Disposable | undefined;
  let shown: PackReport | undefined;
  let totals: Promise<FolderTotals> | undefined;
  const provide = async (uri: vscode.Uri): Promise<vscode.FileDecoration | undefined> => {
    const root = shown?.root;
    if (uri.scheme !== 'file' || root === undefined || totals === undefined) return undefined;
    const path = relative(root, uri.fsPath).split(sep).join('/');
    if (path === '..' || path.startsWith('../')) return undefined;
    const total = (await totals).get(path);
    if (total === undefined) return undefined;
    const { tokens, sentence } = total;
    if (tokens > 0) return new vscode.FileDecoration(badgeFor(tokens), sentence);
    return new vscode.FileDecoration(
      undefined,
      sentence,
      new vscode.ThemeColor('gitDecoration.ignoredResourceForeground'),
    );
  };
  return {
    show(report) {
      if (report === shown) return;
      shown = report;
      totals = report === undefined ? undefined : folderTotals(report);
      if (report === undefined) {
        provider?.dispose();
        provider = undefined;
        return;
      }
      provider ??= vscode.window.registerFileDecorationProvider({
        onDidChangeFileDecorations: changed.event,
        provideFileDecoration: provide,
      });
      changed.fire(undefined);
    },
    dispose() {
      provider?.dispose();
      changed.dispose();
    },
  };
}
