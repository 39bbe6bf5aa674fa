/** What each message of the pack map's page does. The messages are already checked for their form. */
import * as vscode from 'vscode';
import { BaleenError, isCancellation, messageOf } from '../core/errors.js';
import type { Log } from '../core/host.js';
import { bringBack, excludeFrom, isInScope, patternFor } from '../core/pack/excludePatterns.js';
import { absoluteOf } from '../core/repository/roots.js';
import { packBudgetTokens } from '../core/prompt/budget.js';
import type { PackReport } from '../protocol/pack.js';
import type { ExcludeScope, FromMapPage, ToMapPage } from '../protocol/packMap.js';
import type { Engine } from './engine.js';
import { openFile } from './handlers.js';
import { priceNow } from './packFacts.js';
import type { PagePanel } from './pagePanel.js';
import { toMapFiles, toPlanRows } from './packMapRows.js';
import type { PackWatch } from './packWatch.js';
import { formatCost } from '../protocol/money.js';
import { choosePackBudget, choosePackExclude, type Settings } from './settings.js';

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

export type MapActions = {
  [K in FromMapPage['type']]: (message: Extract<FromMapPage, { type: K }>) => void | Promise<void>;
};

/** The making of a pack, in the map's hands. */
export interface Packing {
  pack: () => Promise<void>;
  start: () => Promise<void>;
  stop: () => void;
}

export function createMapActions(parts: PackMapParts, panel: PagePanel<ToMapPage>, packing: Packing): MapActions {
  const { engine, watch, settings } = parts;
  let planning: AbortController | undefined;
  return {
    ready: () => packing.start(),
    cancel: () => packing.stop(),
    pack: async () => {
      refuseWhileRunning(parts);
      await packing.pack();
    },
    async plan({ request, budget }) {
      planning?.abort();
      planning = new AbortController();
      const { signal } = planning;
      try {
        const { parts: workspace } = await engine.open();
        const plan = await workspace.packer.plan(budget, () => undefined, signal);
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
      const { tokens } = await workspace.packer.plan(wanted, () => undefined, new AbortController().signal);
      const name = budget === null ? 'everything that fits' : `a budget of ${count(budget)} tokens`;
      if (!(await confirmNewPack(`Pack ${name}?`, 'Use This Budget', tokens, settings(), keptSessions))) return;
      await choosePackBudget(budget);
      await packing.pack();
    },
    async exclude({ scope, path, back }) {
      await refuseUnknown(watch, path);
      refuseWhileRunning(parts);
      const { exclude } = settings().selection;
      const next = back ? bringBack(exclude, scope, path) : excludeFrom(exclude, scope, path);
      const named = scope === 'extension' ? `all files like ${patternFor(scope, path)}` : path;
      const question = back ? `Bring ${named} back into the pack?` : `Exclude ${named} from the pack?`;
      const tokens = tokensAfter(await watch.report(), scope, path, back);
      const sessions = back ? keptSessions : endedSessions;
      if (!(await confirmNewPack(question, back ? 'Bring Back' : 'Exclude', tokens, settings(), sessions))) return;
      await choosePackExclude(next);
      await packing.pack();
    },
    async open_file({ path }) {
      await refuseUnknown(watch, path);
      await openFile(engine, path, undefined);
    },
    async reveal_file({ path }) {
      await refuseUnknown(watch, path);
      const uri = vscode.Uri.file(absoluteOf((await engine.open()).parts.roots, path));
      await vscode.commands.executeCommand('revealInExplorer', uri);
    },
    copy_path: async ({ path }) => vscode.env.clipboard.writeText(path),
    manage_trust: async () => void (await vscode.commands.executeCommand('workbench.trust.manage')),
  };
}

function refuseWhileRunning({ isRunning }: PackMapParts): void {
  if (!isRunning()) return;
  throw new BaleenError(
    'A turn is running on this pack. Stop it or wait for its end, then change the pack.',
    'bad_usage',
  );
}

/** The page may name what is on its map: a file, or a folder that holds one. */
async function refuseUnknown(watch: PackWatch, path: string): Promise<void> {
  const { files = [], withheld = [] } = (await watch.report()) ?? {};
  const holds = (one: { path: string }): boolean => one.path === path || one.path.startsWith(`${path}/`);
  if (!files.some(holds) && !withheld.some(holds)) {
    throw new BaleenError(`${JSON.stringify(path)} is not on the map, so nothing was done.`, 'bad_usage');
  }
}

/** About: the lists change a little, too. */
function tokensAfter(report: PackReport | undefined, scope: ExcludeScope, path: string, back: boolean): number {
  if (report === undefined) return 0;
  const { files, withheld } = report;
  const { paths, tokens, whole } = toMapFiles({ files, withheld });
  let change = 0;
  for (const [row, one] of paths.entries()) {
    if (isInScope(scope, path, one)) change += back ? (whole[row] ?? 0) - (tokens[row] ?? 0) : -(tokens[row] ?? 0);
  }
  return Math.min(report.budget, report.tokens + change);
}

const keptSessions = 'Sessions that have begun keep their snapshot.';
const endedSessions = 'Sessions whose snapshot shows its text can be read, but not continued.';

/** The price is said before it is paid. */
async function confirmNewPack(
  question: string,
  yes: string,
  tokens: number,
  settings: Settings,
  sessions: string,
): Promise<boolean> {
  const { first, further } = priceNow(tokens, settings);
  const detail =
    `A new snapshot is made. Its first send, about ${count(tokens)} tokens, is read at the full price: ` +
    `about ${formatCost(first)} with ${settings.model.label} now; each further one ${formatCost(further)}. ` +
    sessions;
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, yes)) === yes;
}

function count(tokens: number): string {
  return tokens.toLocaleString('en');
}
