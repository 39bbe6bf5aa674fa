/** A folder as it is on disk now, without the pack: what is listed, and how each file looks. */
import { listRepository } from '../repository/listing.js';
import type { WorkspaceScan } from './packer.js';
import { createPacer, type PackPorts } from './ports.js';
import type { FileReader } from './reader.js';

/** Every listed path in path order, with why it has no view, if it has none. */
export async function listWithReasons(
  ports: PackPorts,
  reader: FileReader,
  root: string,
  only?: readonly string[],
): Promise<{ path: string; bytes: number; withheld?: string }[]> {
  const pace = createPacer();
  const result: { path: string; bytes: number; withheld?: string }[] = [];
  for (const file of await listRepository(ports, root, undefined, only)) {
    const withheld = await reader.classify(root, file);
    const entry = { path: file.path, bytes: file.stat.size };
    result.push(withheld === undefined ? entry : { ...entry, withheld });
    await pace();
  }
  return result;
}

export async function scanFolder(ports: PackPorts, root: string): Promise<WorkspaceScan> {
  const listed = await listRepository(ports, root);
  return new Map(
    listed.map(({ path, stat }) => [path, `${stat.size}:${stat.mtimeMs}:${stat.mode.toString(8)}:${stat.identity}`]),
  );
}
