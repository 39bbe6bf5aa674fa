/** Draws the map in one pass over its tiles. */
import { formatTokens } from '../format.js';
import { chainName } from './model.js';
import type { Palette, Pattern, Swatch } from './palette.js';
import { spell } from './spell.js';
import { headerHeight, type Tile, type TileMap } from './tiles.js';

export interface Painting {
  palette: Palette;
  swatchOf: (row: number) => Swatch;
  /** By row; absent means that every file stands out. */
  matches: readonly boolean[] | undefined;
  tokensOf: (row: number) => number;
}

/** How much of a colour is laid over the background. */
const strength = { plain: 0.6, pale: 0.14, contrast: 0.22 };
const leastLabelWidth = 38;
const leastLabelHeight = 18;
const leastPatternPx = 6;
const leastGapPx = 6;
const leastEdgePx = 10;
const dimmed = 0.15;

/** A canvas as large as its element, in device pixels; drawing is in CSS pixels. */
export function fitCanvas(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.max(1, Math.round(width * ratio));
  canvas.height = Math.max(1, Math.round(height * ratio));
  const context = canvas.getContext('2d');
  context?.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}

export function paintMap(context: CanvasRenderingContext2D, { tiles }: TileMap, painting: Painting): void {
  const { palette } = painting;
  const patterns = createPatterns(context, palette.isContrast);
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  context.textBaseline = 'middle';
  context.direction = 'ltr';
  for (const tile of tiles) {
    if (tile.node.row < 0) paintFolder(context, tile, palette);
    else paintFile(context, tile, painting, patterns);
  }
  context.globalAlpha = 1;
}

function paintFolder(context: CanvasRenderingContext2D, tile: Tile, palette: Palette): void {
  const { x0, y0, x1, y1, hasHeader, node } = tile;
  if (Math.min(x1 - x0, y1 - y0) < 4) return;
  context.globalAlpha = palette.isContrast ? 0 : 0.05;
  context.fillStyle = palette.foreground;
  context.fillRect(x0, y0, x1 - x0, y1 - y0);
  context.globalAlpha = palette.isContrast ? 0.8 : 0.14;
  context.strokeStyle = palette.foreground;
  context.lineWidth = 1;
  context.strokeRect(x0 + 0.5, y0 + 0.5, x1 - x0 - 1, y1 - y0 - 1);
  if (!hasHeader) return;
  context.globalAlpha = 1;
  context.fillStyle = palette.foreground;
  context.font = `600 11px ${palette.font}`;
  writeClipped(context, chainName(node), x0 + 6, y0 + headerHeight / 2 + 0.5, x1 - x0 - 10);
}

function paintFile(
  context: CanvasRenderingContext2D,
  tile: Tile,
  { palette, swatchOf, matches, tokensOf }: Painting,
  patterns: Patterns,
): void {
  const { node } = tile;
  // The gap between files is taken from both sides alike, so that areas stay comparable.
  const gap = Math.min(tile.x1 - tile.x0, tile.y1 - tile.y0) >= leastGapPx ? 0.75 : 0.25;
  const [x0, y0, x1, y1] = [tile.x0 + gap, tile.y0 + gap, tile.x1 - gap, tile.y1 - gap];
  const width = x1 - x0;
  const height = y1 - y0;
  if (width <= 0 || height <= 0) return;
  const { colour, pattern, pale } = swatchOf(node.row);
  const isDim = matches !== undefined && matches[node.row] !== true;
  const visible = isDim ? dimmed : 1;
  context.globalAlpha = visible * (pale ? strength.pale : palette.isContrast ? strength.contrast : strength.plain);
  context.fillStyle = colour;
  context.fillRect(x0, y0, width, height);
  const extent = Math.min(width, height);
  if (extent >= leastPatternPx) {
    const lines = patterns(pattern, pale ? colour : palette.isContrast ? colour : palette.background);
    if (lines !== undefined) {
      context.globalAlpha = visible * (pale || palette.isContrast ? 0.55 : 0.28);
      context.fillStyle = lines;
      context.fillRect(x0, y0, width, height);
    }
    if ((palette.isContrast && extent >= leastEdgePx) || pale) {
      context.globalAlpha = visible * (palette.isContrast ? 1 : 0.55);
      context.strokeStyle = colour;
      context.lineWidth = 1;
      context.strokeRect(x0 + 0.5, y0 + 0.5, width - 1, height - 1);
    }
  }
  if (isDim || width < leastLabelWidth || height < leastLabelHeight) return;
  context.globalAlpha = 1;
  writeLabel(context, tile, palette, tokensOf(node.row), pattern !== 'plain');
}

/** The name, and below it the tokens where there is room; on a plate where a pattern would run through the letters. */
function writeLabel(
  context: CanvasRenderingContext2D,
  { node, x0, y0, x1, y1 }: Tile,
  palette: Palette,
  tokens: number,
  onPlate: boolean,
): void {
  const room = x1 - x0 - 10;
  context.font = `11px ${palette.font}`;
  const write = (text: string, y: number): void => {
    const clipped = clipText(context, spell(text), room);
    if (clipped === '') return;
    if (onPlate) {
      context.globalAlpha = 0.78;
      context.fillStyle = palette.background;
      context.fillRect(x0 + 3, y - 8, context.measureText(clipped).width + 5, 16);
      context.globalAlpha = 1;
    }
    context.fillStyle = palette.foreground;
    context.fillText(clipped, x0 + 5.5, y);
  };
  write(node.name, y0 + 10);
  if (y1 - y0 >= 36) write(formatTokens(tokens), y0 + 25);
}

function writeClipped(context: CanvasRenderingContext2D, text: string, x: number, y: number, room: number): void {
  context.fillText(clipText(context, spell(text), room), x, y);
}

function clipText(context: CanvasRenderingContext2D, text: string, room: number): string {
  if (context.measureText(text).width <= room) return text;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (context.measureText(`${text.slice(0, middle)}…`).width <= room) low = middle;
    else high = middle - 1;
  }
  return low < 2 ? '' : `${text.slice(0, low)}…`;
}

type Patterns = (pattern: Pattern, colour: string) => CanvasPattern | undefined;

const cell = 8;
/** Line segments of one cell, which repeats. */
const strokes: Record<Exclude<Pattern, 'plain' | 'dots'>, readonly (readonly [number, number, number, number])[]> = {
  lines: [[0, 4, 8, 4]],
  bars: [[4, 0, 4, 8]],
  diagonal: [
    [-2, 10, 10, -2],
    [-2, 2, 2, -2],
    [6, 10, 10, 6],
  ],
  antidiagonal: [
    [-2, -2, 10, 10],
    [-2, 6, 2, 10],
    [6, -2, 10, 2],
  ],
  cross: [
    [-2, 10, 10, -2],
    [-2, -2, 10, 10],
  ],
  grid: [
    [0, 4, 8, 4],
    [4, 0, 4, 8],
  ],
};

function createPatterns(context: CanvasRenderingContext2D, isContrast: boolean): Patterns {
  const made = new Map<string, CanvasPattern | undefined>();
  return (pattern, colour) => {
    if (pattern === 'plain') return undefined;
    const key = `${pattern} ${colour}`;
    if (!made.has(key)) made.set(key, makePattern(context, pattern, colour, isContrast) ?? undefined);
    return made.get(key);
  };
}

function makePattern(
  context: CanvasRenderingContext2D,
  pattern: Exclude<Pattern, 'plain'>,
  colour: string,
  isContrast: boolean,
): CanvasPattern | null {
  const ratio = window.devicePixelRatio || 1;
  const tile = document.createElement('canvas');
  tile.width = tile.height = Math.round(cell * ratio);
  const brush = tile.getContext('2d');
  if (brush === null) return null;
  brush.scale(tile.width / cell, tile.height / cell);
  brush.strokeStyle = brush.fillStyle = colour;
  brush.lineWidth = isContrast ? 1.4 : 1;
  if (pattern === 'dots') {
    brush.beginPath();
    brush.arc(4, 4, 1.4, 0, 2 * Math.PI);
    brush.fill();
  } else {
    brush.beginPath();
    for (const [x0, y0, x1, y1] of strokes[pattern]) {
      brush.moveTo(x0, y0);
      brush.lineTo(x1, y1);
    }
    brush.stroke();
  }
  const made = context.createPattern(tile, 'repeat');
  made?.setTransform(new DOMMatrix().scale(cell / tile.width, cell / tile.height));
  return made;
}

/** The frames around what the pointer and the keyboard are at. */
export function paintMarks(
  context: CanvasRenderingContext2D,
  palette: Palette,
  marks: { hovered: Tile | undefined; selected: Tile | undefined },
): void {
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  const frame = ({ x0, y0, x1, y1 }: Tile, colour: string, width: number): void => {
    const grow = Math.max(0, 3 - Math.min(x1 - x0, y1 - y0) / 2);
    context.strokeStyle = colour;
    context.lineWidth = width;
    const inset = width / 2 - grow;
    context.strokeRect(x0 + inset, y0 + inset, x1 - x0 - 2 * inset, y1 - y0 - 2 * inset);
  };
  if (marks.hovered !== undefined) frame(marks.hovered, palette.foreground, 1);
  if (marks.selected === undefined) return;
  frame(marks.selected, palette.background, 5);
  frame(marks.selected, palette.focus, 2.5);
}

/** One colour with its pattern, as it stands on the map. */
export function paintSwatch(context: CanvasRenderingContext2D, swatch: Swatch, palette: Palette, extent: number): void {
  const node = { name: '', path: '', parent: undefined, children: [], row: 0 };
  const tile: Tile = { node, x0: 0, y0: 0, x1: extent, y1: extent, parent: undefined, hasHeader: false };
  const painting: Painting = { palette, swatchOf: () => swatch, matches: undefined, tokensOf: () => 0 };
  context.clearRect(0, 0, extent, extent);
  paintFile(context, tile, painting, createPatterns(context, palette.isContrast));
}
