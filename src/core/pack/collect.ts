import type { WithheldReason } from '../../protocol/pack.js';
import type { FileStat } from '../host.js';
import { readSymbols, type FileSymbols } from '../rank/symbols.js';
import { rightsOf, type FileRights, type ListedFile } from '../repository/listing.js';
import { listWorkspace, type SelectedWorkspace } from '../repository/workspaceListing.js';
import { readFileBytes, viewBytes, type FileReading } from './fileReading.js';
import type { PackCache } from './packCache.js';
import type { PackProgress } from './packer.js';
import { createPacer, type PackPorts } from './ports.js';
import { countFramed, endsWithFeed, viewBytesOf } from './tree.js';

export interface CollectedFile extends Omit<ListedFile, 'withheld'> {
  sha256: string;
  contentTokens: number;
  /** What the view adds to the count of its frame. */
  framedTokens: number;
  /** UTF-8; dropped where all views together are too much to hold. */
  view: Uint8Array | undefined;
  /** The view is the very bytes of the file. */
  isVerbatim: boolean;
  /** The view ends with a line feed, or is empty. */
  isEnded: boolean;
  secrets: number;
  /** Only where not everything fits, and only of source code. */
  symbols: FileSymbols | undefined;
}

export interface WithheldFile extends FileRights {
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
/** Views are held up to this; those that end up in the pack are then read again. */
const mostHeldBytes = 16 * 1024 * 1024;

/** Lists, reads, classifies and counts the whole workspace. Memory is bounded, whatever the size of the workspace. */
export async function collectFiles(
  ports: PackPorts,
  cache: PackCache,
  workspace: SelectedWorkspace,
  budgetTokens: number,
  onProgress: PackProgress,
  signal: AbortSignal,
): Promise<Collection> {
  const pace = createPacer(signal);
  onProgress({ type: 'progress', phase: 'list', done: 0, total: 0 });
  const { files: listed, selectionKey } = await listWorkspace(ports, workspace, signal);
  ports.onListed?.(listed.length);
  onProgress({ type: 'progress', phase: 'list', done: listed.length, total: listed.length });
  const collection: Collection = { files: [], withheld: [], distinctive: [], selectionKey };
  const holder = createHolder(collection.files, budgetTokens);
  for (let at = 0; at < listed.length; at += readAtOnce) {
    const batch = listed.slice(at, at + readAtOnce);
    const found = await Promise.all(batch.map((file) => readFileBytes(ports.files, workspace.roots, file)));
    for (const [index, bytes] of found.entries()) {
      const file = batch[index] as ListedFile;
      if (bytes === undefined) continue;
      const reading = bytes instanceof Uint8Array ? viewBytes(ports, file, bytes, cache.isPlain) : bytes;
      if (reading.kind === 'withheld') {
        const { why, sha256 } = reading;
        collection.withheld.push({ path: file.path, stat: file.stat, ...rightsOf(file), why, sha256 });
      } else {
        holder.add(countReading(ports, cache, file, reading, bytes as Uint8Array));
        collection.distinctive.push(...reading.distinctive);
      }
      await pace();
    }
    if (at % listProgressEvery < readAtOnce)
      onProgress({ type: 'progress', phase: 'read', done: at, total: listed.length });
  }
  onProgress({ type: 'progress', phase: 'count', done: listed.length, total: listed.length });
  return collection;
}

function countReading(
  { counter }: PackPorts,
  cache: PackCache,
  { withheld: _, ...file }: ListedFile,
  reading: Extract<FileReading, { kind: 'text' }>,
  bytes: Uint8Array,
): CollectedFile {
  const { sha256, plain, verbatim: isVerbatim } = reading;
  const view = isVerbatim ? bytes : viewBytesOf(reading.view);
  const known = plain ? cache.counts(sha256) : undefined;
  const contentTokens = known?.contentTokens ?? counter.count(view);
  const framedTokens = known?.framedTokens ?? countFramed(view, contentTokens, counter);
  if (plain && known === undefined) cache.addCounts(sha256, { contentTokens, framedTokens });
  const secrets = reading.secrets.length;
  const isEnded = endsWithFeed(view);
  return { ...file, sha256, contentTokens, framedTokens, view, isVerbatim, isEnded, secrets, symbols: undefined };
}

/**
 * Holds views while there is room for them. As soon as not everything can fit, names are read from what is held and
 * from all that comes, since files have to be ranked then.
 */
function createHolder(files: CollectedFile[], budgetTokens: number): { add(file: CollectedFile): void } {
  let tokens = 0;
  let held = 0;
  let isOver = false;
  let isFull = false;

  function read(file: CollectedFile): void {
    if (file.view !== undefined) file.symbols = readSymbols(file.path, file.view);
  }

  return {
    add(file) {
      files.push(file);
      tokens += file.contentTokens;
      held += file.view?.length ?? 0;
      if (isOver) read(file);
      else if (tokens > budgetTokens) {
        isOver = true;
        files.forEach(read);
      }
      if (isFull) file.view = undefined;
      else if (held > mostHeldBytes) {
        isFull = true;
        for (const one of files) one.view = undefined;
      }
    },
  };
}
