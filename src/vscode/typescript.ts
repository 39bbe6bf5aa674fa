/**
 * The errors of VS Code's own TypeScript server. Its extension tells others only of differences, so that a file without
 * errors stays silent after an edit; asked, it answers for the text that the editor has now.
 */
import * as vscode from 'vscode';
import type { Diagnostic } from '../core/host.js';

const extensionId = 'vscode.typescript-language-features';
const languages: ReadonlySet<string> = new Set(['typescript', 'typescriptreact', 'javascript', 'javascriptreact']);
/** As its diagnostics name themselves in the editor. */
const sources: ReadonlySet<string | undefined> = new Set(['ts', 'js']);

export function isForTypeScript({ languageId }: vscode.TextDocument): boolean {
  return languages.has(languageId) && vscode.extensions.getExtension(extensionId) !== undefined;
}

export function isFromTypeScript({ source }: vscode.Diagnostic): boolean {
  return sources.has(source);
}

/** `undefined` if it does not answer such questions, for instance because another server stands in its place. */
export async function askTypeScript(document: vscode.TextDocument): Promise<Diagnostic[] | undefined> {
  const found: Diagnostic[] = [];
  for (const request of ['syntacticDiagnosticsSync', 'semanticDiagnosticsSync']) {
    const reply: unknown = await vscode.commands.executeCommand('typescript.tsserverRequest', request, {
      file: document.uri,
    });
    const body = (reply as { body?: unknown } | undefined)?.body;
    if (!Array.isArray(body)) return undefined;
    found.push(...body.map((one) => readDiagnostic(one as ServerDiagnostic)));
  }
  return found;
}

/** Lines and offsets from 1. */
interface ServerDiagnostic {
  start: { line: number; offset: number };
  end: { line: number; offset: number };
  text: string;
  category: string;
  code?: number;
  source?: string;
}

function readDiagnostic({ start, end, text, category, code, source }: ServerDiagnostic): Diagnostic {
  const position = ({ line, offset }: ServerDiagnostic['start']) => ({ line: line - 1, column: offset - 1 });
  return {
    severity: category === 'error' ? 'error' : category === 'warning' ? 'warning' : 'info',
    range: { start: position(start), end: position(end) },
    message: text,
    source: source ?? 'ts',
    ...(code === undefined ? {} : { code: String(code) }),
  };
}
