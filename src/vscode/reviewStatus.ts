/** The review's place in the status bar: what it does, what it found and what it cost. */
import { addCost, formatCost, type Cost } from '../protocol/money.js';
import * as vscode from 'vscode';
import { whyBlocked } from './gate.js';

export type ReviewState =
  | { kind: 'off' }
  | { kind: 'idle' }
  /** The cache is cold: nothing is sent until the user says so. */
  | { kind: 'offer'; price: Cost }
  /** Nothing of this workspace has gone to the host yet: a click leads to the question. */
  | { kind: 'unagreed'; origin: string }
  | { kind: 'reviewing'; title: string }
  | { kind: 'clean' }
  | { kind: 'findings'; count: number }
  | { kind: 'no_result'; why: string };

export interface ReviewStatus extends vscode.Disposable {
  show(state: ReviewState): void;
  /** Of one more review. */
  addCost(cost: Cost): void;
  readonly state: ReviewState;
}

/** `nameModel` says what reviews run with. */
export function createReviewStatus(nameModel: () => string): ReviewStatus {
  const item = vscode.window.createStatusBarItem('baleen.review', vscode.StatusBarAlignment.Right, 89);
  item.name = 'Baleen: review on save';
  let state: ReviewState = { kind: 'off' };
  let last: Cost | undefined;
  let all: Cost | undefined;
  const draw = (): void => {
    if (whyBlocked() !== undefined) return item.hide();
    const { text, tooltip, command } = describe(state);
    const isDone = state.kind === 'clean' || state.kind === 'findings';
    item.text = isDone && last !== undefined ? `${text} · ${formatCost(last)}` : text;
    item.tooltip = describeWithMenu(
      all === undefined ? tooltip : `${tooltip} Reviews of this window: ${formatCost(all)}.`,
    );
    item.command = command;
    item.show();
  };
  const describeWithMenu = (text: string): vscode.MarkdownString => {
    const tooltip = new vscode.MarkdownString();
    tooltip.isTrusted = { enabledCommands: ['baleen.chooseReviewModel'] };
    // A reason may quote a file or the service: only the line of our own is read as Markdown.
    tooltip.appendText(`${text}\n\n${nameModel()}. `);
    return tooltip.appendMarkdown('[Choose another model](command:baleen.chooseReviewModel)');
  };
  draw();
  return {
    show(next) {
      state = next;
      draw();
    },
    addCost(cost) {
      last = cost;
      all = all === undefined ? cost : addCost(all, cost);
      draw();
    },
    get state() {
      return state;
    },
    dispose: () => item.dispose(),
  };
}

const problems = 'workbench.actions.view.problems';

function describe(state: ReviewState): { text: string; tooltip: string; command: string } {
  switch (state.kind) {
    case 'off':
      return {
        text: '$(eye-closed) Review off',
        tooltip: 'Review on save is off. Click to switch it on.',
        command: 'baleen.toggleReviewOnSave',
      };
    case 'idle':
      return { text: '$(eye) Review', tooltip: 'Each saved change is reviewed.', command: problems };
    case 'offer': {
      const price = formatCost(state.price);
      const tooltip = `The repository is not in the cache, so this review would read it at the full price, about ${price}. Click to start it; nothing is sent before.`;
      return { text: `$(eye) Review: start for ${price}`, tooltip, command: 'baleen.startReview' };
    }
    case 'unagreed': {
      const tooltip = `Nothing of this workspace has been sent to ${state.origin} yet, and a review would. Click to be told what would go there, and to decide.`;
      return { text: '$(eye) Review: not sent yet', tooltip, command: 'baleen.startReview' };
    }
    case 'reviewing':
      return { text: '$(loading~spin) Reviewing', tooltip: `${state.title}.`, command: problems };
    case 'clean':
      return { text: '$(pass) Review clean', tooltip: 'The last review found nothing.', command: problems };
    case 'findings':
      return {
        text: `$(warning) ${state.count} ${state.count === 1 ? 'finding' : 'findings'}`,
        tooltip: 'Findings stand in the Problems view.',
        command: problems,
      };
    case 'no_result':
      return { text: '$(question) Review: no result', tooltip: `${state.why}`, command: 'baleen.showLog' };
  }
}
