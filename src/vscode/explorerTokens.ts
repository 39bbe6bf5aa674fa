/** Marks in the explorer: how many tokens of the pack a folder or a file takes. Off unless the user wants them. */
import * as vscode from 'vscode';
import { messageOf } from '../core/errors.js';
import type { Log } from '../core/host.js';
import { pathIn } from '../core/repository/roots.js';
import type { PackReport, PackSummary } from '../protocol/pack.js';
import type { Engine } from './engine.js';
import { badgeFor, folderTotals, type FolderTotals } from './folderTotals.js';
import { whyBlocked } from './gate.js';
import { packOptions } from './packMap.js';
import type { PackWatch } from './packWatch.js';
import { readSettings } from './settings.js';
import { windowRoots } from './windowFolders.js';

export interface ExplorerTokens extends vscode.Disposable {
  /** Settings, folders or trust have changed. */
  refresh(): void;
}

export interface ExplorerTokensParts {
  watch: PackWatch;
  engine: Engine;
  log: Log;
}

export function createExplorerTokens({ watch, engine, log }: ExplorerTokensParts): ExplorerTokens {
  const marks = createMarks(() => watch.report());
  let asked = false;
  const show = (): void => marks.show(isOn() ? watch.view()?.summary : undefined);
  const listener = watch.onChange(show);
  return {
    refresh() {
      show();
      if (!isOn()) asked = false;
      else if (watch.view() === undefined && !asked) {
        asked = true;
        void packQuietly(engine, log);
      }
    },
    dispose() {
      listener.dispose();
      marks.dispose();
    },
  };
}

function isOn(): boolean {
  return readSettings().explorerTokens && whyBlocked() === undefined;
}

/** Makes the pack if there is none; that there can be none is not worth a message here. */
async function packQuietly(engine: Engine, log: Log): Promise<void> {
  try {
    const { parts } = await engine.open();
    await parts.packer.open(packOptions(parts, readSettings()), () => undefined, new AbortController().signal);
  } catch (error) {
    log.warn(`The folder was not packed for the explorer: ${messageOf(error)}`);
  }
}

interface Marks extends vscode.Disposable {
  /** `undefined` takes every mark away. The same pack again changes nothing. */
  show(pack: PackSummary | undefined): void;
}

function createMarks(report: () => Promise<PackReport | undefined>): Marks {
  const changed = new vscode.EventEmitter<undefined>();
  let provider: vscode.Disposable | undefined;
  let shown: PackSummary | undefined;
  let totals: Promise<FolderTotals | undefined> | undefined;
  const provide = async (uri: vscode.Uri): Promise<vscode.FileDecoration | undefined> => {
    const roots = windowRoots();
    if (uri.scheme !== 'file' || roots === undefined) return undefined;
    const path = pathIn(roots, uri.fsPath);
    const total = path === undefined ? undefined : (await totals)?.get(path);
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
    show(pack) {
      if (pack === shown) return;
      shown = pack;
      totals = pack === undefined ? undefined : report().then((files) => files && folderTotals(files));
      if (pack === undefined) {
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
