/**
 * Which text of a document its diagnostics were told of. VS Code does not say: they stand there until their extension
 * replaces them, which may be long after an edit. So it is noted when a text changes and when something was told.
 */
import * as vscode from 'vscode';

/** VS Code collects what extensions tell for 50 ms: what arrives sooner after a change was told before it. */
const leastDelayMs = 45;

export interface DiagnosticsWatch extends vscode.Disposable {
  /** Something was told since the document's text changed last, or it has not changed for as long as this watches. */
  isFresh(document: vscode.TextDocument): boolean;
  /** Whether any extension has ever told something of documents in this language. */
  hasVoice(languageId: string): boolean;
  /** Resolves when something is told or a text changes. */
  next(): Promise<void>;
  /** How often something was told of a document. */
  timesTold(document: vscode.TextDocument): number;
}

export function createDiagnosticsWatch(): DiagnosticsWatch {
  const changedAt = new Map<string, number>();
  const told = new Map<string, { version: number; times: number }>();
  const voices = new Set<string>();
  let happened = withResolver();
  const tell = (): void => {
    const last = happened;
    happened = withResolver();
    last.resolve();
  };
  const noteChange = ({ uri }: vscode.TextDocument): void => {
    changedAt.set(uri.toString(), Date.now());
    tell();
  };
  const noteTold = (uri: vscode.Uri): void => {
    const key = uri.toString();
    const document = vscode.workspace.textDocuments.find((one) => one.uri.toString() === key);
    if (document === undefined) return;
    voices.add(document.languageId);
    if (Date.now() - (changedAt.get(key) ?? 0) < leastDelayMs) return;
    told.set(key, { version: document.version, times: (told.get(key)?.times ?? 0) + 1 });
  };
  const listening = [
    vscode.workspace.onDidOpenTextDocument(noteChange),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length > 0) noteChange(document);
    }),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      changedAt.delete(uri.toString());
      told.delete(uri.toString());
    }),
    vscode.languages.onDidChangeDiagnostics(({ uris }) => {
      for (const uri of uris) noteTold(uri);
      tell();
    }),
  ];
  return {
    isFresh(document) {
      const key = document.uri.toString();
      const last = told.get(key);
      if (last !== undefined) return last.version === document.version;
      if (changedAt.has(key)) return false;
      return voices.has(document.languageId) || vscode.languages.getDiagnostics(document.uri).length > 0;
    },
    hasVoice: (languageId) => voices.has(languageId),
    next: () => happened.promise,
    timesTold: ({ uri }) => told.get(uri.toString())?.times ?? 0,
    dispose() {
      vscode.Disposable.from(...listening).dispose();
    },
  };
}

function withResolver(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
