import type { StandsAs, WithheldReason } from '../../protocol/pack.js';
import { haveSameRights, type FileRights, type ListedFile } from '../repository/listing.js';

/** What was last told of a file, and how it looked on disk then. */
export interface KnownFile extends FileRights {
  path: string;
  /** Of the raw bytes; empty if they were not read. */
  sha256: string;
  size: number;
  mtimeMs: number;
  mode: number;
  identity: string;
  /** When it was looked at, in milliseconds since 1970. */
  checkedAtMs: number;
  as: StandsAs | 'withheld';
  why?: WithheldReason;
  /** Number of secrets behind its placeholders. */
  secrets: number;
}

/** Clocks of file systems may be this coarse: a file changed so shortly before a look may change again unseen. */
export const coarsestClockMs = 2_000;

/** Neither the file nor what the user wants of it is another than it was. */
export function looksUnchanged(known: KnownFile, file: ListedFile): boolean {
  const { stat } = file;
  return (
    isWithheldAlike(known, file) &&
    haveSameRights(known, file) &&
    known.size === stat.size &&
    known.mtimeMs === stat.mtimeMs &&
    known.mode === stat.mode &&
    known.identity === stat.identity &&
    stat.mtimeMs + coarsestClockMs < known.checkedAtMs
  );
}

/** What was withheld without being read has no hash; a file that cannot be read is asked for each time. */
function isWithheldAlike({ why, sha256 }: KnownFile, { withheld }: ListedFile): boolean {
  return withheld === undefined ? sha256 !== '' || why === 'unreadable' : why === withheld;
}

/** git tells only whether a file may be executed; other bits differ from machine to machine. */
export function isExecutable(mode: number): boolean {
  return (mode & 0o111) !== 0;
}
