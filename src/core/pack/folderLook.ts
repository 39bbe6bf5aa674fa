/** A workspace as it is on disk now, without the pack: what is listed, and how each file looks. */
import type { Roots } from '../repository/roots.js';
import { listWorkspace } from '../repository/workspaceListing.js';
import type { WorkspaceScan } from './packer.js';
import { createPacer, type PackPorts } from './ports.js';
import type { FileReader } from './reader.js';

/** Every listed path in path order, with why it has no view, if it has none. */
export async function listWithReasons(
  ports: PackPorts,
  reader: FileReader,
  roots: Roots,
  only?: readonly string[],
): Promise<{ path: string; bytes: number; withheld?: string }[]> {
  const pace = createPacer();
  const result: { path: string; bytes: number; withheld?: string }[] = [];
  for (const file of await listWorkspace(ports, roots, undefined, only)) {
    const withheld = await reader.classify(roots, file);
    const entry = { path: file.path, bytes: file.stat.size };
    result.push(withheld === undefined ? entry : { ...entry, withheld });
    await pace();
  }
  return result;
}

export async function scanFolder(ports: PackPorts, roots: Roots): Promise<WorkspaceScan> {
  const listed = await listWorkspace(ports, roots);
  return new Map(
    listed.map(({ path, stat }) => [path, `${stat.size}:${stat.mtimeMs}:${stat.mode.toString(8)}:${stat.identity}`]),
  );
}
