import { Buffer } from 'node:buffer';
import { BaleenError } from '../errors.js';
import { formsOf } from '../view/ownKeys.js';
import { findValues } from '../view/secrets.js';

/** A request body in which a secret stands in plain text. The message never names the secret. */
export class SecretInBody extends BaleenError {
  override readonly name = 'SecretInBody';
}

const marker = /"\u27e6pack:([0-9a-f]{64})\u27e7"/g;

/**
 * The bytes of a body with its packs, which `packOf` gives in escaped form. Throws `SecretInBody` if a value of the
 * workspace stands outside of the packs (there they are placeholders already), or one of the keys anywhere.
 */
export async function assembleBody(
  body: string,
  packOf: (sha256: string) => Promise<Buffer>,
  secrets: { workspace: Iterable<string>; keys: readonly string[] },
): Promise<Uint8Array<ArrayBuffer>> {
  const split = splitBody(body);
  const packs: Buffer[] = [];
  for (const sha256 of split.packs) packs.push(await packOf(sha256));
  refuseSecrets(split.texts, secrets.workspace, 'a credential of the workspace');
  refuseSecrets([...split.texts, ...packs.map((pack) => pack.toString('utf8'))], secrets.keys, 'your API key');
  return joinBody(split, packs);
}

/** Parts of a body around its packs: `texts` is one longer than `packs`. */
interface SplitBody {
  texts: string[];
  packs: string[];
}

function splitBody(body: string): SplitBody {
  const split: SplitBody = { texts: [], packs: [] };
  let at = 0;
  for (const match of body.matchAll(marker)) {
    // Behind a backslash the quote belongs to a text that only speaks of a marker.
    if (body.charAt(match.index - 1) === '\\') continue;
    split.texts.push(body.slice(at, match.index));
    split.packs.push(match[1] ?? '');
    at = match.index + match[0].length;
  }
  split.texts.push(body.slice(at));
  return split;
}

function joinBody({ texts }: SplitBody, packs: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  for (const [at, text] of texts.entries()) {
    parts.push(Buffer.from(text, 'utf8'));
    const pack = packs[at];
    if (pack !== undefined) parts.push(pack);
  }
  // Memory of its own, so that it can be handed to another thread.
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Throws `SecretInBody` if any value stands in any of the texts, which are JSON. */
function refuseSecrets(texts: readonly string[], values: Iterable<string>, what: string): void {
  const forms = [...new Set([...values].flatMap(formsOf))];
  if (forms.length === 0 || !texts.some((text) => findValues(text, forms))) return;
  throw new SecretInBody(
    `The request was not sent, because ${what} stands in it in plain text. Remove it from the message or the file that it came from, and try again.`,
  );
}
