/** A workspace as it is on disk now, without the pack: what is listed, and how each file looks. */
import ignore from 'ignore';
import type { Roots } from '../repository/roots.js';
import { listWorkspace } from '../repository/workspaceListing.js';
import type { ListedEntry, Listing, ListQuery } from './packer.js';
import { createPacer, type PackPorts } from './ports.js';
import type { FileReader } from './reader.js';

/** The listed files that are asked for, with why one has no view, if it has none. */
export async function listWithReasons(
  ports: PackPorts,
  reader: FileReader,
  roots: Roots,
  { paths, folder = '', glob, most = Infinity }: ListQuery,
): Promise<Listing> {
  const pace = createPacer();
  const filter = glob === undefined ? undefined : ignore().add(glob);
  const all = await listWorkspace(ports, roots, undefined, paths);
  const found = all.filter(({ path }) => path.startsWith(folder) && (filter?.ignores(path) ?? true));
  const files: ListedEntry[] = [];
  for (const file of found.slice(0, most)) {
    const withheld = await reader.classify(roots, file);
    const entry = { path: file.path, bytes: file.stat.size };
    files.push(withheld === undefined ? entry : { ...entry, withheld });
    await pace();
  }
  return { files, total: found.length };
}

/** How the listed files looked at some moments, until somebody asks what has changed since. */
export interface FolderScans {
  scan(roots: Roots): Promise<number>;
  changedSince(roots: Roots, scan: number): Promise<string[]>;
}

/** One that nobody asks for, because its command was stopped, must not stay for ever. */
const mostScans = 8;

export function createFolderScans(ports: PackPorts): FolderScans {
  const kept = new Map<number, ReadonlyMap<string, string>>();
  let last = 0;
  return {
    async scan(roots) {
      const looks = await lookAtFolder(ports, roots);
      const id = ++last;
      kept.set(id, looks);
      for (const old of [...kept.keys()].slice(0, -mostScans)) kept.delete(old);
      return id;
    },
    async changedSince(roots, scan) {
      const before = kept.get(scan);
      kept.delete(scan);
      if (before === undefined) throw new Error('how the files looked before is not known any more');
      const after = await lookAtFolder(ports, roots);
      const paths = new Set([...before.keys(), ...after.keys()]);
      return [...paths].filter((path) => before.get(path) !== after.get(path)).sort();
    },
  };
}

async function lookAtFolder(ports: PackPorts, roots: Roots): Promise<Map<string, string>> {
  const listed = await listWorkspace(ports, roots);
  return new Map(
    listed.map(({ path, stat }) => [path, `${stat.size}:${stat.mtimeMs}:${stat.mode.toString(8)}:${stat.identity}`]),
  );
}
