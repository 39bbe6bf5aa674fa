/** What files held before a command changed them, where pack and log tell it to the byte. */
import { createHash } from 'node:crypto';
import type { Original } from '../edits/checkpoint.js';
import { decodeView } from '../view/codec.js';
import { encodeText, type Encoding } from '../view/encoding.js';
import { coarsestClockMs, type KnownFile } from './known.js';
import type { OpenPack } from './openPack.js';
import { lookOf } from './folderLook.js';

/** What a formatter may rewrite in a large repository must not fill the journal. */
const mostBytes = 32 << 20;

const encodings: readonly [Encoding, boolean][] = [
  ['utf-8', false],
  ['utf-8', true],
  ['utf-16le', true],
  ['utf-16be', true],
  ['latin1', false],
];

/**
 * `looks`: how the files looked right before. Only bytes with the hash that was seen on disk then are given; of files
 * with secrets, and of those that are not whole in the pack, nothing is known.
 */
export function findOriginals(
  open: Pick<OpenPack, 'known' | 'toldView'>,
  looks: ReadonlyMap<string, string>,
  paths: readonly string[],
): Original[] {
  const found: Original[] = [];
  let left = mostBytes;
  for (const path of paths) {
    const known = open.known.get(path);
    if (known === undefined || !isSureOf(known, looks.get(path)) || known.size > left) continue;
    const bytes = rebuild(known, open.toldView(path));
    if (bytes === undefined) continue;
    left -= bytes.length;
    found.push({ path, bytes, mode: known.mode });
  }
  return found;
}

function isSureOf(known: KnownFile, look: string | undefined): boolean {
  const isLookedAtLongAfter = known.mtimeMs + coarsestClockMs < known.checkedAtMs;
  return known.secrets === 0 && known.sha256 !== '' && isLookedAtLongAfter && lookOf(known) === look;
}

function rebuild({ sha256 }: KnownFile, view: string | undefined): Uint8Array | undefined {
  if (view === undefined) return undefined;
  const text = decodeView(view, []);
  for (const [encoding, bom] of encodings) {
    const bytes = encodeText(text, encoding, bom);
    if (bytes !== undefined && createHash('sha256').update(bytes).digest('hex') === sha256) return bytes;
  }
  return undefined;
}
