/** A workspace as it is on disk now, without the pack: what is listed, and how each file looks. */
import type { FileStat } from '../host.js';
import { createPathFilter } from '../repository/ignoreRules.js';
import { listWorkspace, type SelectedWorkspace } from '../repository/workspaceListing.js';
import type { ListedEntry, Listing, ListQuery } from './packer.js';
import { createPacer, type PackPorts } from './ports.js';
import type { FileReader } from './reader.js';

/** The listed files that are asked for, with why one has no view, if it has none. */
export async function listWithReasons(
  ports: PackPorts,
  reader: FileReader,
  workspace: SelectedWorkspace,
  { paths, folder = '', glob, most = Infinity }: ListQuery,
  signal?: AbortSignal,
): Promise<Listing> {
  const pace = createPacer(signal);
  const isMeant = glob === undefined ? undefined : createPathFilter([glob], true);
  const { files: all } = await listWorkspace(ports, workspace, signal, paths);
  const found = all.filter(({ path }) => path.startsWith(folder) && (isMeant?.(path) ?? true));
  const files: ListedEntry[] = [];
  for (const file of found.slice(0, most)) {
    const withheld = await reader.classify(workspace.roots, file);
    const entry = { path: file.path, bytes: file.stat.size };
    files.push(withheld === undefined ? entry : { ...entry, withheld });
    await pace();
  }
  return { files, total: found.length };
}

/** How the listed files looked at some moments, until somebody asks what has changed since. */
export interface FolderScans {
  scan(workspace: SelectedWorkspace, signal?: AbortSignal): Promise<number>;
  changedSince(workspace: SelectedWorkspace, scan: number): Promise<string[]>;
  /** How the files looked before of which `changedSince` told last. */
  looksBefore(): ReadonlyMap<string, string>;
}

/** One that nobody asks for, because its command was stopped, must not stay for ever. */
const mostScans = 8;

export function createFolderScans(ports: PackPorts): FolderScans {
  const kept = new Map<number, ReadonlyMap<string, string>>();
  let last = 0;
  let told: ReadonlyMap<string, string> = new Map();
  return {
    looksBefore: () => told,
    async scan(workspace, signal) {
      const looks = await lookAtFolder(ports, workspace, signal);
      const id = ++last;
      kept.set(id, looks);
      for (const old of [...kept.keys()].slice(0, -mostScans)) kept.delete(old);
      return id;
    },
    async changedSince(workspace, scan) {
      const before = kept.get(scan);
      kept.delete(scan);
      if (before === undefined) throw new Error('how the files looked before is not known any more');
      const after = await lookAtFolder(ports, workspace);
      const paths = new Set([...before.keys(), ...after.keys()]);
      const changed = [...paths].filter((path) => before.get(path) !== after.get(path)).sort();
      told = new Map([...before].filter(([path]) => before.get(path) !== after.get(path)));
      return changed;
    },
  };
}

async function lookAtFolder(
  ports: PackPorts,
  workspace: SelectedWorkspace,
  signal?: AbortSignal,
): Promise<Map<string, string>> {
  const { files } = await listWorkspace(ports, workspace, signal);
  return new Map(files.map(({ path, stat }) => [path, lookOf(stat)]));
}

export function lookOf({
  size,
  mtimeMs,
  mode,
  identity,
}: Pick<FileStat, 'size' | 'mtimeMs' | 'mode' | 'identity'>): string {
  return `${size}:${mtimeMs}:${mode.toString(8)}:${identity}`;
}
