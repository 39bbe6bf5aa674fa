/** What stands at a path, and the bytes that the journal keeps of it. */
import { Buffer } from 'node:buffer';
import { dirname } from 'node:path';
import { BaleenError } from '../errors.js';
import type { Files } from '../host.js';
import type { Place } from '../repository/pathGate.js';
import { blobPath, hashBytes, type FileState } from './journalRecords.js';

interface BlobPlace {
  files: Files;
  stateFolder: string;
}

/** The gate has been passed: a regular file, or nothing. */
export async function readState(
  files: Files,
  { absolute, inside }: Place,
): Promise<{ state: FileState; bytes?: Uint8Array }> {
  const read = await files.readWithMode(absolute, inside);
  if (read === undefined) return { state: { kind: 'missing' } };
  return { state: { kind: 'file', sha256: hashBytes(read.bytes), mode: read.mode }, bytes: read.bytes };
}

export function isEqual(a: FileState, b: FileState): boolean {
  if (a.kind === 'missing' || b.kind === 'missing') return a.kind === b.kind;
  return a.sha256 === b.sha256 && a.mode === b.mode;
}

/** On disk for good, and whole, when this resolves. */
export async function keepBlob(
  place: BlobPlace,
  bytes: Uint8Array,
  sha256: string = hashBytes(bytes),
): Promise<string> {
  const path = blobPath(place.stateFolder, sha256);
  const kept = await readKept(place, sha256);
  if (kept !== undefined && Buffer.compare(kept, bytes) === 0) return sha256;
  await place.files.makeFolder(dirname(path), 0o700);
  await place.files.replace(path, bytes, 0o600);
  return sha256;
}

/** Whether they are whole is not looked at. */
export async function hasBlob({ files, stateFolder }: BlobPlace, sha256: string): Promise<boolean> {
  return (await files.lstat(blobPath(stateFolder, sha256)))?.kind === 'file';
}

/** `undefined` if they are missing or damaged. */
export async function readBlob(place: BlobPlace, sha256: string): Promise<Uint8Array | undefined> {
  const bytes = await readKept(place, sha256);
  return bytes !== undefined && hashBytes(bytes) === sha256 ? bytes : undefined;
}

async function readKept({ files, stateFolder }: BlobPlace, sha256: string): Promise<Uint8Array | undefined> {
  const path = blobPath(stateFolder, sha256);
  try {
    return (await files.readWithMode(path))?.bytes;
  } catch (error) {
    // A folder or a link in its place is damage.
    if ((await files.lstat(path))?.kind === 'file') throw error;
    return undefined;
  }
}

/** In UTF-8. A text that this cannot hold to the letter is not kept, and so not changed either. */
export async function keepText(place: BlobPlace, text: string): Promise<string> {
  if (/\p{Cs}/u.test(text)) throw new BaleenError('it contains half a character (a lone surrogate)');
  return keepBlob(place, new TextEncoder().encode(text));
}

export async function readTextBlob(place: BlobPlace, sha256: string): Promise<string | undefined> {
  const bytes = await readBlob(place, sha256);
  return bytes === undefined ? undefined : new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}
