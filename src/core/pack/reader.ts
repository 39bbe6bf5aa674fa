import type { WithheldReason } from '../../protocol/pack.js';
import { haveSameRights, rightsOf, type FileRights, type ListedFile } from '../repository/listing.js';
import type { Roots } from '../repository/roots.js';
import { readFileBytes, viewBytes, type FileReading, type ViewPorts } from './fileReading.js';
import type { ByteFilter } from './byteFilter.js';
import { coarsestClockMs } from './known.js';

interface Remembered {
  size: number;
  mtimeMs: number;
  identity: string;
  checkedAtMs: number;
  rights: FileRights;
  why: WithheldReason | undefined;
  /** SHA-256 of bytes whose view is their text. */
  plainSha256: string | undefined;
}

/** Reads files of one workspace and remembers what was found out about them, for as long as they look the same. */
export interface FileReader {
  /** `undefined` if the file is gone, or if the filter does not want its bytes. */
  read(roots: Roots, file: ListedFile, filter?: ByteFilter): Promise<FileReading | undefined>;
  /** Why a file has no view; `undefined` if it has one. Reads only what is not known yet. */
  classify(roots: Roots, file: ListedFile): Promise<WithheldReason | undefined>;
  /** The same without reading: what is not known counts as text. */
  recall(file: ListedFile): WithheldReason | undefined;
}

export function createFileReader(ports: ViewPorts): FileReader {
  const memory = new Map<string, Remembered>();

  function recallEntry(file: ListedFile): Remembered | undefined {
    const entry = memory.get(file.path);
    return entry !== undefined && looksSame(entry, file) ? entry : undefined;
  }

  async function read(roots: Roots, file: ListedFile, filter?: ByteFilter): Promise<FileReading | undefined> {
    const checkedAtMs = Date.now();
    const found = await readFileBytes(ports.files, roots, file);
    if (found === undefined) {
      memory.delete(file.path);
      return undefined;
    }
    const isBytes = found instanceof Uint8Array;
    if (isBytes && filter?.(found) === false) return undefined;
    const isPlain = (sha256: string): boolean => memory.get(file.path)?.plainSha256 === sha256;
    const reading = isBytes ? viewBytes(ports, file, found, isPlain) : found;
    const { size, mtimeMs, identity } = file.stat;
    memory.set(file.path, {
      size,
      mtimeMs,
      identity,
      checkedAtMs,
      rights: rightsOf(file),
      why: reading.kind === 'withheld' ? reading.why : undefined,
      plainSha256: reading.kind === 'text' && reading.plain ? reading.sha256 : undefined,
    });
    return reading;
  }

  return {
    read,
    recall: (file) => file.withheld ?? recallEntry(file)?.why,
    async classify(roots, file) {
      if (file.withheld !== undefined) return file.withheld;
      const known = recallEntry(file);
      if (known !== undefined) return known.why;
      const reading = await read(roots, file);
      return reading?.kind === 'withheld' ? reading.why : undefined;
    },
  };
}

function looksSame(entry: Remembered, file: ListedFile): boolean {
  const { stat } = file;
  return (
    haveSameRights(entry.rights, file) &&
    entry.size === stat.size &&
    entry.mtimeMs === stat.mtimeMs &&
    entry.identity === stat.identity &&
    stat.mtimeMs + coarsestClockMs < entry.checkedAtMs
  );
}
