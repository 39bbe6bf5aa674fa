/** The pack map of a window: makes the pack when the map is first opened, and does what its page asks for. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import { BaleenError, isCancellation, messageOf } from '../core/errors.js';
import type { Log } from '../core/host.js';
import { bringBack, excludeFrom, isInScope, patternFor } from '../core/pack/excludePatterns.js';
import type { PackOptions, PackProgress } from '../core/pack/packer.js';
import { packBudgetTokens } from '../core/prompt/budget.js';
import type { Workspace } from '../node/workspace.js';
import type { PackReport } from '../protocol/pack.js';
import type { FromMapPage, PackMapPack } from '../protocol/packMap.js';
import type { Engine } from './engine.js';
import { isUntrusted, whyBlocked } from './gate.js';
import { openFile } from './handlers.js';
import { priceNow, readPackFacts } from './packFacts.js';
import { createPackMapPanel, type PackMapPanel } from './packMapPanel.js';
import { toMapFiles, toPlanRows } from './packMapRows.js';
import type { PackWatch } from './packWatch.js';
import { formatUsd } from './reviewStatus.js';
import { choosePackBudget, choosePackExclude, type Settings } from './settings.js';

export interface PackMap extends vscode.Disposable {
  show(): void;
  /** Settings, folders, trust or the connection have changed. */
  refresh(): void;
  /** Does what a message of the page asks for. */
  receive(message: FromMapPage): Promise<void>;
}

export interface PackMapParts {
  extensionUri: vscode.Uri;
  log: Log;
  engine: Engine;
  watch: PackWatch;
  settings: () => Settings;
  isRehearsal: () => boolean;
  /** A turn must not lose the pack that it runs on. */
  isRunning: () => boolean;
}

type Handlers = { [K in FromMapPage['type']]: (message: Extract<FromMapPage, { type: K }>) => void | Promise<void> };

export function createPackMap(parts: PackMapParts): PackMap {
  const { engine, watch, settings, isRehearsal, log } = parts;
  const panel = createPackMapPanel({
    ...parts,
    onMessage: (message) => void receive(message),
    onClosed: () => packing?.abort(),
  });
  let packing: AbortController | undefined;
  let planning: AbortController | undefined;
  let sent: PackReport | undefined;

  const sendPack = (): void => {
    const view = watch.view();
    if (view === undefined || !panel.isOpen()) return;
    const facts = readPackFacts(view, settings(), isRehearsal());
    if (view.report === sent) return panel.post({ type: 'facts', facts });
    sent = view.report;
    panel.post({ type: 'pack', pack: toMapPack(view.report, settings()), facts });
  };
  const pack = async (): Promise<void> => {
    packing?.abort();
    const controller = new AbortController();
    packing = controller;
    sent = undefined;
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
      panel.post({ type: 'failed', sentence });
    } finally {
      if (packing === controller) packing = undefined;
    }
    sendPack();
  };
  const start = async (): Promise<void> => {
    sent = undefined;
    const sentence = whyBlocked();
    if (sentence !== undefined) panel.post({ type: 'blocked', sentence, untrusted: isUntrusted() });
    else if (watch.view() === undefined) await pack();
    else sendPack();
  };
  const handlers = createHandlers(parts, panel, { pack, start, stop: () => packing?.abort() }, (next) => {
    planning?.abort();
    return (planning = next);
  });
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
    if (packing === undefined) sendPack();
  });
  return {
    show: () => panel.show(),
    refresh() {
      if (!panel.isOpen() || packing !== undefined) return;
      if (whyBlocked() !== undefined || watch.view() === undefined) void start();
      else sendPack();
    },
    receive,
    dispose: () => [listener, panel].forEach((one) => void one.dispose()),
  };
}

interface Packing {
  pack: () => Promise<void>;
  start: () => Promise<void>;
  stop: () => void;
}

function createHandlers(
  parts: PackMapParts,
  panel: PackMapPanel,
  packing: Packing,
  newest: (controller: AbortController) => AbortController,
): Handlers {
  const { engine, watch, settings } = parts;
  return {
    ready: () => packing.start(),
    cancel: () => packing.stop(),
    pack: async () => {
      refuseWhileRunning(parts);
      await packing.pack();
    },
    async plan({ request, budget }) {
      const { signal } = newest(new AbortController());
      try {
        const { parts: workspace } = await engine.open();
        const plan = await workspace.packer.plan(budget, signal);
        const price = priceNow(plan.tokens, settings());
        panel.post({ type: 'plan', request, budget, packTokens: plan.tokens, ...toPlanRows(plan), price });
      } catch (error) {
        if (!isCancellation(error, signal)) panel.post({ type: 'plan_failed', request, sentence: messageOf(error) });
      }
    },
    async use_budget({ budget }) {
      refuseWhileRunning(parts);
      const { parts: workspace } = await engine.open();
      const wanted = Math.min(budget ?? Infinity, packBudgetTokens(settings().model));
      const { tokens } = await workspace.packer.plan(wanted, new AbortController().signal);
      const name = budget === null ? 'everything that fits' : `a budget of ${count(budget)} tokens`;
      if (!(await confirmNewPack(`Pack ${name}?`, tokens, settings(), 'Use This Budget'))) return;
      await choosePackBudget(budget);
      await packing.pack();
    },
    async exclude({ scope, path, back }) {
      refuseUnknown(watch, path);
      refuseWhileRunning(parts);
      const { packExclude } = settings();
      const next = back ? bringBack(packExclude, scope, path) : excludeFrom(packExclude, scope, path);
      const named = scope === 'extension' ? `all files like ${patternFor(scope, path)}` : path;
      const question = back ? `Bring ${named} back into the pack?` : `Exclude ${named} from the pack?`;
      const tokens = tokensAfter(watch.view()?.report, scope, path, back);
      if (!(await confirmNewPack(question, tokens, settings(), back ? 'Bring Back' : 'Exclude'))) return;
      await choosePackExclude(next);
      await packing.pack();
    },
    async open_file({ path }) {
      refuseUnknown(watch, path);
      await openFile(engine, path, undefined);
    },
    async reveal_file({ path }) {
      refuseUnknown(watch, path);
      const uri = vscode.Uri.file(join((await engine.open()).parts.root, path));
      await vscode.commands.executeCommand('revealInExplorer', uri);
    },
    copy_path: async ({ path }) => vscode.env.clipboard.writeText(path),
    manage_trust: async () => void (await vscode.commands.executeCommand('workbench.trust.manage')),
  };
}

/** The folder's pack under the settings of now. */
export function packOptions({ root, stateFolder }: Workspace['parts'], { budgetTokens }: Settings): PackOptions {
  return { root, stateFolder, budgetTokens };
}

function toMapPack(report: PackReport, { model }: Settings): PackMapPack {
  const { tokens, frameTokens, budget } = report;
  return { files: toMapFiles(report), tokens, frameTokens, budget, mostTokens: packBudgetTokens(model) };
}

function refuseWhileRunning({ isRunning }: PackMapParts): void {
  if (!isRunning()) return;
  throw new BaleenError(
    'A turn is running on this pack. Stop it or wait for its end, then change the pack.',
    'bad_usage',
  );
}

/** The page may name what is on its map: a file, or a folder that holds one. */
function refuseUnknown(watch: PackWatch, path: string): void {
  const { files = [], withheld = [] } = watch.view()?.report ?? {};
  const holds = (one: { path: string }): boolean => one.path === path || one.path.startsWith(`${path}/`);
  if (!files.some(holds) && !withheld.some(holds)) {
    throw new BaleenError(`${JSON.stringify(path)} is not on the map, so nothing was done.`, 'bad_usage');
  }
}

/** About: the lists change a little, too. */
function tokensAfter(
  report: PackReport | undefined,
  scope: Parameters<typeof isInScope>[0],
  path: string,
  back: boolean,
): number {
  if (report === undefined) return 0;
  const { files, withheld } = report;
  const { paths, tokens, whole } = toMapFiles({ files, withheld });
  let change = 0;
  for (const [row, one] of paths.entries()) {
    if (isInScope(scope, path, one)) change += back ? (whole[row] ?? 0) - (tokens[row] ?? 0) : -(tokens[row] ?? 0);
  }
  return Math.min(report.budget, report.tokens + change);
}

/** The price is said before it is paid. */
async function confirmNewPack(question: string, tokens: number, settings: Settings, yes: string): Promise<boolean> {
  const { firstUsd, furtherUsd } = priceNow(tokens, settings);
  const detail =
    `A new snapshot is made. Its first send, about ${count(tokens)} tokens, is read at the full price: ` +
    `about ${formatUsd(firstUsd)} with ${settings.model.label} now; each further one ${formatUsd(furtherUsd)}. ` +
    'Sessions on the present snapshot can be read, but not continued.';
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, yes)) === yes;
}

function count(tokens: number): string {
  return tokens.toLocaleString('en');
}
