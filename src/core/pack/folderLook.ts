/** A folder as it is on disk now, without the pack: what is listed, and how each file looks. */
import ignore from 'ignore';
import { listRepository } from '../repository/listing.js';
import type { ListedEntry, Listing, ListQuery } from './packer.js';
import { createPacer, type PackPorts } from './ports.js';
import type { FileReader } from './reader.js';

/** The listed files that are asked for, with why one has no view, if it has none. */
export async function listWithReasons(
  ports: PackPorts,
  reader: FileReader,
  root: string,
  { paths, folder = '', glob, most = Infinity }: ListQuery,
): Promise<Listing> {
  const pace = createPacer();
  const filter = glob === undefined ? undefined : ignore().add(glob);
  const all = await listRepository(ports, root, undefined, paths);
  const found = all.filter(({ path }) => path.startsWith(folder) && (filter?.ignores(path) ?? true));
  const files: ListedEntry[] = [];
  for (const file of found.slice(0, most)) {
    const withheld = await reader.classify(root, file);
    const entry = { path: file.path, bytes: file.stat.size };
    files.push(withheld === undefined ? entry : { ...entry, withheld });
    await pace();
  }
  return { files, total: found.length };
}

/** How the listed files looked at some moments, until somebody asks what has changed since. */
export interface FolderScans {
  scan(root: string): Promise<number>;
  changedSince(root: string, scan: number): Promise<string[]>;
}

/** One that nobody asks for, because its command was stopped, must not stay for ever. */
const mostScans = 8;

export function createFolderScans(ports: PackPorts): FolderScans {
  const kept = new Map<number, ReadonlyMap<string, string>>();
  let last = 0;
  return {
    async scan(root) {
      const looks = await lookAtFolder(ports, root);
      const id = ++last;
      kept.set(id, looks);
      for (const old of [...kept.keys()].slice(0, -mostScans)) kept.delete(old);
      return id;
    },
    async changedSince(root, scan) {
      const before = kept.get(scan);
      kept.delete(scan);
      if (before === undefined) throw new Error('how the files looked before is not known any more');
      const after = await lookAtFolder(ports, root);
      const paths = new Set([...before.keys(), ...after.keys()]);
      return [...paths].filter((path) => before.get(path) !== after.get(path)).sort();
    },
  };
}

async function lookAtFolder(ports: PackPorts, root: string): Promise<Map<string, string>> {
  const listed = await listRepository(ports, root);
  return new Map(
    listed.map(({ path, stat }) => [path, `${stat.size}:${stat.mtimeMs}:${stat.mode.toString(8)}:${stat.identity}`]),
  );
}
