import { Buffer } from 'node:buffer';
import { BaleenError } from '../errors.js';
import type { EscapedPack } from './escapedPacks.js';
import { createValueSearch, type ValueSearch } from './valueSearch.js';

/** A request body in which a secret stands in plain text. The message never names the secret. */
export class SecretInBody extends BaleenError {
  override readonly name = 'SecretInBody';
}

const markerStart = '"\u27e6pack:';
const marker = /"\u27e6pack:([0-9a-f]{64})\u27e7"/y;

/**
 * The bytes of a body with its packs. Throws `SecretInBody` if a value of the workspace stands outside of the packs
 * (there they are placeholders already), or one of the keys anywhere. The memory is the body's own, so that it can be
 * handed to another thread.
 */
export async function assembleBody(
  body: string,
  packOf: (sha256: string) => Promise<EscapedPack>,
  secrets: { workspace: ValueSearch; keys: readonly string[] },
): Promise<Uint8Array<ArrayBuffer>> {
  const split = splitBody(body);
  const packs: EscapedPack[] = [];
  for (const sha256 of split.packs) packs.push(await packOf(sha256));
  const { bytes, texts } = joinBody(split, packs);
  const keys = createValueSearch(secrets.keys);
  if (texts.some((text) => secrets.workspace.isIn(text))) throw refusal('a credential of the workspace');
  if (texts.some((text) => keys.isIn(text)) || packs.some((pack) => secrets.keys.some((key) => pack.holds(key)))) {
    throw refusal('your API key');
  }
  return bytes;
}

/** Parts of a body around its packs: `texts` is one longer than `packs`. */
interface SplitBody {
  texts: string[];
  packs: string[];
}

function splitBody(body: string): SplitBody {
  const split: SplitBody = { texts: [], packs: [] };
  let at = 0;
  for (let start = body.indexOf(markerStart); start >= 0; start = body.indexOf(markerStart, start + 1)) {
    marker.lastIndex = start;
    const sha256 = marker.exec(body)?.[1];
    // Behind a backslash the quote belongs to a text that only speaks of a marker.
    if (sha256 === undefined || body.charAt(start - 1) === '\\') continue;
    split.texts.push(body.slice(at, start));
    split.packs.push(sha256);
    at = marker.lastIndex;
  }
  split.texts.push(body.slice(at));
  return split;
}

/** Writes texts and packs once, each to its place; `texts` are the places of the texts. */
function joinBody(
  split: SplitBody,
  packs: readonly EscapedPack[],
): { bytes: Uint8Array<ArrayBuffer>; texts: Uint8Array[] } {
  const lengths = split.texts.map((text) => Buffer.byteLength(text, 'utf8'));
  const total = [...lengths, ...packs.map((pack) => pack.bytes.length)].reduce((sum, length) => sum + length, 0);
  // Slow, so that it is no part of a pool; every byte of it is written below.
  const joined = Buffer.allocUnsafeSlow(total);
  const texts: Uint8Array[] = [];
  let at = 0;
  for (const [index, text] of split.texts.entries()) {
    const length = lengths[index] ?? 0;
    joined.write(text, at, length, 'utf8');
    texts.push(joined.subarray(at, at + length));
    at += length;
    const pack = packs[index];
    if (pack === undefined) continue;
    joined.set(pack.bytes, at);
    at += pack.bytes.length;
  }
  return { bytes: new Uint8Array(joined.buffer), texts };
}

function refusal(what: string): SecretInBody {
  return new SecretInBody(
    `The request was not sent, because ${what} stands in it in plain text. Remove it from the message or the file that it came from, and try again.`,
  );
}
