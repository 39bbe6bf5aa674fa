/** What the editor's extensions say of a text, or that they have said nothing of this very text in time. */
import * as vscode from 'vscode';
import type { AskedText, Clock, Diagnostic, FileDiagnostics, Language } from '../core/host.js';
import { areSameLines } from '../core/edits/seenText.js';
import { messageOf } from '../core/errors.js';
import type { DiagnosticsWatch } from './diagnosticsWatch.js';
import { rangeOf } from './positions.js';
import { askTypeScript, isForTypeScript, isFromTypeScript } from './typescript.js';

const waitMs = 2000;
/** Extensions tell in several parts, and what they worked on before may come first. */
const quietMs = 300;
const otherText = 'the editor has another text of it, still after 2 s';

/** The end of the wait, the same for all files of a call; rejects when the user stops. */
interface Wait {
  over: Promise<'over'>;
  /** Of this wait, for sleeps inside it. */
  signal: AbortSignal;
}

export function createDiagnostics(clock: Clock, watch: DiagnosticsWatch): Language['diagnostics'] {
  /** Languages whose diagnostics were awaited in vain. Nobody is waited for twice who has never said anything. */
  const silent = new Set<string>();
  return async (files, signal) => {
    const end = new AbortController();
    const inner = AbortSignal.any([signal, end.signal]);
    const over = clock.sleep(waitMs, inner).then(() => 'over' as const);
    over.catch(() => undefined);
    try {
      return await tellFiles(files, { over, signal: inner }, { clock, watch, silent });
    } finally {
      end.abort();
    }
  };
}

interface Parts {
  clock: Clock;
  watch: DiagnosticsWatch;
  silent: Set<string>;
}

type Opened = { document: vscode.TextDocument } | { why: string; isStale: boolean };

/** First all texts, then what is wrong with them: one file's errors come from another's text. */
async function tellFiles(files: readonly AskedText[], wait: Wait, parts: Parts): Promise<FileDiagnostics[]> {
  const opened = await Promise.all(files.map((file) => openText(file, wait, parts)));
  const isOneStale = opened.some((one) => 'why' in one && one.isStale);
  return Promise.all(
    opened.map(async (one, index) => {
      if ('why' in one) return unknown(one.why);
      if (isOneStale) return unknown('the editor has another text of a file that was asked for with it');
      return tellText(one.document, files[index]!.text, wait, parts);
    }),
  );
}

async function openText({ path, text }: AskedText, { over }: Wait, { watch }: Parts): Promise<Opened> {
  const document = await Promise.race([openDocument(path), over]);
  if (document === 'over') return { why: 'the editor did not open it within 2 s', isStale: false };
  if ('why' in document) return { ...document, isStale: false };
  const isThere = await waitForText(document, text, over, watch);
  return isThere ? { document } : { why: otherText, isStale: true };
}

/** Begins again where the text changes meanwhile. */
async function tellText(
  document: vscode.TextDocument,
  text: string,
  wait: Wait,
  parts: Parts,
): Promise<FileDiagnostics> {
  for (;;) {
    const { version } = document;
    const told = await tellDocument(document, wait, parts);
    if (told === 'over') {
      if (!parts.watch.hasVoice(document.languageId)) parts.silent.add(document.languageId);
      return unknown('nothing was told of its present text within 2 s');
    }
    if (document.version === version) return told;
    if (!(await waitForText(document, text, wait.over, parts.watch))) return unknown(otherText);
  }
}

/** Not shown to anybody: the editor closes it again by itself. */
export async function openDocument(path: string): Promise<vscode.TextDocument | { why: string }> {
  try {
    return await vscode.workspace.openTextDocument(vscode.Uri.file(path));
  } catch (error) {
    return { why: `the editor does not open it: ${messageOf(error)}` };
  }
}

/** Answers false if the editor still has another text when the wait is over. */
export async function waitForText(
  document: vscode.TextDocument,
  text: string,
  over: Promise<'over'>,
  watch: DiagnosticsWatch,
): Promise<boolean> {
  while (!areSameLines(document.getText(), text)) {
    if ((await Promise.race([watch.next(), over])) === 'over') return false;
  }
  return true;
}

async function tellDocument(
  document: vscode.TextDocument,
  wait: Wait,
  { clock, watch, silent }: Parts,
): Promise<FileDiagnostics | 'over'> {
  if (isForTypeScript(document)) {
    const asked = await Promise.race([askTypeScript(document).catch(() => undefined), wait.over]);
    if (asked === 'over') return 'over';
    // Of others only what is surely of this text: most files have no other who would tell, and none is waited for.
    const others = watch.isFresh(document) ? listShown(document).filter((one) => !isFromTypeScript(one)) : [];
    if (asked !== undefined) return { kind: 'known', diagnostics: [...asked, ...others.map(readDiagnostic)] };
  }
  const { languageId } = document;
  if (silent.has(languageId) && !watch.hasVoice(languageId)) {
    return { kind: 'none', why: `no extension has told anything of ${languageId} in this window` };
  }
  while (!watch.isFresh(document)) if ((await Promise.race([watch.next(), wait.over])) === 'over') return 'over';
  await waitForQuiet(document, wait, clock, watch);
  return { kind: 'known', diagnostics: listShown(document).map(readDiagnostic) };
}

async function waitForQuiet(
  document: vscode.TextDocument,
  { over, signal }: Wait,
  clock: Clock,
  watch: DiagnosticsWatch,
): Promise<void> {
  for (;;) {
    const times = watch.timesTold(document);
    if (times === 0) return;
    const quiet = clock.sleep(quietMs, signal).then(() => 'quiet' as const);
    quiet.catch(() => undefined);
    if ((await Promise.race([quiet, over])) === 'over' || times === watch.timesTold(document)) return;
  }
}

function listShown({ uri }: vscode.TextDocument): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(uri).filter(({ severity }) => severity !== vscode.DiagnosticSeverity.Hint);
}

function readDiagnostic({ severity, range, message, source, code }: vscode.Diagnostic): Diagnostic {
  const id = typeof code === 'object' ? code.value : code;
  return {
    severity: severities[severity],
    range: rangeOf(range),
    message,
    ...(source === undefined ? {} : { source }),
    ...(id === undefined ? {} : { code: String(id) }),
  };
}

const severities: Record<vscode.DiagnosticSeverity, Diagnostic['severity']> = {
  [vscode.DiagnosticSeverity.Error]: 'error',
  [vscode.DiagnosticSeverity.Warning]: 'warning',
  [vscode.DiagnosticSeverity.Information]: 'info',
  [vscode.DiagnosticSeverity.Hint]: 'info',
};

function unknown(why: string): FileDiagnostics {
  return { kind: 'unknown', why };
}
