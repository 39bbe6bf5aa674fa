/** A file's bytes as the view that hunks are matched against, and the way back. */
import { messageOf } from '../errors.js';
import { decodeView, encodeView, placeholdersOf } from '../view/codec.js';
import { decodeBytes, encodeText, type Encoding } from '../view/encoding.js';
import { escapeText, unescapeText } from '../view/escapes.js';

export interface TextFile {
  view: string;
  secrets: readonly string[];
  encoding: Encoding;
  bom: boolean;
}

/** A sentence stands without its full stop and is fit for the model: of a file it names placeholders at most. */
export type Outcome<T> = ({ ok: true } & T) | { ok: false; sentence: string };

export function openBytes(bytes: Uint8Array): Outcome<{ file: TextFile }> {
  const decoded = decodeBytes(bytes);
  if ('undecodable' in decoded) {
    const what =
      decoded.undecodable === 'binary' ? 'it is a binary file' : 'its text encoding is not known for certain';
    return { ok: false, sentence: `${what}, so nothing was changed` };
  }
  return { ok: true, file: openText(decoded.text, decoded.encoding, decoded.bom) };
}

export function openText(text: string, encoding: Encoding = 'utf-8', bom = false): TextFile {
  const { view, secrets } = encodeView(text);
  return { view, secrets, encoding, bom };
}

/** The new text of a file, or why a view cannot become it: a placeholder was moved, dropped or invented. */
export function closeText(file: TextFile, view: string): Outcome<{ text: string }> {
  const trouble = findPlaceholderTrouble(file.view, view);
  if (trouble !== undefined) return { ok: false, sentence: trouble };
  try {
    return { ok: true, text: decodeView(view, file.secrets) };
  } catch (error) {
    return { ok: false, sentence: messageOf(error).replace(/\.$/, '') };
  }
}

/** The same down to the bytes, in the file's own encoding. */
export function closeBytes(file: TextFile, view: string): Outcome<{ bytes: Uint8Array; text: string }> {
  const closed = closeText(file, view);
  if (!closed.ok) return closed;
  const bytes = encodeText(closed.text, file.encoding, file.bom);
  if (bytes !== undefined) return { ok: true, bytes, text: closed.text };
  const why =
    file.encoding === 'latin1'
      ? 'the file is in Latin-1, which cannot hold every character of the new text'
      : 'the new text contains half a character (a lone surrogate)';
  return { ok: false, sentence: `${why}, so nothing was changed` };
}

/** Secrets are never moved: the sequence of placeholders has to be the same before and after. */
export function findPlaceholderTrouble(before: string, after: string): string | undefined {
  const old = placeholdersOf(before).map(({ text }) => text);
  const now = placeholdersOf(after).map(({ text }) => text);
  const first = old.findIndex((text, index) => text !== now[index]);
  if (first === -1 && old.length === now.length) return undefined;
  const dropped = old.find((text) => count(now, text) < count(old, text));
  const invented = now.find((text) => count(now, text) > count(old, text));
  const what =
    invented !== undefined
      ? `${invented} was added`
      : dropped !== undefined
        ? `${dropped} was dropped`
        : `${now[first] ?? ''} was moved`;
  return `${what}: a placeholder stands for a secret that you cannot see; each has to stay once and in its order. Nothing was changed`;
}

function count(all: readonly string[], one: string): number {
  return all.filter((text) => text === one).length;
}

/** The model may write a character as it is or as its escape; in a view it stands in one way only. */
export function toViewForm(text: string): string {
  const parts: string[] = [];
  let at = 0;
  for (const { text: name, at: start } of placeholdersOf(text)) {
    parts.push(escapeText(unescapeText(text.slice(at, start))), name);
    at = start + name.length;
  }
  parts.push(escapeText(unescapeText(text.slice(at))));
  return parts.join('');
}
