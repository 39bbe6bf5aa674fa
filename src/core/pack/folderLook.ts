/** A folder as it is on disk now, without the pack: what is listed, and how each file looks. */
import type { WithheldReason } from '../../protocol/pack.js';
import { listRepository, type SelectedFolder } from '../repository/listing.js';
import type { WorkspaceScan } from './packer.js';
import { createPacer, type PackPorts } from './ports.js';
import type { FileReader } from './reader.js';

/** Every listed path in path order, with why it has no view, if it has none. */
export async function listWithReasons(
  ports: PackPorts,
  reader: FileReader,
  folder: SelectedFolder,
  only?: readonly string[],
): Promise<{ path: string; bytes: number; withheld?: WithheldReason }[]> {
  const pace = createPacer();
  const result: { path: string; bytes: number; withheld?: WithheldReason }[] = [];
  for (const file of (await listRepository(ports, folder, undefined, only)).files) {
    const withheld = await reader.classify(folder.root, file);
    const entry = { path: file.path, bytes: file.stat.size };
    result.push(withheld === undefined ? entry : { ...entry, withheld });
    await pace();
  }
  return result;
}

export async function scanFolder(ports: PackPorts, folder: SelectedFolder): Promise<WorkspaceScan> {
  const { files } = await listRepository(ports, folder);
  return new Map(
    files.map(({ path, stat }) => [path, `${stat.size}:${stat.mtimeMs}:${stat.mode.toString(8)}:${stat.identity}`]),
  );
}
