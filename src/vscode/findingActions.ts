/** Quick fixes of a finding: apply, explain, dismiss it, dismiss its kind. */
import * as vscode from 'vscode';
import type { Finding } from '../protocol/events.js';
import { locateIn, type Findings } from './findings.js';

/** Commands behind the actions; not in the palette. */
export const findingCommands = {
  explain: 'baleen.explainFinding',
  dismiss: 'baleen.dismissFinding',
  dismissKind: 'baleen.dismissKind',
} as const;

export function registerFindingActions(
  findings: Findings,
  toRelative: (file: string) => string | undefined,
): vscode.Disposable {
  const provider: vscode.CodeActionProvider = {
    provideCodeActions(document, range) {
      return findings
        .at(document, range)
        .flatMap((finding) => [
          ...createFix(document, finding, toRelative(document.uri.fsPath)),
          createAction('Baleen: explain in the chat', findingCommands.explain, finding),
          createAction('Baleen: dismiss this finding', findingCommands.dismiss, finding),
          createAction(`Baleen: dismiss all of kind “${finding.category}”`, findingCommands.dismissKind, finding),
        ]);
    },
  };
  const providedCodeActionKinds = [vscode.CodeActionKind.QuickFix];
  return vscode.languages.registerCodeActionsProvider({ scheme: 'file' }, provider, { providedCodeActionKinds });
}

/** Only where the quote still stands, word for word. */
function createFix(document: vscode.TextDocument, finding: Finding, path: string | undefined): vscode.CodeAction[] {
  if (finding.fix === undefined || path !== finding.path) return [];
  const range = locateIn(document, finding.quote, finding.place);
  if (range === undefined) return [];
  const action = new vscode.CodeAction('Baleen: apply the fix', vscode.CodeActionKind.QuickFix);
  action.edit = new vscode.WorkspaceEdit();
  const isCrlf = document.eol === vscode.EndOfLine.CRLF;
  action.edit.replace(document.uri, range, isCrlf ? finding.fix.replace(/\r?\n/g, '\r\n') : finding.fix);
  action.isPreferred = true;
  return [action];
}

function createAction(title: string, command: string, finding: Finding): vscode.CodeAction {
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  action.command = { title, command, arguments: [finding.id] };
  return action;
}
