import { collectFiles } from './collect.js';
import type { KnownFile } from './known.js';
import type { MetSecrets } from './metSecrets.js';
import type { PackOptions, PackProgress } from './packer.js';
import type { PackPorts } from './ports.js';
import { renderPack } from './render.js';
import type { Snapshot } from './snapshotStore.js';
import type { ListedFile } from '../repository/listing.js';

/** A pack of the tree as it is on disk now. Nothing is written. */
export async function makeSnapshot(
  ports: PackPorts,
  met: MetSecrets,
  { root, selection, budgetTokens }: Pick<PackOptions, 'root' | 'selection' | 'budgetTokens'>,
  onProgress: PackProgress,
  signal: AbortSignal,
): Promise<Snapshot> {
  const checkedAtMs = Date.now();
  const collection = await collectFiles(ports, { root, selection }, budgetTokens, onProgress, signal);
  met.add(collection.distinctive);
  onProgress({ type: 'progress', phase: 'render', done: 0, total: collection.files.length });
  const { bytes, report, spans } = await renderPack(collection, budgetTokens, ports.counter, signal);
  const kept = collection.files.map((file): Snapshot['files'][number] => {
    const { sha256, secrets } = file;
    const span = spans.get(file.path);
    const known = { ...lookOf(file, checkedAtMs), sha256, secrets };
    return span === undefined ? { ...known, as: 'listed' } : { ...known, as: 'full', span };
  });
  const withheld = collection.withheld.map((file): Snapshot['files'][number] => {
    const { sha256, why } = file;
    return { ...lookOf(file, checkedAtMs), sha256, secrets: 0, as: 'withheld', why };
  });
  const { selectionKey } = collection;
  return { bytes, report: { root, ...report }, files: [...kept, ...withheld], selectionKey };
}

type Look = Pick<KnownFile, 'path' | 'size' | 'mtimeMs' | 'mode' | 'identity' | 'checkedAtMs'>;

function lookOf({ path, stat }: Pick<ListedFile, 'path' | 'stat'>, checkedAtMs: number): Look {
  const { size, mtimeMs, mode, identity } = stat;
  return { path, size, mtimeMs, mode, identity, checkedAtMs };
}
