/** Diagnostics as the model reads them, and the errors that the answer of an edit ends with. */
import { openText, type TextFile } from '../edits/textFile.js';
import { messageOf } from '../errors.js';
import type { Diagnostic, FileDiagnostics } from '../host.js';
import { encodePath, encodeView, placeholdersOf } from '../view/codec.js';
import type { EditedText } from '../agent/turn.js';
import type { ToolContext } from './tool.js';
import { nameSome, plural } from '../wording.js';

const longestMessage = 400;
const mostErrorsOfEdit = 10;
/** An editor opens each file that it is asked about. */
const mostFilesOfEdit = 50;
const mostUnknownNamed = 5;

/** `path:line:column severity source(code): message`, columns from 1. */
export function showDiagnostics(path: string, file: TextFile, diagnostics: readonly Diagnostic[]): string[] {
  const hide = createHiding(file);
  const sorted = [...diagnostics].sort((a, b) => a.range.start.line - b.range.start.line);
  return sorted.map(({ range: { start }, severity, source, code, message }) => {
    const origin = `${source ?? ''}${code === undefined ? '' : `(${code})`}`;
    const text = hide(message.replace(/\s*\n\s*/g, ' ')).slice(0, longestMessage);
    const place = `${encodePath(path)}:${start.line + 1}:${start.column + 1}`;
    return `${place} ${severity}${origin === '' ? '' : ` ${encodeView(origin).view}`}: ${text}`;
  });
}

/** So much of a secret's beginning is taken for it: compilers shorten what they quote. */
const tellingCharacters = 8;

/** A compiler quotes the text that it complains of, and knows nothing of secrets. */
function createHiding({ view, secrets }: TextFile): (message: string) => string {
  const names = new Map(placeholdersOf(view).map(({ number, text }) => [number, text]));
  const known = secrets.map((value, index) => ({ value, name: names.get(index + 1) ?? '' }));
  known.sort((a, b) => b.value.length - a.value.length);
  return (message) => {
    // Every second part is a placeholder already.
    let parts = [message];
    for (const secret of known) {
      parts = parts.flatMap((part, index) => (index % 2 === 1 ? [part] : splitAtSecret(part, secret)));
    }
    return parts.map((part, index) => (index % 2 === 1 ? part : encodeView(part).view)).join('');
  };
}

function splitAtSecret(text: string, { value, name }: { value: string; name: string }): string[] {
  const beginning = value.slice(0, tellingCharacters);
  const [first = '', ...others] = text.split(beginning);
  return [first, ...others.flatMap((other) => [name, other.slice(sharedLength(other, value.slice(beginning.length)))])];
}

function sharedLength(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return length;
}

/**
 * The errors of what was just written, for the last edit of a reply: those before it are asked about with it, so that a
 * reply is waited for once. Nothing where nobody would tell any: an edit's answer has no room for noise.
 */
export async function describeErrorsAfter(
  { host, signal, turn }: ToolContext,
  justWritten: readonly EditedText[],
): Promise<string[]> {
  for (const file of justWritten) turn.unchecked.set(file.relative, file);
  if (turn.editsFollow) return [];
  const written = [...turn.unchecked.values()];
  turn.unchecked.clear();
  const edited = written.slice(0, mostFilesOfEdit).map((file) => {
    const buffer = host.documents.unsaved(file.absolute);
    return { ...file, text: buffer?.text ?? file.text, unsaved: buffer !== undefined };
  });
  const files = edited.map(({ absolute, text }) => ({ path: absolute, text }));
  try {
    const lines = describeErrors(edited, await host.language.diagnostics(files, signal));
    const left = written.length - edited.length;
    if (lines.length > 0 && left > 0) lines.push(`(errors of ${plural(left, 'more file')}: get_diagnostics)`);
    return lines;
  } catch (error) {
    // The file is written, and its answer must not be lost over this.
    host.log.warn(
      `What is wrong with ${edited.map(({ relative }) => relative).join(', ')} could not be told: ${messageOf(error)}`,
    );
    return [];
  }
}

function describeErrors(
  edited: readonly (EditedText & { unsaved: boolean })[],
  told: readonly FileDiagnostics[],
): string[] {
  const rows: string[] = [];
  const unknown: string[] = [];
  let known = 0;
  for (const [index, { relative, text }] of edited.entries()) {
    const one = told[index];
    if (one?.kind === 'unknown') unknown.push(`${encodePath(relative)} (${encodeView(one.why).view})`);
    if (one?.kind !== 'known') continue;
    known++;
    const errors = one.diagnostics.filter(({ severity }) => severity === 'error');
    if (errors.length > 0) rows.push(...showDiagnostics(relative, openText(text), errors));
  }
  const where = edited.some(({ unsaved }) => unsaved) ? ' (unsaved text as the editor has it)' : '';
  const lines: string[] = [];
  if (rows.length > 0) {
    const shown = rows.slice(0, mostErrorsOfEdit);
    const left = rows.length - shown.length;
    if (left > 0) shown.push(`(${plural(left, 'more error')}: get_diagnostics)`);
    lines.push(`${plural(rows.length, 'error')} right after this edit${where}:`, ...shown);
  } else if (known > 0) {
    lines.push(`No errors right after this edit${where}.`);
  }
  if (unknown.length > 0) {
    lines.push(`Errors unknown: ${nameSome(unknown, mostUnknownNamed)}.`);
  }
  return lines;
}
