/** The rows of a pack as a tree of folders, made once for each pack. */
import type { PackMapFiles, PackMapPack } from '../../protocol/packMap.js';
import { languageOf } from './languages.js';

export interface MapNode {
  name: string;
  /** Relative, with `/`; the root's is empty. */
  path: string;
  parent: MapNode | undefined;
  /** Empty for a file. */
  children: MapNode[];
  /** Of a file, else -1. */
  row: number;
}

export interface MapModel {
  pack: PackMapPack;
  files: PackMapFiles;
  /** Rows of the pack's own files; those after them are withheld. */
  packed: number;
  root: MapNode;
  /** The node of each row. */
  leaves: MapNode[];
  folders: Map<string, MapNode>;
  rowOf: Map<string, number>;
  /** For the search: the paths in lower case. */
  lowered: string[];
  /** Place of each row in the order of paths. */
  pathRank: number[];
  languages: string[];
}

export function buildModel(pack: PackMapPack): MapModel {
  const { files } = pack;
  const root: MapNode = { name: '', path: '', parent: undefined, children: [], row: -1 };
  const folders = new Map([['', root]]);
  const leaves = files.paths.map((path, row): MapNode => {
    const parent = folderOf(path, folders);
    const leaf = { name: path.slice(parent.path === '' ? 0 : parent.path.length + 1), path, parent, children: [], row };
    parent.children.push(leaf);
    return leaf;
  });
  const firstWithheld = files.reasons.findIndex((reason) => reason >= 0);
  const lowered = files.paths.map((path) => path.toLowerCase());
  const order = lowered.map((_, row) => row).sort((a, b) => (lowered[a]! < lowered[b]! ? -1 : 1));
  const pathRank: number[] = [];
  for (const [rank, row] of order.entries()) pathRank[row] = rank;
  return {
    pack,
    files,
    packed: firstWithheld < 0 ? files.paths.length : firstWithheld,
    root,
    leaves,
    folders,
    rowOf: new Map(files.paths.map((path, row) => [path, row])),
    lowered,
    pathRank,
    languages: files.paths.map(languageOf),
  };
}

function folderOf(path: string, folders: Map<string, MapNode>): MapNode {
  const end = path.lastIndexOf('/');
  const folder = end < 0 ? '' : path.slice(0, end);
  const known = folders.get(folder);
  if (known !== undefined) return known;
  const parent = folderOf(folder, folders);
  const name = folder.slice(folder.lastIndexOf('/') + 1);
  const made: MapNode = { name, path: folder, parent, children: [], row: -1 };
  parent.children.push(made);
  folders.set(folder, made);
  return made;
}

/** Where a folder holds nothing but one folder, the innermost of them stands for all. */
export function innermost(node: MapNode): MapNode {
  let inner = node;
  while (inner.children.length === 1 && inner.children[0]!.row < 0) inner = inner.children[0]!;
  return inner;
}

/** The folder's path as seen from the folder around it, the only folder inside it included. */
export function chainName(node: MapNode): string {
  const inner = innermost(node);
  return inner.path.slice(node.path.length - node.name.length);
}

export function isInside(path: string, folder: string): boolean {
  return folder === '' || path.startsWith(`${folder}/`);
}
