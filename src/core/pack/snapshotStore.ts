import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import type { PackReport } from '../../protocol/pack.js';
import { messageOf } from '../errors.js';
import type { Files, Log } from '../host.js';
import { hashOf } from './frames.js';
import type { KnownFile } from './known.js';
import type { Span } from './render.js';

/** Raised whenever an equal tree would give other bytes than before: older snapshots are then made anew. */
export const packFormat = 2;

/** Snapshots kept beside the one in use. */
const keptOlder = 3;
const compressedSuffix = '.pack.br';
const metaSuffix = '.json';

export interface SnapshotFile extends KnownFile {
  span?: Span;
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

function folderOf(stateFolder: string): string {
  return join(stateFolder, 'snapshots');
}

/** The newest snapshot, if it was made for this folder, this budget, this format and the same choice of files. */
export async function loadSnapshot(
  files: Files,
  stateFolder: string,
  wanted: { root: string; budget: number; selectionKey: () => Promise<string> },
): Promise<LoadedSnapshot> {
  const metas = await readMetas(files, stateFolder);
  const newest = metas.at(-1);
  if (newest === undefined) return { kind: 'none' };
  if (newest.meta === undefined) return { kind: 'damaged', reason: newest.trouble };
  const { meta } = newest;
  if (meta.format !== packFormat || meta.report.root !== wanted.root || meta.report.budget !== wanted.budget) {
    return { kind: 'none' };
  }
  // Asked last, since it takes a look at the whole folder.
  if (meta.selectionKey !== (await wanted.selectionKey())) return { kind: 'none' };
  try {
    return {
      kind: 'loaded',
      snapshot: {
        report: meta.report,
        files: meta.files,
        selectionKey: meta.selectionKey,
        bytes: await readPack(files, stateFolder, meta.report.sha256),
      },
    };
  } catch (error) {
    return { kind: 'damaged', reason: messageOf(error) };
  }
}

/** The bytes of a stored pack, checked against the name they are asked for by. */
export async function readPack(files: Files, stateFolder: string, sha256: string): Promise<Buffer> {
  const stored = await files.read(join(folderOf(stateFolder), sha256 + compressedSuffix));
  const bytes = await decompress(stored);
  if (hashOf(bytes) !== sha256) throw new Error('its bytes are not the ones that were stored');
  return bytes;
}

export async function saveSnapshot(files: Files, stateFolder: string, snapshot: Snapshot, log: Log): Promise<void> {
  const folder = folderOf(stateFolder);
  await files.makeFolder(folder);
  const older = await readMetas(files, stateFolder);
  const { report } = snapshot;
  const compressed = await compress(snapshot.bytes);
  await files.replace(join(folder, report.sha256 + compressedSuffix), compressed, 0o600);
  const meta: StoredMeta = {
    format: packFormat,
    serial: Math.max(0, ...older.map((one) => one.serial)) + 1,
    report,
    files: snapshot.files,
    selectionKey: snapshot.selectionKey,
  };
  const body = JSON.stringify(meta);
  await files.replace(join(folder, report.sha256 + metaSuffix), Buffer.from(`${hashOf(body)}\n${body}\n`), 0o600);
  await prune(files, stateFolder, report.sha256, log);
}

/** Takes away every stored snapshot; the next open makes one. Sessions that began with them can be read but not continued. */
export async function dropSnapshots(files: Files, stateFolder: string): Promise<void> {
  const folder = folderOf(stateFolder);
  for (const name of await files.list(folder)) {
    if (name.endsWith(metaSuffix) || name.endsWith(compressedSuffix)) await files.remove(join(folder, name));
  }
}

interface MetaFile {
  sha256: string;
  serial: number;
  meta: StoredMeta | undefined;
  trouble: string;
}

/** In the order in which they were made; what cannot be read stands last, since nobody knows how new it is. */
async function readMetas(files: Files, stateFolder: string): Promise<MetaFile[]> {
  const folder = folderOf(stateFolder);
  if ((await files.lstat(folder)) === undefined) return [];
  const names = (await files.list(folder)).filter((name) => name.endsWith(metaSuffix));
  const metas = await Promise.all(
    names.map(async (name): Promise<MetaFile> => {
      const sha256 = name.slice(0, -metaSuffix.length);
      try {
        const text = Buffer.from(await files.read(join(folder, name))).toString('utf8');
        const line = text.indexOf('\n');
        const body = text.slice(line + 1, -1);
        if (line < 0 || hashOf(body) !== text.slice(0, line)) throw new Error('its list of files is damaged');
        const meta = JSON.parse(body) as StoredMeta;
        return { sha256, serial: meta.serial, meta, trouble: '' };
      } catch (error) {
        return { sha256, serial: Number.MAX_SAFE_INTEGER, meta: undefined, trouble: messageOf(error) };
      }
    }),
  );
  return metas.sort((a, b) => a.serial - b.serial);
}

/** Bounds the folder: damaged snapshots and all but the newest go, each with its log. */
async function prune(files: Files, stateFolder: string, current: string, log: Log): Promise<void> {
  const folder = folderOf(stateFolder);
  const metas = await readMetas(files, stateFolder);
  const others = metas.filter((one) => one.sha256 !== current && one.meta !== undefined).slice(-keptOlder);
  const kept = new Set([current, ...others.map((one) => one.sha256)]);
  for (const name of await files.list(folder)) {
    const sha256 = name.slice(0, name.indexOf('.'));
    if (kept.has(sha256) || name.startsWith('.')) continue;
    await files.remove(join(folder, name));
  }
  const logs = join(stateFolder, 'log');
  if ((await files.lstat(logs)) === undefined) return;
  for (const name of await files.list(logs)) {
    const isKept = [...kept].some((sha256) => name.includes(sha256.slice(0, 16)));
    if (!name.endsWith('.jsonl') || isKept) continue;
    log.info(`removed the change log ${name} of a snapshot that is gone`);
    await files.remove(join(logs, name));
  }
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
