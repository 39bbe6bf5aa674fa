/** Where each folder and file stands on the map. */
import { hierarchy, treemap, treemapSquarify, type HierarchyRectangularNode } from 'd3-hierarchy';
import { innermost, type MapNode } from './model.js';

export interface Tile {
  node: MapNode;
  x0: number;
  y0: number;
  x1: number;
  y1: number;
  /** The folder around it on the map; absent for what stands at the top. */
  parent: Tile | undefined;
  /** A folder with room for its name. */
  hasHeader: boolean;
}

export interface TileMap {
  /** Each folder before what it holds. */
  tiles: Tile[];
  /** Innermost tile at a point. */
  at(x: number, y: number): Tile | undefined;
  /** By path. */
  of: ReadonlyMap<string, Tile>;
}

export const headerHeight = 18;
const leastHeaderWidth = 44;
const leastHeaderHeight = 34;
/** Smaller folders have no edge: it would take the area that stands for their tokens. */
const edgeFromPx = 48;

export function layOut(folder: MapNode, areas: readonly number[], width: number, height: number): TileMap {
  const top = hierarchy(innermost(folder), (node) => innermost(node).children)
    .sum((node) => (node.row < 0 ? 0 : (areas[node.row] ?? 0)))
    .sort((a, b) => (b.value ?? 0) - (a.value ?? 0) || (a.data.path < b.data.path ? -1 : 1));
  const place = treemap<MapNode>()
    .tile(treemapSquarify)
    .size([width, height])
    .paddingOuter(edgeOf)
    .paddingTop((node) => (hasHeader(node) ? headerHeight : edgeOf(node)));
  const tiles: Tile[] = [];
  const of = new Map<string, Tile>();
  const made = new Map<HierarchyRectangularNode<MapNode>, Tile>();
  place(top).eachBefore((node) => {
    if (node.depth === 0 || node.x1 - node.x0 <= 0 || node.y1 - node.y0 <= 0) return;
    const { x0, y0, x1, y1, data, parent } = node;
    const tile: Tile = {
      ...{ node: data, x0, y0, x1, y1, hasHeader: hasHeader(node) },
      parent: parent === null ? undefined : made.get(parent),
    };
    made.set(node, tile);
    tiles.push(tile);
    of.set(data.path, tile);
  });
  return { tiles, of, at: (x, y) => findTile(tiles, x, y) };
}

function edgeOf({ depth, x0, x1, y0, y1 }: HierarchyRectangularNode<MapNode>): number {
  return depth > 0 && Math.min(x1 - x0, y1 - y0) >= edgeFromPx ? 2 : 0;
}

function hasHeader(node: HierarchyRectangularNode<MapNode>): boolean {
  const { x0, x1, y0, y1 } = node;
  return node.depth > 0 && node.data.row < 0 && x1 - x0 >= leastHeaderWidth && y1 - y0 >= leastHeaderHeight;
}

/** The last tile that holds the point is the innermost, since folders stand before what they hold. */
function findTile(tiles: readonly Tile[], x: number, y: number): Tile | undefined {
  return tiles.findLast(({ x0, y0, x1, y1 }) => x >= x0 && x < x1 && y >= y0 && y < y1);
}

export type Direction = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown';

/** The nearest tile beside this one, among those of the same folder. */
export function neighbour({ tiles }: TileMap, from: Tile, direction: Direction): Tile | undefined {
  const isAcross = direction === 'ArrowLeft' || direction === 'ArrowRight';
  const sign = direction === 'ArrowRight' || direction === 'ArrowDown' ? 1 : -1;
  const start = centreOf(from);
  let best: Tile | undefined;
  let bestDistance = Infinity;
  for (const tile of tiles) {
    if (tile === from || tile.parent !== from.parent) continue;
    const end = centreOf(tile);
    const along = sign * (isAcross ? end.x - start.x : end.y - start.y);
    const aside = Math.abs(isAcross ? end.y - start.y : end.x - start.x);
    const distance = along + 2 * aside;
    if (along > 1 && distance < bestDistance) [best, bestDistance] = [tile, distance];
  }
  return best;
}

function centreOf({ x0, y0, x1, y1 }: Tile): { x: number; y: number } {
  return { x: (x0 + x1) / 2, y: (y0 + y1) / 2 };
}
