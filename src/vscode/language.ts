/** The editor's language services as the core asks for them. */
import * as vscode from 'vscode';
import { messageOf } from '../core/errors.js';
import type { AskedText, Clock, Language, LanguageAnswer, RenamedFile, TextRange } from '../core/host.js';
import { createDiagnostics, openDocument, waitForText } from './diagnostics.js';
import type { DiagnosticsWatch } from './diagnosticsWatch.js';
import { isUntrusted } from './gate.js';
import { rangeOf, toPosition, toRange } from './positions.js';

/** A server that reads a large project first takes this long. */
const longestAnswerMs = 30_000;
/** Until the editor has read what was just written. */
const longestReloadMs = 2000;

interface AnsweredPlace {
  path: string;
  range: TextRange;
}

export function createLanguage(clock: Clock, watch: DiagnosticsWatch): Language {
  const tell = createDiagnostics(clock, watch);
  return {
    diagnostics: async (files, signal) =>
      isUntrusted() ? files.map(() => ({ kind: 'none', why: restricted })) : tell(files, signal),
    references: (file, word, signal) =>
      askInTime<{ places: AnsweredPlace[] }>({ clock, watch, signal }, file, async ({ uri }) => {
        const found = await vscode.commands.executeCommand<vscode.Location[] | undefined>(
          'vscode.executeReferenceProvider',
          uri,
          toPosition(word.start),
        );
        const places = (found ?? [])
          .filter(isOnDisk)
          .map((one) => ({ path: one.uri.fsPath, range: rangeOf(one.range) }));
        return places.length === 0 ? nobody : { kind: 'answered', places };
      }),
    rename: (file, word, newName, signal) =>
      askInTime({ clock, watch, signal }, file, (document) => rename(document, word, newName)),
  };
}

const restricted = 'the folder is in Restricted Mode';
const otherText = 'the editor has another text of the file than the disk; try again in a moment';
const tooLate = `it gave no answer within ${longestAnswerMs / 1000} s`;
const nobody = { kind: 'none', why: 'no language server of the editor answers for it' } as const;

interface Asking {
  clock: Clock;
  watch: DiagnosticsWatch;
  signal: AbortSignal;
}

/** A server's own words for what it does not do are a refusal. */
async function askInTime<T>(
  { clock, watch, signal }: Asking,
  { path, text }: AskedText,
  ask: (document: vscode.TextDocument) => Promise<LanguageAnswer<T>>,
): Promise<LanguageAnswer<T>> {
  if (isUntrusted()) return { kind: 'none', why: restricted };
  const document = await openDocument(path);
  if ('why' in document) return { kind: 'none', why: document.why };
  const end = new AbortController();
  const wait = (ms: number): Promise<'over'> => {
    const over = clock.sleep(ms, AbortSignal.any([signal, end.signal])).then(() => 'over' as const);
    over.catch(() => undefined);
    return over;
  };
  try {
    if (!(await waitForText(document, text, wait(longestReloadMs), watch))) return { kind: 'refused', why: otherText };
    const answer = await Promise.race([ask(document), wait(longestAnswerMs)]);
    return answer === 'over' ? { kind: 'refused', why: tooLate } : answer;
  } catch (error) {
    signal.throwIfAborted();
    return { kind: 'refused', why: messageOf(error) };
  } finally {
    end.abort();
  }
}

async function rename(
  document: vscode.TextDocument,
  word: TextRange,
  newName: string,
): Promise<LanguageAnswer<{ files: RenamedFile[] }>> {
  const at = toPosition(word.start);
  const edit = await vscode.commands.executeCommand<vscode.WorkspaceEdit | undefined>(
    'vscode.executeDocumentRenameProvider',
    ...[document.uri, at, newName],
  );
  const entries = edit?.entries() ?? [];
  if (edit === undefined || entries.length === 0) return nobody;
  const target = await vscode.commands.executeCommand<{ range: vscode.Range } | undefined>(
    'vscode.prepareRename',
    ...[document.uri, at],
  );
  if (target !== undefined && !target.range.isEqual(toRange(word))) {
    const what = document.getText(target.range).slice(0, 80);
    return { kind: 'refused', why: `it would rename ${JSON.stringify(what)} and not this word` };
  }
  const texts = entries.reduce((sum, [, edits]) => sum + edits.length, 0);
  if (countAll(edit) > texts || entries.some(([uri]) => uri.scheme !== 'file')) {
    return { kind: 'refused', why: 'it would also rename, make or delete files' };
  }
  return { kind: 'answered', files: entries.map(([uri, edits]) => readFileEdits(uri, edits)) };
}

/** What else an edit does is not in the typings; an editor that hides it otherwise counts as doing nothing else. */
function countAll(edit: vscode.WorkspaceEdit): number {
  return (edit as { _allEntries?: () => readonly unknown[] })._allEntries?.().length ?? 0;
}

function readFileEdits(uri: vscode.Uri, edits: readonly vscode.TextEdit[]): RenamedFile {
  const open = vscode.workspace.textDocuments.find((one) => one.uri.toString() === uri.toString());
  return {
    path: uri.fsPath,
    ...(open === undefined ? {} : { text: open.getText() }),
    edits: edits.map(({ range, newText }) => ({ range: rangeOf(range), text: newText })),
  };
}

function isOnDisk({ uri }: vscode.Location): boolean {
  return uri.scheme === 'file';
}
