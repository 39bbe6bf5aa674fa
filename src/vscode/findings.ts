/** The findings of the review as diagnostics: on the changed line, and in the files of the callers it breaks. */
import * as vscode from 'vscode';
import { absoluteOf, rootOf, type Roots } from '../core/repository/roots.js';
import { findQuote, type Stretch } from '../core/review/quotes.js';
import type { Finding, Place, Severity } from '../protocol/events.js';
import type { Dismissals } from './dismissals.js';

export interface Findings extends vscode.Disposable {
  /** What a review of these files found, in place of what was known of them. */
  replace(reviewed: readonly string[], findings: readonly Finding[]): void;
  /** Draws anew: a text, a dismissal or the least severity has changed. */
  redraw(): void;
  shown(): Finding[];
  /** The findings whose mark touches a range of a document. */
  at(document: vscode.TextDocument, range: vscode.Range): Finding[];
}

export interface FindingsParts {
  roots: () => Roots | undefined;
  dismissals: Dismissals;
  minimumSeverity: () => Severity;
  onChange: () => void;
}

const ranks: Record<Severity, number> = { error: 3, warning: 2, info: 1 };

export function createFindings(parts: FindingsParts): Findings {
  const collection = vscode.languages.createDiagnosticCollection('baleen');
  let known: Finding[] = [];
  let marks: { file: string; range: vscode.Range; id: string }[] = [];
  const shown = (): Finding[] =>
    known.filter(
      (finding) => ranks[finding.severity] >= ranks[parts.minimumSeverity()] && !parts.dismissals.isDismissed(finding),
    );
  const redraw = (): void => {
    const roots = parts.roots();
    const drawn = new Map<string, vscode.Diagnostic[]>();
    marks = [];
    const mark: Mark = (file, diagnostic, id) => {
      marks.push({ file, range: diagnostic.range, id });
      drawn.set(file, [...(drawn.get(file) ?? []), diagnostic]);
    };
    if (roots !== undefined) for (const finding of shown()) drawFinding(roots, finding, mark);
    collection.clear();
    collection.set([...drawn].map(([file, diagnostics]) => [vscode.Uri.file(file), diagnostics]));
    parts.onChange();
  };
  return {
    replace(reviewed, findings) {
      const gone = new Set(reviewed);
      const ids = new Set(findings.map((finding) => finding.id));
      known = [...known.filter((finding) => !gone.has(finding.path) && !ids.has(finding.id)), ...findings];
      redraw();
    },
    redraw,
    shown,
    at(document, range) {
      const touched = marks.filter((mark) => mark.file === document.uri.fsPath && mark.range.intersection(range));
      const ids = new Set(touched.map((mark) => mark.id));
      return known.filter((finding) => ids.has(finding.id));
    },
    dispose: () => collection.dispose(),
  };
}

/** `file` is an absolute path. */
type Mark = (file: string, diagnostic: vscode.Diagnostic, id: string) => void;

function drawFinding(roots: Roots, finding: Finding, mark: Mark): void {
  const range = locate(roots, finding.path, finding.quote, finding.place);
  if (range === undefined) return;
  const callers = finding.callers.flatMap((caller) => {
    const at = locate(roots, caller.path, caller.quote, caller.place);
    return at === undefined ? [] : [{ path: caller.path, range: at }];
  });
  // Every caller that it broke has been changed meanwhile: nothing is left to say.
  if (finding.callers.length > 0 && callers.length === 0) return;
  const own = createDiagnostic(range, finding.message, finding);
  own.relatedInformation = callers.map(({ path, range: at }) => relate(roots, path, at, 'breaks here'));
  mark(absoluteOf(roots, finding.path), own, finding.id);
  for (const { path, range: at } of callers) {
    const diagnostic = createDiagnostic(at, `Broken by the change in ${finding.path}: ${finding.message}`, finding);
    diagnostic.relatedInformation = [relate(roots, finding.path, range, 'the change')];
    mark(absoluteOf(roots, path), diagnostic, finding.id);
  }
}

function createDiagnostic(range: vscode.Range, message: string, finding: Finding): vscode.Diagnostic {
  const severities = {
    error: vscode.DiagnosticSeverity.Error,
    warning: vscode.DiagnosticSeverity.Warning,
    info: vscode.DiagnosticSeverity.Information,
  };
  const diagnostic = new vscode.Diagnostic(range, message, severities[finding.severity]);
  diagnostic.source = 'Baleen';
  diagnostic.code = finding.category;
  return diagnostic;
}

function relate(roots: Roots, path: string, range: vscode.Range, message: string): vscode.DiagnosticRelatedInformation {
  return new vscode.DiagnosticRelatedInformation(
    new vscode.Location(vscode.Uri.file(absoluteOf(roots, path)), range),
    message,
  );
}

/** Where the quote stands now, if the file is open; `undefined` if it is gone from there, or its folder from the window. */
function locate(roots: Roots, path: string, quote: string, place: Place): vscode.Range | undefined {
  if (rootOf(roots, path) === undefined) return undefined;
  const file = absoluteOf(roots, path);
  const document = vscode.workspace.textDocuments.find((one) => one.uri.scheme === 'file' && one.uri.fsPath === file);
  return document === undefined ? toRange(place) : locateIn(document, quote, place);
}

/** Lines may have moved since the review: the place of the quote that is nearest to where it was. */
export function locateIn(document: vscode.TextDocument, quote: string, place: Place): vscode.Range | undefined {
  const distance = (one: Stretch): number => Math.abs(one.startLine - place.startLine);
  const [nearest] = findQuote(document.getText(), quote).sort((a, b) => distance(a) - distance(b));
  return nearest === undefined ? undefined : toRange(nearest);
}

function toRange({ startLine, startColumn, endLine, endColumn }: Stretch): vscode.Range {
  return new vscode.Range(startLine - 1, startColumn, endLine - 1, endColumn);
}
