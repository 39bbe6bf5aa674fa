import type { WithheldReason } from '../../protocol/pack.js';
import { FileTooLarge } from '../errors.js';
import type { Files } from '../host.js';
import { mostBytesOf, type ListedFile } from '../repository/listing.js';
import { absoluteOf, type Roots } from '../repository/roots.js';
import { isSecretContent } from '../repository/secretFiles.js';
import { kindOfText } from '../repository/withholding.js';
import { encodeView } from '../view/codec.js';
import { decodeBytes } from '../view/encoding.js';
import { hideOwnKeys } from '../view/ownKeys.js';
import { hashOf } from './frames.js';
import type { PackPorts } from './ports.js';

/** What a file is to the pack: a view, or a reason why there is none. */
export type FileReading =
  | ({ kind: 'text'; sha256: string; view: string; secrets: string[]; distinctive: string[] } & Plainness)
  | { kind: 'withheld'; why: WithheldReason; sha256: string };

interface Plainness {
  /** The view is the text itself. */
  plain: boolean;
  /** The view in UTF-8 is the very bytes of the file. */
  verbatim: boolean;
}

export type Withheld = Extract<FileReading, { kind: 'withheld' }>;

export type ViewPorts = Pick<PackPorts, 'files' | 'ownKeys'>;

/** Reads and classifies one file; `undefined` if it is gone. */
export async function readFileView(ports: ViewPorts, roots: Roots, file: ListedFile): Promise<FileReading | undefined> {
  const found = await readFileBytes(ports.files, roots, file);
  return found instanceof Uint8Array ? viewBytes(ports, file, found) : found;
}

/** The bytes of one file, or why they are not read; `undefined` if it is gone. */
export async function readFileBytes(
  files: Files,
  roots: Roots,
  file: ListedFile,
): Promise<Uint8Array | Withheld | undefined> {
  if (file.withheld !== undefined) return { kind: 'withheld', why: file.withheld, sha256: '' };
  try {
    return await files.read(absoluteOf(roots, file.path), mostBytesOf(file));
  } catch (error) {
    if (error instanceof FileTooLarge) return { kind: 'withheld', why: 'too large', sha256: '' };
    const now = await files.lstat(absoluteOf(roots, file.path)).catch(() => null);
    if (now === undefined) return undefined;
    return { kind: 'withheld', why: 'unreadable', sha256: '' };
  }
}

/**
 * Classifies the bytes of a file. `isPlain` names the SHA-256 of bytes whose view equals their text, so that they need
 * not be searched for secrets again.
 */
export function viewBytes(
  { ownKeys }: Pick<ViewPorts, 'ownKeys'>,
  file: ListedFile,
  bytes: Uint8Array,
  isPlain?: (sha256: string) => boolean,
): FileReading {
  const sha256 = hashOf(bytes);
  const decoded = decodeBytes(bytes);
  if ('undecodable' in decoded) return { kind: 'withheld', why: decoded.undecodable, sha256 };
  const why = withheldByText(file, decoded.text);
  if (why !== undefined) return { kind: 'withheld', why, sha256 };
  const isKnown = isPlain?.(sha256) === true;
  const encoded = isKnown ? { view: decoded.text, secrets: [], distinctive: [] } : encodeView(decoded.text);
  const { secrets, distinctive } = encoded;
  const view = hideOwnKeys(encoded.view, ownKeys?.() ?? []);
  const plain = view === decoded.text;
  const verbatim = plain && decoded.encoding === 'utf-8' && !decoded.bom;
  return { kind: 'text', sha256, view, secrets, distinctive, plain, verbatim };
}

function withheldByText({ path, isWanted, isAllowedSecret }: ListedFile, text: string): WithheldReason | undefined {
  if (isAllowedSecret !== true && isSecretContent(path, text)) return 'secret file';
  return isWanted === true ? undefined : kindOfText(path, text);
}
