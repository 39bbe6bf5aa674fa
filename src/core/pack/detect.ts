import { rightsOf, type ListedFile, type Listing } from '../repository/listing.js';
import { comparePaths } from '../repository/paths.js';
import type { Roots } from '../repository/roots.js';
import { listWorkspace } from '../repository/workspaceListing.js';
import type { LogRecord } from './changeLog.js';
import { knownAfter, recordChange, type FileChange, type WholeRule } from './changes.js';
import { looksUnchanged, type KnownFile } from './known.js';
import type { LogRoom } from './logRoom.js';
import type { OpenPack } from './openPack.js';
import type { Look } from './packer.js';
import { createPacer, type PackPorts } from './ports.js';
import type { FileReader } from './reader.js';
import { pairRenames, type RenameSide } from './renames.js';
import { findGoneTaint, findMoveTaint, findTaint, type GoneFile, type Taint } from './taint.js';

export interface DetectParts {
  ports: PackPorts;
  reader: FileReader;
  rule: WholeRule;
}

export interface Detected {
  records: LogRecord[];
  /** Values of distinctive secrets that were met on the way. */
  distinctive: string[];
  /** A file whose frozen text may not leave any more, and why. */
  tainted?: Taint;
  /** There was more than the log has room for. */
  isFull: boolean;
}

interface Changed {
  path: string;
  file: ListedFile | undefined;
  before: KnownFile | undefined;
}

/**
 * What is told no longer as it is on disk, as records in path order. Only files that look different are read; those of
 * `look` always, since a tool has just written them. A `listing` that was just made need not be made again.
 */
export async function detectChanges(
  parts: DetectParts,
  open: OpenPack,
  room: LogRoom,
  look: Look | undefined,
  signal?: AbortSignal,
  listing?: Listing,
): Promise<Detected> {
  const detected: Detected = { records: [], distinctive: [], isFull: false };
  const { changed, tainted: goneTaint } = await findChanged(parts.ports, open, look, signal, listing);
  if (goneTaint !== undefined) detected.tainted = goneTaint;
  const moves = { files: parts.ports.files, open, gone: changed.filter(isGone) };
  const renames = await findRenames(parts, open, changed);
  const renamedAway = new Set(renames.values());
  const pace = createPacer(signal);
  let logTokens = open.logTokens;
  for (const { path, file, before } of changed) {
    await pace();
    if (renamedAway.has(path)) continue;
    const now = file === undefined ? undefined : await lookAt(parts.reader, open.roots, file);
    if (now?.reading.kind === 'text') detected.distinctive.push(...now.reading.distinctive);
    const change = describeChange(open, path, renames.get(path), now);
    const tainted =
      detected.tainted ??
      findTaint(open, change) ??
      (file === undefined || now === undefined ? undefined : await findMoveTaint(moves, file, now.reading));
    if (tainted !== undefined) detected.tainted = tainted;
    const record = recordChange(change, {
      number: open.entries.length + detected.records.length + 1,
      mark: open.snapshot.report.snapshot,
      counter: parts.ports.counter,
      rule: parts.rule,
      textTokens: room.textTokens - logTokens,
      origin:
        look?.session === undefined || look.call === undefined ? undefined : { session: look.session, call: look.call },
    });
    if (record === undefined) {
      if (before !== undefined && now !== undefined) open.known.set(path, { ...knownAfter(path, now), as: before.as });
      continue;
    }
    logTokens += record.entry.tokens;
    if (logTokens > room.allTokens) return { ...detected, isFull: true };
    detected.records.push(record);
  }
  return detected;
}

async function findChanged(
  ports: PackPorts,
  open: OpenPack,
  look: Look | undefined,
  signal: AbortSignal | undefined,
  listing: Listing | undefined,
): Promise<{ changed: Changed[]; tainted: Taint | undefined }> {
  const only = look === undefined ? undefined : [...new Set(look.paths.map(normalize))].filter(isInside);
  const { files, judge } = listing ?? (await listWorkspace(ports, open, signal, only));
  const listed = new Map(files.map((file) => [file.path, file]));
  const paths = [...new Set([...(only ?? open.known.keys()), ...listed.keys()])].sort(comparePaths);
  const gone = [...(only ?? open.namedPaths())].filter((path) => !listed.has(path));
  const changed = paths.flatMap((path): Changed[] => {
    const file = listed.get(path);
    const before = open.known.get(path);
    if (file === undefined) return before === undefined ? [] : [{ path, file, before }];
    const isSame = only === undefined && before !== undefined && looksUnchanged(before, file);
    return isSame ? [] : [{ path, file, before }];
  });
  return { changed, tainted: findGoneTaint(open, gone, judge) };
}

function isGone(one: Changed): one is Changed & GoneFile {
  return one.file === undefined && one.before !== undefined;
}

/** New path → old path. Files are read here only where something is gone and something else came. */
async function findRenames(
  { reader }: DetectParts,
  open: OpenPack,
  changed: readonly Changed[],
): Promise<ReadonlyMap<string, string>> {
  const gone = changed.flatMap(({ path, file, before }): RenameSide[] => {
    if (file !== undefined || before === undefined) return [];
    const { size, sha256, why } = before;
    return [{ path, content: contentOf(sha256, why), size, view: async () => open.toldView(path) }];
  });
  if (gone.length === 0) return new Map();
  const made: RenameSide[] = [];
  for (const { path, file, before } of changed) {
    if (file === undefined || before !== undefined) continue;
    const read = async (): ReturnType<FileReader['read']> => reader.read(open.roots, file);
    const reading = await read();
    const view = async (): Promise<string | undefined> => {
      const again = await read();
      return again?.kind === 'text' ? again.view : undefined;
    };
    // Of many new files only the hashes are kept in memory.
    const why = reading?.kind === 'withheld' ? reading.why : undefined;
    if (reading !== undefined) made.push({ path, content: contentOf(reading.sha256, why), size: file.stat.size, view });
  }
  return pairRenames(gone, made);
}

/** A file that was text and is withheld now is another one to the model, whatever its bytes. */
function contentOf(sha256: string, why: string | undefined): string | undefined {
  return sha256 === '' ? undefined : `${why ?? 'text'} ${sha256}`;
}

function describeChange(open: OpenPack, path: string, from: string | undefined, now: FileChange['now']): FileChange {
  const source = from ?? path;
  return {
    path,
    ...(from === undefined ? {} : { from }),
    before: open.known.get(source),
    told: open.toldView(source),
    now,
    diffs: open.diffsOf(source),
    changes: open.changesOf(source),
  };
}

async function lookAt(reader: FileReader, roots: Roots, file: ListedFile): Promise<FileChange['now']> {
  const checkedAtMs = Date.now();
  const reading = await reader.read(roots, file);
  return reading === undefined ? undefined : { stat: file.stat, rights: rightsOf(file), reading, checkedAtMs };
}

function normalize(path: string): string {
  return path.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '');
}

/** Others are none of the pack's business, and git would refuse to list them. */
function isInside(path: string): boolean {
  return path !== '' && !path.startsWith('/') && !path.split('/').includes('..');
}
