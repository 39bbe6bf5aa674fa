import { Buffer } from 'node:buffer';
import type { WithheldReason } from '../../protocol/pack.js';
import type { FileStat } from '../host.js';
import { listRepository, type ListedFile, type SelectedFolder } from '../repository/listing.js';
import { comparePaths } from '../repository/paths.js';
import { readFileView } from './fileReading.js';
import type { PackProgress } from './packer.js';
import { createPacer, type PackPorts } from './ports.js';

export interface CollectedFile {
  path: string;
  stat: FileStat;
  sha256: string;
  contentTokens: number;
  /** UTF-8; dropped for files that are sure not to fit the budget. */
  view: Uint8Array | undefined;
  secrets: number;
  /** The view is the text itself. */
  plain: boolean;
}

export interface WithheldFile {
  path: string;
  stat: FileStat;
  why: WithheldReason;
  /** Empty if the file was not read. */
  sha256: string;
}

export interface Collection {
  files: CollectedFile[];
  withheld: WithheldFile[];
  /** Values of distinctive secrets that were met. */
  distinctive: string[];
  selectionKey: string;
}

const readAtOnce = 16;
const listProgressEvery = 250;

/** The order in which files leave the pack: largest first. */
export function compareLeaving(a: CollectedFile, b: CollectedFile): number {
  return b.contentTokens - a.contentTokens || comparePaths(a.path, b.path);
}

/** Lists, reads, classifies and counts the whole folder. Memory is bounded by the budget, not by the folder. */
export async function collectFiles(
  ports: PackPorts,
  folder: SelectedFolder,
  budgetTokens: number,
  onProgress: PackProgress,
  signal: AbortSignal,
): Promise<Collection> {
  const pace = createPacer(signal);
  onProgress({ type: 'progress', phase: 'list', done: 0, total: 0 });
  const { files: listed, selectionKey } = await listRepository(ports, folder, signal);
  onProgress({ type: 'progress', phase: 'list', done: listed.length, total: listed.length });
  const collection: Collection = { files: [], withheld: [], distinctive: [], selectionKey };
  const kept = createKept(budgetTokens);
  for (let at = 0; at < listed.length; at += readAtOnce) {
    const batch = listed.slice(at, at + readAtOnce);
    const readings = await Promise.all(batch.map((file) => readFileView(ports.files, folder.root, file)));
    for (const [index, reading] of readings.entries()) {
      const file = batch[index] as ListedFile;
      if (reading === undefined) continue;
      const { path, stat } = file;
      if (reading.kind === 'withheld') {
        collection.withheld.push({ path, stat, why: reading.why, sha256: reading.sha256 });
        continue;
      }
      const view = Buffer.from(reading.view, 'utf8');
      const { sha256, plain } = reading;
      const secrets = reading.secrets.length;
      const collected = { path, stat, sha256, contentTokens: ports.counter.count(view), view, secrets, plain };
      collection.files.push(collected);
      collection.distinctive.push(...reading.distinctive);
      kept.add(collected);
      await pace();
    }
    if (at % listProgressEvery < readAtOnce)
      onProgress({ type: 'progress', phase: 'read', done: at, total: listed.length });
  }
  onProgress({ type: 'progress', phase: 'count', done: listed.length, total: listed.length });
  return collection;
}

/**
 * Drops views that cannot end up in the pack: once what was kept passes the budget, the largest of it must leave, since
 * files leave the pack in this same order and more files only make more leave.
 */
function createKept(budgetTokens: number): { add(file: CollectedFile): void } {
  let kept: CollectedFile[] = [];
  let tokens = 0;
  return {
    add(file) {
      kept.push(file);
      tokens += file.contentTokens;
      if (tokens <= budgetTokens * 1.25) return;
      kept.sort(compareLeaving);
      let leaving = 0;
      for (const one of kept) {
        if (tokens <= budgetTokens) break;
        one.view = undefined;
        tokens -= one.contentTokens;
        leaving++;
      }
      kept = kept.slice(leaving);
    },
  };
}
