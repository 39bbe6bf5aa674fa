/** Review on save and on request: what starts one, and where its result is shown. */
import * as vscode from 'vscode';
import { BaleenError, messageOf } from '../core/errors.js';
import type { Log } from '../core/host.js';
import { collectChanges, type ReviewSource } from '../core/review/collectChanges.js';
import type { Finding } from '../protocol/events.js';
import type { CommandTable } from './commandTable.js';
import { createDismissals, type Dismissals } from './dismissals.js';
import { findingCommands, registerFindingActions } from './findingActions.js';
import { createFindings, type Findings } from './findings.js';
import { askForModel } from './askForModel.js';
import { listChoices } from './modelChoices.js';
import { sameAsChat, type ModelPick } from './modelPick.js';
import { createReviewOnSave, quietMs } from './reviewOnSave.js';
import type { Collect, ReviewRunner } from './reviewRunner.js';
import { createReviewStatus, type ReviewState, type ReviewStatus } from './reviewStatus.js';
import type { SavedChanges } from './savedChanges.js';
import { chooseReviewModel, readSettings, switchReviewOnSave } from './settings.js';
import { windowRoots, workspacePathOf } from './windowFolders.js';

export interface Review extends vscode.Disposable {
  readonly commands: CommandTable;
  readonly findings: Findings;
  readonly status: ReviewStatus;
  /** Settings or trust have changed. */
  refresh(): void;
}

export interface ReviewParts {
  runner: ReviewRunner;
  /** The prefix of the reviews' model is likely to be in the cache. */
  isWarm: () => boolean;
  /** What reviews run with. */
  pick: () => ModelPick;
  memory: vscode.Memento;
  log: Log;
  /** Puts a question into the chat's message box. */
  ask: (text: string) => Promise<void>;
}

export function createReview({ runner, isWarm, pick, memory, log, ask }: ReviewParts): Review {
  const status = createReviewStatus(() => nameOfPick(pick()));
  const dismissals = createDismissals(memory);
  const findings = createFindings({
    roots: windowRoots,
    dismissals,
    minimumSeverity: () => readSettings().minimumSeverity,
    onChange: () => {
      if (status.state.kind === 'findings' || status.state.kind === 'clean') status.show(stateOf(findings));
    },
  });
  const onSave = createReviewOnSave({ runner, status, isWarm, run: (title, collect) => run(title, collect) });
  const run = createRun({ runner, status, saved: onSave, findings, log });
  const refresh = (): void => {
    if (!onSave.isOn()) status.show({ kind: 'off' });
    // Shown again in any case: trust may have come.
    else status.show(status.state.kind === 'off' ? { kind: 'idle' } : status.state);
    findings.redraw();
  };
  const listening = [
    onSave,
    findings,
    status,
    registerFindingActions(findings, workspacePathOf),
    redrawAfterTyping(findings),
  ];
  return {
    findings,
    status,
    refresh,
    commands: {
      startReview: { run: onSave.reviewSaved },
      ...createSwitchCommands(runner, pick, refresh),
      ...createSourceCommands(run, log),
      ...createFindingCommands(findings, dismissals, ask),
    },
    dispose: () => listening.forEach((one) => void one.dispose()),
  };
}

type Run = (title: string, collect: Collect) => Promise<void>;

/** Runs a review and shows how it stands; one that another one has replaced shows nothing any more. */
function createRun(parts: {
  runner: ReviewRunner;
  status: ReviewStatus;
  saved: Pick<SavedChanges, 'markReviewed'>;
  findings: Findings;
  log: Log;
}): Run {
  const { runner, status, saved, findings, log } = parts;
  /** What the status bar showed before, for a review that comes to nothing. */
  let settled: ReviewState = { kind: 'idle' };
  let runs = 0;
  return async (title, collect) => {
    if (status.state.kind !== 'reviewing') settled = status.state;
    status.show({ kind: 'reviewing', title });
    const mine = ++runs;
    try {
      const reviewed = await runner.run(title, collect);
      if (mine !== runs) return;
      if (reviewed === undefined)
        return status.show(settled.kind === 'offer' || settled.kind === 'unagreed' ? { kind: 'idle' } : settled);
      const { result, changes } = reviewed;
      // Refused before anything was sent: it stands as it stood.
      if (result.outcome === 'refused') return status.show(settled);
      status.addCost(result.cost);
      if (result.state !== 'clean' && result.state !== 'findings') {
        return status.show({ kind: 'no_result', why: 'The review came to no result; the log says why.' });
      }
      saved.markReviewed(changes);
      const paths = changes.map((change) => change.path);
      status.show({ kind: 'clean' });
      findings.replace(paths, result.findings);
    } catch (error) {
      if (mine !== runs) return;
      log.warn(messageOf(error));
      status.show({ kind: 'no_result', why: messageOf(error) });
    }
  };
}

/** What the user sets for all reviews. */
function createSwitchCommands(runner: ReviewRunner, pick: () => ModelPick, refresh: () => void): CommandTable {
  return {
    toggleReviewOnSave: {
      run: async () => {
        const on = !readSettings().reviewOnSave;
        await switchReviewOnSave(on);
        if (!on) await runner.stop();
        refresh();
      },
    },
    chooseReviewModel: {
      run: async () => {
        const asked = { now: pick(), offersChat: true };
        const chosen = await askForModel('Baleen: the model of reviews', readSettings(), asked);
        if (chosen === undefined) return;
        await chooseReviewModel(chosen === sameAsChat ? chosen : `${chosen.model}/${chosen.thinking}`);
        refresh();
      },
    },
  };
}

/** Reviews that the user asks for; they start whatever the cache holds. */
function createSourceCommands(run: Run, log: Log): CommandTable {
  const review = (title: string, source: ReviewSource): Promise<void> =>
    run(title, async (parts, signal) => {
      const workspace = { roots: parts.roots, selection: readSettings().selection };
      const { changes, skipped } = await collectChanges(parts.host, workspace, source, signal);
      for (const { path, why } of skipped) log.info(`Not reviewed: ${path} (${why})`);
      if (changes.length === 0) void vscode.window.showInformationMessage('Baleen: there is no change to review.');
      return changes;
    });
  return {
    reviewChanges: { run: () => review('Review of the changes since the last commit', { kind: 'head' }) },
    reviewFile: {
      run: (given) => {
        const path = chosenFile(given);
        return review(`Review of ${path}`, { kind: 'files', paths: [path] });
      },
    },
  };
}

function createFindingCommands(findings: Findings, dismissals: Dismissals, ask: ReviewParts['ask']): CommandTable {
  const find = (id: unknown): Finding | undefined => findings.shown().find((one) => one.id === id);
  const redrawAfter =
    (work: (finding: Finding) => Promise<void>) =>
    async (id: unknown): Promise<void> => {
      const finding = find(id);
      if (finding !== undefined) await work(finding);
      findings.redraw();
    };
  return {
    [nameOf(findingCommands.dismiss)]: { run: redrawAfter(({ id }) => dismissals.dismiss(id)) },
    [nameOf(findingCommands.dismissKind)]: { run: redrawAfter(({ category }) => dismissals.dismissKind(category)) },
    [nameOf(findingCommands.explain)]: {
      run: async (id) => {
        const finding = find(id);
        if (finding === undefined) return;
        const { path, place, message } = finding;
        await ask(`Explain this finding in ${path}:${place.startLine}, and whether it is right: ${message}`);
      },
    },
    clearDismissals: {
      run: async () => {
        await dismissals.clear();
        findings.redraw();
      },
    },
  };
}

function nameOfPick({ model, thinking }: ModelPick): string {
  const label = listChoices(readSettings()).find(({ id }) => id === model)?.label ?? model;
  return `${label}, thinking ${thinking}`;
}

function stateOf(findings: Findings): { kind: 'clean' } | { kind: 'findings'; count: number } {
  const count = findings.shown().length;
  return count === 0 ? { kind: 'clean' } : { kind: 'findings', count };
}

function nameOf(command: string): string {
  return command.slice('baleen.'.length);
}

function chosenFile(given: unknown): string {
  const uri = given instanceof vscode.Uri ? given : vscode.window.activeTextEditor?.document.uri;
  const path = uri?.scheme === 'file' ? workspacePathOf(uri.fsPath) : undefined;
  if (path === undefined) throw new BaleenError('Open a file of the folder first.', 'bad_usage');
  return path;
}

/** A mark whose quote is gone from an open file goes too. */
function redrawAfterTyping(findings: Findings): vscode.Disposable {
  let timer: NodeJS.Timeout | undefined;
  const listening = vscode.workspace.onDidChangeTextDocument(() => {
    if (findings.shown().length === 0) return;
    clearTimeout(timer);
    timer = setTimeout(() => findings.redraw(), quietMs);
  });
  return {
    dispose() {
      clearTimeout(timer);
      listening.dispose();
    },
  };
}
