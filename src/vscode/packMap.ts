/** The pack map of a window: makes the pack when the map is first opened, and gives it to the page. */
import * as vscode from 'vscode';
import { BaleenError, isCancellation, messageOf } from '../core/errors.js';
import type { PackOptions, PackProgress } from '../core/pack/packer.js';
import { packBudgetTokens } from '../core/prompt/budget.js';
import type { Workspace } from '../node/workspace.js';
import type { PackReport, PackSummary } from '../protocol/pack.js';
import type { FromMapPage, PackMapFacts, PackMapPack, ToMapPage } from '../protocol/packMap.js';
import { isUntrusted, whyBlocked } from './gate.js';
import { readPackFacts } from './packFacts.js';
import { createMapActions, type PackMapParts } from './packMapActions.js';
import { createPagePanel, type PagePanel } from './pagePanel.js';
import { toMapFiles } from './packMapRows.js';
import { parseFromMapPage } from './parseFromMapPage.js';
import type { Settings } from './settings.js';

export const packMapView = 'baleen.packMap';

export interface PackMap extends vscode.Disposable {
  show(): void;
  /** Settings, folders, trust or the connection have changed. */
  refresh(): void;
  /** Does what a message of the page asks for. */
  receive(message: FromMapPage): Promise<void>;
}

export function createPackMap(parts: PackMapParts): PackMap {
  const { engine, watch, settings, log } = parts;
  const panel = createPagePanel<FromMapPage, ToMapPage>({
    ...parts,
    ...{ page: 'packMap', view: packMapView, title: 'Pack Map', parse: parseFromMapPage },
    onMessage: (message) => void receive(message),
    onVisible: () => {
      if (isResting) void start();
    },
    onClosed: () => packing?.abort(),
  });
  const sender = createSender(parts, panel);
  let packing: AbortController | undefined;
  /** The page waits for its tab to be shown. */
  let isResting = false;

  const pack = async (): Promise<void> => {
    packing?.abort();
    const controller = new AbortController();
    packing = controller;
    sender.forget();
    panel.post({ type: 'packing', phase: 'list', done: 0, total: 0 });
    try {
      const { parts: workspace } = await engine.open();
      const onProgress: PackProgress = (event) => panel.post({ ...event, type: 'packing' });
      await workspace.packer.open(packOptions(workspace, settings()), onProgress, controller.signal);
    } catch (error) {
      if (packing !== controller) return;
      const stopped = 'Packing was stopped, and nothing was changed.';
      const sentence = isCancellation(error, controller.signal) ? stopped : messageOf(error);
      if (!(error instanceof BaleenError) && sentence !== stopped) log.error(sentence);
      // What was shown before stays in sight below the sentence.
      return panel.post({ type: 'failed', sentence });
    } finally {
      if (packing === controller) packing = undefined;
    }
    sender.send();
  };
  const start = async (): Promise<void> => {
    sender.forget();
    const sentence = whyBlocked();
    if (sentence !== undefined) return panel.post({ type: 'blocked', sentence, untrusted: isUntrusted() });
    if (watch.view() !== undefined) return sender.send();
    // A window that is loaded again must not look at the folder for a map that nobody sees.
    isResting = !panel.isVisible();
    if (isResting) panel.post({ type: 'resting' });
    else await pack();
  };
  const handlers = createMapActions(parts, panel, { pack, start, stop: () => packing?.abort() });
  const receive = async (message: FromMapPage): Promise<void> => {
    try {
      const blocked = message.type === 'ready' || message.type === 'manage_trust' ? undefined : whyBlocked();
      if (blocked !== undefined) throw new BaleenError(blocked, 'bad_usage');
      await (handlers[message.type] as (message: FromMapPage) => void | Promise<void>)(message);
    } catch (error) {
      log.warn(`pack map, ${message.type}: ${messageOf(error)}`);
      void vscode.window.showWarningMessage(`Baleen: ${messageOf(error)}`);
    }
  };
  const listener = watch.onChange(() => {
    if (packing === undefined) sender.send();
  });
  return {
    show: () => panel.show(),
    refresh() {
      if (!panel.isOpen() || packing !== undefined) return;
      if (whyBlocked() !== undefined || watch.view() === undefined) void start();
      else sender.send();
    },
    receive,
    dispose: () => [listener, panel].forEach((one) => void one.dispose()),
  };
}

/** Gives the page the pack, and its files only where they are not the ones that it has. */
function createSender(
  { watch, settings, isRehearsal }: PackMapParts,
  panel: PagePanel<ToMapPage>,
): { send: () => void; forget: () => void } {
  let sent: PackSummary | undefined;
  const sendFiles = async (summary: PackSummary, facts: PackMapFacts): Promise<void> => {
    const report = await watch.report();
    if (report === undefined || summary !== sent) return;
    const made = toMapPack(report, settings());
    // Rows are made and written out in turns of their own: together they would hold up the host for long.
    setImmediate(() => panel.post({ type: 'pack', pack: made, facts }));
  };
  return {
    send() {
      const view = watch.view();
      if (view === undefined || !panel.isOpen()) return;
      const facts = readPackFacts(view, settings(), isRehearsal());
      if (view.summary === sent) return panel.post({ type: 'facts', facts });
      sent = view.summary;
      void sendFiles(view.summary, facts);
    },
    forget: () => void (sent = undefined),
  };
}

/** The workspace's pack under the settings of now. */
export function packOptions({ host, roots, stateFolder }: Workspace['parts'], settings: Settings): PackOptions {
  const { budgetTokens, selection } = settings;
  return { roots, stateFolder, budgetTokens, selection, near: host.documents.listOpen(roots) };
}

function toMapPack(report: PackReport, { model }: Settings): PackMapPack {
  const { tokens, frameTokens, budget } = report;
  return { files: toMapFiles(report), tokens, frameTokens, budget, mostTokens: packBudgetTokens(model) };
}
