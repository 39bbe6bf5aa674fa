import type { RefObject, VNode } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { formatCount } from '../../format.js';
import type { MapModel, MapNode } from '../model.js';
import { fitCanvas, paintMap, paintMarks } from '../paint.js';
import type { Palette, Swatch } from '../palette.js';
import type { Standing } from '../standing.js';
import { layOut, neighbour, type Direction, type Tile, type TileMap } from '../tiles.js';
import { Tooltip } from '../../components/tooltip.js';
import { useSize, type Size } from '../../useSize.js';
import { Breadcrumb } from './breadcrumb.js';
import { describeNode, factsOf } from '../describe.js';

export interface MapViewProps {
  model: MapModel;
  standing: Standing;
  /** The folder that fills the map. */
  folder: MapNode;
  areas: readonly number[];
  palette: Palette;
  swatchOf: (row: number) => Swatch;
  matches: readonly boolean[] | undefined;
  tokensOf: (row: number) => number;
  selected: MapNode | undefined;
  onZoom: (folder: MapNode) => void;
  onSelect: (node: MapNode | undefined) => void;
  onOpen: (node: MapNode) => void;
  onMenu: (node: MapNode, x: number, y: number) => void;
}

export function MapView(props: MapViewProps): VNode {
  const { model, folder, areas, standing } = props;
  const frame = useRef<HTMLDivElement>(null);
  const size = useSize(frame);
  const [hover, setHover] = useState<{ tile: Tile; x: number; y: number } | undefined>(undefined);
  const map = useMemo(() => layOut(folder, areas, size.width, size.height), [folder, areas, size]);
  const selected = props.selected === undefined ? undefined : map.of.get(props.selected.path);
  const { base, overlay } = usePainting(props, map, size, { hovered: hover?.tile, selected });
  useEffect(() => setHover(undefined), [map]);

  const tileAt = (event: MouseEvent): { tile: Tile | undefined; x: number; y: number } => {
    const box = frame.current?.getBoundingClientRect();
    const x = event.clientX - (box?.left ?? 0);
    const y = event.clientY - (box?.top ?? 0);
    return { tile: map.at(x, y), x, y };
  };
  const menuFor = (tile: Tile): void => {
    const box = frame.current?.getBoundingClientRect();
    props.onMenu(tile.node, (box?.left ?? 0) + (tile.x0 + tile.x1) / 2, (box?.top ?? 0) + (tile.y0 + tile.y1) / 2);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const { key } = event;
    const first = selected ?? map.tiles[0];
    if (first === undefined) return;
    if (key.startsWith('Arrow')) {
      const next = selected === undefined ? first : neighbour(map, selected, key as Direction);
      if (next !== undefined) props.onSelect(next.node);
    } else if (key === 'Home') props.onSelect(map.tiles[0]?.node);
    else if (key === 'Enter' && selected !== undefined) props.onOpen(selected.node);
    else if (key === ' ' && selected !== undefined && selected.node.row < 0) {
      props.onSelect(map.tiles.find((tile) => tile.parent === selected)?.node);
    } else if ((key === 'Backspace' || key === 'Escape') && selected?.parent !== undefined) {
      props.onSelect(selected.parent.node);
    } else if ((key === 'Backspace' || key === 'Escape') && folder.parent !== undefined) props.onZoom(outward(folder));
    else if ((key === 'ContextMenu' || (key === 'F10' && event.shiftKey)) && selected !== undefined) menuFor(selected);
    else return;
    event.preventDefault();
  };
  const about = selected?.node ?? folder;
  return (
    <>
      <Breadcrumb folder={folder} onZoom={props.onZoom} />
      <div
        ref={frame}
        class="treemap"
        role="application"
        aria-roledescription="treemap"
        aria-label={`Map of ${folder.path === '' ? 'the folder' : folder.path}, ${formatCount(map.tiles.length, 'tile')}. Arrow keys move, Enter opens, Space goes in, Backspace goes out. The table has the same files.`}
        aria-describedby="map-about"
        tabIndex={0}
        onKeyDown={onKeyDown}
        onMouseMove={(event) => {
          const { tile, x, y } = tileAt(event);
          setHover(tile === undefined ? undefined : { tile, x, y });
        }}
        onMouseLeave={() => setHover(undefined)}
        onClick={(event) => {
          const { tile } = tileAt(event);
          if (tile === undefined) return;
          props.onSelect(tile.node);
          props.onOpen(tile.node);
        }}
        onContextMenu={(event) => {
          event.preventDefault();
          const { tile } = tileAt(event);
          setHover(undefined);
          if (tile !== undefined) props.onMenu(tile.node, event.clientX, event.clientY);
        }}
      >
        <canvas ref={base} aria-hidden="true" />
        <canvas ref={overlay} aria-hidden="true" />
        {map.tiles.length === 0 && <p class="nothing quiet">No file here has tokens in the pack.</p>}
        {hover !== undefined && (
          <Tooltip
            title={hover.tile.node.path}
            lines={factsOf(model, standing, hover.tile.node)}
            {...{ size, x: hover.x, y: hover.y }}
          />
        )}
      </div>
      <p id="map-about" class="sr-only" role="status">
        {describeNode(model, standing, about)}
      </p>
    </>
  );
}

/** Two canvases, one above the other, so that the map is not painted again when only a mark moves. */
function usePainting(
  { palette, swatchOf, matches, tokensOf }: MapViewProps,
  map: TileMap,
  size: Size,
  marks: { hovered: Tile | undefined; selected: Tile | undefined },
): Record<'base' | 'overlay', RefObject<HTMLCanvasElement | null>> {
  const base = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const context = base.current === null ? null : fitCanvas(base.current, size.width, size.height);
    if (context !== null) paintMap(context, map, { palette, swatchOf, matches, tokensOf });
  }, [map, palette, swatchOf, matches, size]);
  useLayoutEffect(() => {
    const context = overlay.current === null ? null : fitCanvas(overlay.current, size.width, size.height);
    if (context !== null) paintMarks(context, palette, marks);
  }, [map, palette, marks.hovered, marks.selected, size]);
  return { base, overlay };
}

/** The folder around this one on the map: folders that hold nothing but one folder have no view of their own. */
function outward(folder: MapNode): MapNode {
  let outer = folder.parent ?? folder;
  while (outer.parent !== undefined && outer.children.length === 1) outer = outer.parent;
  return outer;
}
