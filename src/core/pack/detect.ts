import { listRepository, type ListedFile, type Listing } from '../repository/listing.js';
import { comparePaths } from '../repository/paths.js';
import { recordChange, type FileChange } from './changes.js';
import type { LogRecord } from './changeLog.js';
import { looksUnchanged } from './known.js';
import type { OpenPack } from './openPack.js';
import { createPacer, type PackPorts } from './ports.js';
import type { FileReader } from './reader.js';

export interface Origin {
  session: string;
  call: string;
  paths: string[];
}

export interface Detected {
  records: LogRecord[];
  /** Values of distinctive secrets that were met on the way. */
  distinctive: string[];
}

/**
 * What is told no longer as it is on disk, as records in path order. Only files that look different are read; those of
 * `origin` always, since a tool has just written them. A `listing` that was just made need not be made again.
 */
export async function detectChanges(
  ports: PackPorts,
  reader: FileReader,
  open: OpenPack,
  origin: Origin | undefined,
  signal?: AbortSignal,
  listing?: Listing,
): Promise<Detected> {
  const only = origin === undefined ? undefined : [...new Set(origin.paths.map(normalize))].filter(isInside);
  const { files } = listing ?? (await listRepository(ports, open, signal, only));
  const listed = new Map(files.map((file) => [file.path, file]));
  const paths = [...new Set([...(only ?? open.known.keys()), ...listed.keys()])].sort(comparePaths);
  const pace = createPacer(signal);
  const detected: Detected = { records: [], distinctive: [] };
  for (const path of paths) {
    const file = listed.get(path);
    const before = open.known.get(path);
    if (file !== undefined && before !== undefined && only === undefined && looksUnchanged(before, file.stat)) continue;
    if (file === undefined && before === undefined) continue;
    const now = file === undefined ? undefined : await look(reader, open.root, file, detected);
    const change: FileChange = { path, before, told: open.toldView(path), now, earlier: open.changesOf(path) };
    const record = recordChange(change, {
      number: open.entries.length + detected.records.length + 1,
      mark: open.snapshot.report.snapshot,
      counter: ports.counter,
      origin: origin === undefined ? undefined : { session: origin.session, call: origin.call },
    });
    if (record !== undefined) detected.records.push(record);
    else if (before !== undefined && now !== undefined) {
      const { size, mtimeMs, mode, identity } = now.stat;
      open.known.set(path, { ...before, size, mtimeMs, mode, identity, checkedAtMs: now.checkedAtMs });
    }
    await pace();
  }
  return detected;
}

async function look(
  reader: FileReader,
  root: string,
  file: ListedFile,
  detected: Detected,
): Promise<FileChange['now']> {
  const checkedAtMs = Date.now();
  const reading = await reader.read(root, file);
  if (reading === undefined) return undefined;
  if (reading.kind === 'text') detected.distinctive.push(...reading.distinctive);
  return { stat: file.stat, reading, checkedAtMs };
}

function normalize(path: string): string {
  return path.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '');
}

/** Others are none of the pack's business, and git would refuse to list them. */
function isInside(path: string): boolean {
  return path !== '' && !path.startsWith('/') && !path.split('/').includes('..');
}
