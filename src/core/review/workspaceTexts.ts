/** Reads texts of the workspace to check the model's words against them: through the gate, from the disk, never from the pack. */
import { Buffer } from 'node:buffer';
import type { Files } from '../host.js';
import { mostFileBytes } from '../repository/listing.js';
import { resolveInside } from '../repository/pathGate.js';
import { spellingsOf, type Roots } from '../repository/roots.js';
import { isSecretContent, isSecretName } from '../repository/secretFiles.js';
import { decodeView, encodeView } from '../view/codec.js';
import { decodeBytes } from '../view/encoding.js';

export interface WorkspaceText {
  /** Workspace path, after links in its folders are resolved. */
  path: string;
  text: string;
}

export type ReadText = (path: string) => Promise<WorkspaceText | undefined>;

/** Each file is read once. `undefined`: outside, missing, withheld or no text. */
export function createTextReader(files: Files, roots: Roots): ReadText {
  const known = new Map<string, Promise<WorkspaceText | undefined>>();
  return (path) => {
    const reading = known.get(path) ?? readText(files, roots, path);
    known.set(path, reading);
    return reading;
  };
}

async function readText(files: Files, roots: Roots, path: string): Promise<WorkspaceText | undefined> {
  const place = await resolveInside(files, roots, path, 'read');
  if ('refused' in place || spellingsOf(roots, place.relative).some(isSecretName)) return undefined;
  const stat = await files.lstat(place.absolute);
  if (stat === undefined || stat.size > mostFileBytes) return undefined;
  const text = decodeText(place.relative, await files.read(place.absolute, mostFileBytes));
  return text === undefined ? undefined : { path: place.relative, text };
}

/** `undefined` for what the model may not or cannot read. */
export function decodeText(path: string, bytes: Uint8Array): string | undefined {
  const decoded = decodeBytes(Buffer.from(bytes));
  return 'undecodable' in decoded || isSecretContent(path, decoded.text) ? undefined : decoded.text;
}

/** What the model meant by a quote: its escapes and placeholders put back. `undefined` for a placeholder of no secret. */
export function decodeQuote(quote: string, text: string): string | undefined {
  try {
    return decodeView(quote, quote.includes('\u27e6secret:') ? encodeView(text).secrets : []);
  } catch {
    return undefined;
  }
}
