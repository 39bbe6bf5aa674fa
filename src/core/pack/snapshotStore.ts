import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import type { PackReport } from '../../protocol/pack.js';
import { messageOf } from '../errors.js';
import type { Files } from '../host.js';
import { keyOf, rootsOf, type Roots } from '../repository/roots.js';
import { hashOf } from './frames.js';
import type { KnownFile } from './known.js';
import type { Span } from './render.js';

/** Raised whenever an equal tree would give other bytes than before: older snapshots are then made anew. */
export const packFormat = 3;

const compressedSuffix = '.pack.br';
const metaSuffix = '.json';

export interface SnapshotFile extends KnownFile {
  span?: Span;
  /** Tokens that a frame with the whole view has, or would have. Absent for withheld files. */
  fullTokens?: number;
  /** Its place among the files, the best being 0. Absent where everything fitted, so that nothing was ranked. */
  rank?: number;
}

export interface Snapshot {
  report: PackReport;
  bytes: Buffer;
  files: SnapshotFile[];
  /** Of the rules by which its files were chosen, see `Listing`. */
  selectionKey: string;
}

interface StoredMeta {
  format: number;
  /** Counts up with each snapshot of the workspace: the highest is the one in use. */
  serial: number;
  report: PackReport;
  files: SnapshotFile[];
  selectionKey: string;
}

export type LoadedSnapshot =
  { kind: 'loaded'; snapshot: Snapshot } | { kind: 'none' } | { kind: 'damaged'; reason: string };

/** Which snapshot is meant: the newest, if it was made for these folders and this budget, or a certain one. */
export type WantedSnapshot = { roots: Roots; budget: number } | { sha256: string };

function isMadeFor(report: PackReport, { roots, budget }: { roots: Roots; budget: number }): boolean {
  return keyOf(rootsOf(report)) === keyOf(roots) && report.budget === budget;
}

/** Where the snapshots of a workspace stand, and beside each who uses it. */
export function snapshotFolder(stateFolder: string): string {
  return join(stateFolder, 'snapshots');
}

export async function loadSnapshot(files: Files, stateFolder: string, wanted: WantedSnapshot): Promise<LoadedSnapshot> {
  const metas = await readMetas(files, stateFolder);
  const found = 'sha256' in wanted ? metas.find(({ sha256 }) => sha256 === wanted.sha256) : metas.at(-1);
  if (found === undefined) return { kind: 'none' };
  if (found.meta === undefined) return { kind: 'damaged', reason: found.trouble };
  const { format, report, selectionKey, files: kept } = found.meta;
  if (format !== packFormat) return { kind: 'none' };
  if ('roots' in wanted && !isMadeFor(report, wanted)) return { kind: 'none' };
  try {
    return {
      kind: 'loaded',
      snapshot: { report, selectionKey, files: kept, bytes: await readPack(files, stateFolder, report.sha256) },
    };
  } catch (error) {
    return { kind: 'damaged', reason: messageOf(error) };
  }
}

/** The bytes of a stored pack, checked against the name they are asked for by. */
async function readPack(files: Files, stateFolder: string, sha256: string): Promise<Buffer> {
  const stored = await files.read(join(snapshotFolder(stateFolder), sha256 + compressedSuffix));
  const bytes = await decompress(stored);
  if (hashOf(bytes) !== sha256) throw new Error('its bytes are not the ones that were stored');
  return bytes;
}

/** Whether a snapshot still stands: another process may have taken it away. */
export async function isStored(files: Files, stateFolder: string, sha256: string): Promise<boolean> {
  return (await files.lstat(join(snapshotFolder(stateFolder), sha256 + metaSuffix))) !== undefined;
}

/** From now on this one is the newest. What was begun to be written is written whole: until then the signal is heard. */
export async function saveSnapshot(
  files: Files,
  stateFolder: string,
  snapshot: Snapshot,
  signal: AbortSignal,
): Promise<void> {
  const folder = snapshotFolder(stateFolder);
  await files.makeFolder(folder);
  const older = await readMetas(files, stateFolder);
  const { report } = snapshot;
  const compressed = await compress(snapshot.bytes);
  signal.throwIfAborted();
  await files.replace(join(folder, report.sha256 + compressedSuffix), compressed, 0o600);
  const serials = older.flatMap(({ meta }) => (meta === undefined ? [] : [meta.serial]));
  const meta: StoredMeta = {
    format: packFormat,
    serial: Math.max(0, ...serials) + 1,
    report,
    files: snapshot.files,
    selectionKey: snapshot.selectionKey,
  };
  const body = JSON.stringify(meta);
  await files.replace(join(folder, report.sha256 + metaSuffix), Buffer.from(`${hashOf(body)}\n${body}\n`), 0o600);
}

/** Takes away every stored snapshot; the next open makes one. Sessions that began with them can be read but not continued. */
export async function dropSnapshots(files: Files, stateFolder: string): Promise<void> {
  const folder = snapshotFolder(stateFolder);
  if ((await files.lstat(folder)) === undefined) return;
  for (const name of await files.list(folder)) await files.remove(join(folder, name));
}

export interface MetaFile {
  sha256: string;
  meta: StoredMeta | undefined;
  trouble: string;
}

/** In the order in which they were made; what cannot be read stands last, since nobody knows how new it is. */
export async function readMetas(files: Files, stateFolder: string): Promise<MetaFile[]> {
  const folder = snapshotFolder(stateFolder);
  if ((await files.lstat(folder)) === undefined) return [];
  const names = await files.list(folder);
  const named = [metaSuffix, compressedSuffix].flatMap((suffix) =>
    names.filter((name) => name.endsWith(suffix)).map((name) => name.slice(0, -suffix.length)),
  );
  const metas = await Promise.all(
    [...new Set(named)].map(async (sha256): Promise<MetaFile> => {
      try {
        return { sha256, meta: parseMeta(await files.read(join(folder, sha256 + metaSuffix)), sha256), trouble: '' };
      } catch (error) {
        return { sha256, meta: undefined, trouble: messageOf(error) };
      }
    }),
  );
  return metas.sort((a, b) => (a.meta?.serial ?? Infinity) - (b.meta?.serial ?? Infinity));
}

function parseMeta(bytes: Uint8Array, sha256: string): StoredMeta {
  const text = Buffer.from(bytes).toString('utf8');
  const line = text.indexOf('\n');
  const body = text.slice(line + 1, -1);
  if (line < 0 || hashOf(body) !== text.slice(0, line)) throw new Error('its list of files is damaged');
  const meta = JSON.parse(body) as StoredMeta;
  if (meta.report.sha256 !== sha256) throw new Error('its list of files belongs to another snapshot');
  return meta;
}

function compress(bytes: Buffer): Promise<Buffer> {
  // A low quality: the time to compress counts more here than the last few per cent.
  const params = { [constants.BROTLI_PARAM_QUALITY]: 3, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return new Promise((resolve, reject) => {
    brotliCompress(bytes, { params }, (error, result) => (error === null ? resolve(result) : reject(error)));
  });
}

function decompress(bytes: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    brotliDecompress(bytes, (error, result) => (error === null ? resolve(result) : reject(error)));
  });
}
