/** Review on save and on request: what starts one, and where its result is shown. */
import * as vscode from 'vscode';
import { BaleenError, messageOf } from '../core/errors.js';
import type { Log } from '../core/host.js';
import { pathIn } from '../core/repository/roots.js';
import { collectChanges, type ReviewSource } from '../core/review/collectChanges.js';
import type { Finding } from '../protocol/events.js';
import type { CommandTable } from './commandTable.js';
import { createDismissals, type Dismissals } from './dismissals.js';
import { findingCommands, registerFindingActions } from './findingActions.js';
import { createFindings, type Findings } from './findings.js';
import { windowRoots } from './windowFolders.js';
import { whyBlocked } from './gate.js';
import { askForModel } from './askForModel.js';
import { listChoices } from './modelChoices.js';
import { sameAsChat, type ModelPick } from './modelPick.js';
import type { Collect, ReviewRunner } from './reviewRunner.js';
import { createReviewStatus, type ReviewState, type ReviewStatus } from './reviewStatus.js';
import { createSavedChanges, type SavedChanges } from './savedChanges.js';
import { chooseReviewModel, readSettings, switchReviewOnSave } from './settings.js';

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

const quietMs = 300;

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
  let timer: NodeJS.Timeout | undefined;
  const isOn = (): boolean => whyBlocked() === undefined && readSettings().reviewOnSave;
  const saved: SavedChanges = createSavedChanges({
    isOn,
    toRelative,
    onSaved() {
      clearTimeout(timer);
      timer = setTimeout(() => void onQuiet(), quietMs);
    },
  });
  const run = createRun({ runner, status, saved, findings, log });
  const collectSaved: Collect = async (parts, _signal, openPack) => {
    const changes = saved.collect();
    if (changes.length === 0) return [];
    await openPack();
    const { files } = await parts.packer.list({ paths: changes.map((change) => change.path) });
    const packed = new Set(files.filter((file) => file.withheld === undefined).map((file) => file.path));
    return changes.filter((change) => packed.has(change.path));
  };
  const reviewSaved = (): Promise<void> => run('Review of what was saved', collectSaved);
  const onQuiet = async (): Promise<void> => {
    if (!isOn() || saved.collect().length === 0) return;
    try {
      const origin = await runner.unagreedOrigin();
      if (origin !== undefined) return status.show({ kind: 'unagreed', origin });
      if (isWarm()) return await reviewSaved();
      status.show({ kind: 'offer', price: await runner.coldPrice() });
    } catch (error) {
      status.show({ kind: 'no_result', why: messageOf(error) });
    }
  };
  const refresh = (): void => {
    if (!isOn()) status.show({ kind: 'off' });
    // Shown again in any case: trust may have come.
    else status.show(status.state.kind === 'off' ? { kind: 'idle' } : status.state);
    findings.redraw();
  };
  const listening = [
    saved,
    findings,
    status,
    registerFindingActions(findings, toRelative),
    redrawAfterTyping(findings),
    { dispose: () => clearTimeout(timer) },
  ];
  return {
    findings,
    status,
    refresh,
    commands: {
      toggleReviewOnSave: {
        run: async () => {
          const on = !readSettings().reviewOnSave;
          await switchReviewOnSave(on);
          if (!on) await runner.stop();
          refresh();
        },
      },
      startReview: { run: reviewSaved },
      chooseReviewModel: {
        run: async () => {
          const chosen = await askForModel('Baleen: the model of reviews', readSettings(), {
            now: pick(),
            offersChat: true,
          });
          if (chosen === undefined) return;
          await chooseReviewModel(chosen === sameAsChat ? chosen : `${chosen.model}/${chosen.thinking}`);
          refresh();
        },
      },
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
  saved: SavedChanges;
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

/** The workspace path of a file; `undefined` for one outside the window's folders. */
function toRelative(file: string): string | undefined {
  const roots = windowRoots();
  const path = roots === undefined ? undefined : pathIn(roots, file);
  return path === '' ? undefined : path;
}

function chosenFile(given: unknown): string {
  const uri = given instanceof vscode.Uri ? given : vscode.window.activeTextEditor?.document.uri;
  const path = uri?.scheme === 'file' ? toRelative(uri.fsPath) : undefined;
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
