/**
 * The view: what the model reads in place of a text. Everything that leaves the machine goes through `encodeView` once,
 * when it enters a message, and what the model writes comes back through `decodeView`.
 */
import { BaleenError } from '../errors.js';
import { escapePath, escapeText, unescapeText } from './escapes.js';
import { findSecrets, findSecretsInPath, type SecretRange } from './secrets.js';

export interface EncodedView {
  view: string;
  /** Values behind the placeholders: number N stands at index N − 1. */
  secrets: string[];
  /** Those of `secrets` whose form alone proves them. */
  distinctive: string[];
}

export interface Placeholder {
  /** The whole of it, for instance `⟦secret:github#1⟧`. */
  text: string;
  kind: string;
  /** 1, 2, 3 … in order of first appearance in its text. */
  number: number;
  /** Where it stands in the view, in UTF-16 units. */
  at: number;
}

const placeholder = /\u27e6secret:([a-z0-9-]+)#(\d{1,6})\u27e7/g;

/**
 * Secrets become placeholders, invisible and reserved characters become escapes. Pure: an equal text always gives an
 * equal view, so that the file on disk, encoded again, tells what a placeholder stands for.
 */
export function encodeView(text: string): EncodedView {
  return encodeRanges(text, findSecrets(text));
}

/**
 * The view of what stands from `start` to `end` of a text, and where that is: a part of a secret has no form that it is
 * known by, so that one in which it would begin or end is taken whole, the last one left out.
 */
export function encodeStretch(text: string, start: number, end: number): EncodedView & { start: number; end: number } {
  const ranges = findSecrets(text);
  const around = (at: number) => ranges.find((one) => one.start < at && at < one.end);
  const from = around(start)?.start ?? start;
  const cut = around(end);
  const to = cut === undefined ? end : cut.start > from ? cut.start : cut.end;
  const inside = ranges.filter((one) => one.start >= from && one.end <= to);
  const moved = inside.map((one) => ({ ...one, start: one.start - from, end: one.end - from }));
  return { ...encodeRanges(text.slice(from, to), moved), start: from, end: to };
}

function encodeRanges(text: string, ranges: readonly SecretRange[]): EncodedView {
  if (ranges.length === 0) return { view: escapeText(text), secrets: [], distinctive: [] };
  const names = new Map<string, string>();
  const distinctive = new Set<string>();
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, kind, distinctive: certain } of ranges) {
    const value = text.slice(start, end);
    const name = names.get(value) ?? `\u27e6secret:${kind}#${names.size + 1}\u27e7`;
    names.set(value, name);
    if (certain) distinctive.add(value);
    parts.push(escapeText(text.slice(at, start)), name);
    at = end;
  }
  parts.push(escapeText(text.slice(at)));
  return { view: parts.join(''), secrets: [...names.keys()], distinctive: [...distinctive] };
}

/**
 * The text behind a view. `secrets` are those of the text that the placeholders were read in; a number that is not
 * among them throws a `BaleenError`, since nobody can know what was meant. Brackets of no known form stay as they are.
 */
export function decodeView(view: string, secrets: readonly string[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { text, number, at: start } of placeholdersOf(view)) {
    const value = secrets[number - 1];
    if (value === undefined) {
      throw new BaleenError(
        `${text} stands for no secret of this text, so nothing was written. A placeholder can only be kept where it is or removed.`,
      );
    }
    parts.push(unescapeText(view.slice(at, start)), value);
    at = start + text.length;
  }
  parts.push(unescapeText(view.slice(at)));
  return parts.join('');
}

/** Placeholders of secrets in a view or in a text of the model's, in order of appearance. */
export function placeholdersOf(view: string): Placeholder[] {
  if (!view.includes('\u27e6secret:')) return [];
  return [...view.matchAll(placeholder)].map((match) => ({
    text: match[0],
    kind: match[1] ?? '',
    number: Number(match[2]),
    at: match.index,
  }));
}

/**
 * A path as it stands in frames and lists, between double quotes and on one line. A credential in it becomes a
 * placeholder, which leads nowhere: such a file is withheld, and no tool finds it by this name.
 */
export function encodePath(path: string): string {
  const parts: string[] = [];
  let at = 0;
  for (const [index, { start, end, kind }] of findSecretsInPath(path).entries()) {
    parts.push(escapePath(path.slice(at, start)), `\u27e6secret:${kind}#${index + 1}\u27e7`);
    at = end;
  }
  parts.push(escapePath(path.slice(at)));
  return parts.join('');
}

export function decodePath(view: string): string {
  return unescapeText(view);
}
