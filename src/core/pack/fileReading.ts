import { join } from 'node:path';
import type { WithheldReason } from '../../protocol/pack.js';
import { FileTooLarge } from '../errors.js';
import type { Files } from '../host.js';
import { mostBytesOf, type ListedFile } from '../repository/listing.js';
import { isSecretContent } from '../repository/secretFiles.js';
import { kindOfText } from '../repository/withholding.js';
import { encodeView } from '../view/codec.js';
import { decodeBytes } from '../view/encoding.js';
import { hashOf } from './frames.js';

/** What a file is to the pack: a view, or a reason why there is none. */
export type FileReading =
  | { kind: 'text'; sha256: string; view: string; secrets: string[]; distinctive: string[]; plain: boolean }
  | { kind: 'withheld'; why: WithheldReason; sha256: string };

export type Withheld = Extract<FileReading, { kind: 'withheld' }>;

/** Reads and classifies one file; `undefined` if it is gone. */
export async function readFileView(files: Files, root: string, file: ListedFile): Promise<FileReading | undefined> {
  const found = await readFileBytes(files, root, file);
  return found instanceof Uint8Array ? viewBytes(file, found) : found;
}

/** The bytes of one file, or why they are not read; `undefined` if it is gone. */
export async function readFileBytes(
  files: Files,
  root: string,
  file: ListedFile,
): Promise<Uint8Array | Withheld | undefined> {
  if (file.withheld !== undefined) return { kind: 'withheld', why: file.withheld, sha256: '' };
  try {
    return await files.read(join(root, file.path), mostBytesOf(file));
  } catch (error) {
    if (error instanceof FileTooLarge) return { kind: 'withheld', why: 'too large', sha256: '' };
    const now = await files.lstat(join(root, file.path)).catch(() => null);
    if (now === undefined) return undefined;
    return { kind: 'withheld', why: 'unreadable', sha256: '' };
  }
}

/**
 * Classifies the bytes of a file. `isPlain` names the SHA-256 of bytes whose view equals their text, so that they need
 * not be searched for secrets again.
 */
export function viewBytes(file: ListedFile, bytes: Uint8Array, isPlain?: (sha256: string) => boolean): FileReading {
  const sha256 = hashOf(bytes);
  const decoded = decodeBytes(bytes);
  if ('undecodable' in decoded) return { kind: 'withheld', why: decoded.undecodable, sha256 };
  const why = withheldByText(file, decoded.text);
  if (why !== undefined) return { kind: 'withheld', why, sha256 };
  if (isPlain?.(sha256) === true) {
    return { kind: 'text', sha256, view: decoded.text, secrets: [], distinctive: [], plain: true };
  }
  const { view, secrets, distinctive } = encodeView(decoded.text);
  return { kind: 'text', sha256, view, secrets, distinctive, plain: view === decoded.text };
}

function withheldByText({ path, isWanted, isAllowedSecret }: ListedFile, text: string): WithheldReason | undefined {
  if (isAllowedSecret !== true && isSecretContent(path, text)) return 'secret file';
  return isWanted === true ? undefined : kindOfText(path, text);
}
