/** "Refactor Repository…": rule, places in a tree with check boxes, edits and verifying, the result side by side. */
import * as vscode from 'vscode';
import { BaleenError } from '../core/errors.js';
import { runRefactor, type RefactorResult } from '../core/refactor/refactor.js';
import { startSession } from '../core/session/session.js';
import type { AgentEvent, Site } from '../protocol/events.js';
import { askForModel } from './askForModel.js';
import type { Chat } from './chat.js';
import type { Connection } from './connection.js';
import { openAllDiffs } from './diffs.js';
import type { Engine } from './engine.js';
import { parsePick, sameAsChat, type ModelPick } from './modelPick.js';
import type { PackWatch } from './packWatch.js';
import { readSettings } from './settings.js';
import type { SitesTree } from './sitesTree.js';

export interface RefactorParts {
  engine: Engine;
  connection: Connection;
  chat: Chat;
  /** What the pack has, where something has opened it. */
  watch: Pick<PackWatch, 'view'>;
  tree: SitesTree;
}

/** Runs to the end, the user's choice between keeping and undoing left open. `rule` is asked for if it is not given. */
export async function refactorRepository(parts: RefactorParts, rule?: string): Promise<RefactorResult | undefined> {
  if (readSettings().approve === 'plan') {
    throw new BaleenError(
      'The approval mode is “plan”, in which nothing is changed. Choose another one first.',
      'refused',
    );
  }
  const wanted = rule ?? (await askForRule());
  if (wanted === undefined || wanted.trim() === '') return undefined;
  const pick = await choosePick(parts, rule !== undefined);
  if (pick === undefined) return undefined;
  let result: RefactorResult | undefined;
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: 'Baleen: refactoring', cancellable: true },
    (progress, token) =>
      parts.chat.occupy(async (outer) => {
        const controller = new AbortController();
        token.onCancellationRequested(() => controller.abort());
        const signal = AbortSignal.any([outer, controller.signal]);
        result = await runOnce(parts, wanted, pick, (message) => progress.report({ message }), signal);
      }),
  );
  if (result !== undefined) await showResult(parts, wanted, result);
  return result;
}

async function askForRule(): Promise<string | undefined> {
  return vscode.window.showInputBox({
    title: 'Baleen: Refactor Repository',
    prompt: 'What must hold afterwards, in the whole repository?',
    placeHolder: 'rename oldName to newName everywhere',
    ignoreFocusOut: true,
  });
}

/** Names model and price before anything begins, and lets the user take another; a caller that gave the rule is not asked. */
async function choosePick(
  { chat, connection, watch }: RefactorParts,
  isGiven: boolean,
): Promise<ModelPick | undefined> {
  const settings = readSettings();
  const now = parsePick(settings.models.refactor, chat.pick());
  if (isGiven || connection.isRehearsal()) return now;
  const tokens = watch.view()?.summary.tokens;
  const chosen = await askForModel('Baleen: Refactor Repository', settings, { now, tokens });
  return chosen === sameAsChat ? now : chosen;
}

async function runOnce(
  parts: RefactorParts,
  rule: string,
  pick: ModelPick,
  report: (message: string) => void,
  signal: AbortSignal,
): Promise<RefactorResult> {
  const { parts: workspace, userId } = await parts.engine.open();
  const settings = await parts.connection.sessionSettings(userId, pick);
  let sites: Site[] = [];
  const emit = (event: AgentEvent): void => {
    if (event.type === 'sites') sites = event.sites;
    const message = describeProgress(event);
    if (message !== undefined) report(message);
    parts.chat.tell(event);
  };
  // The chosen places are the user's yes to their edits; protected files ask in every mode.
  const session = await startSession(
    workspace,
    { ...settings, approve: settings.approve === 'auto' ? 'auto' : 'auto-edit' },
    'refactor',
    emit,
    signal,
  );
  const choose = async (): Promise<Site[] | undefined> => {
    // A progress notification has one button of its own; its text may hold a link to a command.
    report('waiting for your choice of sites. [Apply](command:baleen.applySites "Change the checked sites")');
    return parts.tree.choose(rule, sites, signal);
  };
  return runRefactor({ session, rule, verify: readSettings().verifyCommands, nameVerify, choose }, signal);
}

const verifySetting = 'baleen.refactor.verifyCommands';

const nameVerify = {
  where: ` in the setting ${verifySetting}`,
  action: { kind: 'open_settings', label: 'Open setting', setting: verifySetting },
} as const;

function describeProgress(event: AgentEvent): string | undefined {
  if (event.type === 'progress') return `packing (${event.phase})`;
  if (event.type === 'step_start') return `step ${event.step}`;
  if (event.type === 'tool_call_start') return event.title;
  if (event.type === 'verify_start') return `${event.command} (round ${event.round})`;
  return undefined;
}

async function showResult(parts: RefactorParts, rule: string, result: RefactorResult): Promise<void> {
  const { checkpoint, changed } = result;
  if (result.restored) {
    void vscode.window.showErrorMessage(
      'Baleen: the refactoring did not pass, and everything was put back. The chat says why.',
    );
    return;
  }
  if (checkpoint === undefined || changed.length === 0) return;
  const { parts: workspace } = await parts.engine.open();
  await openAllDiffs(workspace.roots, checkpoint, changed, `Refactoring: ${rule}`);
  const left = result.left.length === 0 ? '' : ` ${result.left.length} chosen places were left as they are.`;
  const text = `Baleen: ${changed.length} files were changed.${left}`;
  void vscode.window.showInformationMessage(text, 'Keep', 'Undo All').then(async (answer) => {
    if (answer === 'Undo All') await vscode.commands.executeCommand('baleen.undoTurn', checkpoint);
  });
}
