import type { ComponentChildren, VNode } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { Tooltip } from '../../components/tooltip.js';
import { useSize } from '../../useSize.js';
import { nameDay, nameWeekday } from '../days.js';
import { namedColumns, type Scale } from '../scales.js';

/** Where things are inside the axes, in CSS pixels of the drawing. */
export interface Geometry {
  left: number;
  top: number;
  width: number;
  height: number;
  columnWidth: number;
  /** The left edge of a day's column. */
  x: (day: number) => number;
  /** `share` of the height, 0 at the foot. */
  y: (share: number) => number;
}

export interface DayPlotProps {
  days: readonly string[];
  /** What is plotted and what it comes to, for who does not see it. */
  label: string;
  scale: Scale;
  formatTick: (value: number) => string;
  /** The day that stands out in every plot. */
  current: number | undefined;
  onCurrent: (day: number | undefined) => void;
  /** About one day; nothing where there is nothing. */
  describe: (day: number) => string[];
  children: (geometry: Geometry) => ComponentChildren;
}

const plotHeight = 188;
const footHeight = 24;
const topGap = 10;
const digitPx = 6.6;
/** Plots below each other have their days below each other. */
const leastLeftPx = 52;

/** Days along the foot, one value along the side. The pointer and the arrow keys move over the days. */
export function DayPlot(props: DayPlotProps): VNode {
  const { days, label, scale, formatTick, current, onCurrent, describe } = props;
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  const [pointer, setPointer] = useState<{ x: number; y: number } | undefined>(undefined);
  const [isFocused, setFocused] = useState(false);
  const ticks = scale.ticks.map(({ value, at }) => ({ text: formatTick(value), at }));
  const geometry = layOut(size.width, days.length, Math.max(...ticks.map(({ text }) => text.length)));
  const { left, width, height, columnWidth, x } = geometry;

  const onKeyDown = (event: KeyboardEvent): void => {
    const last = days.length - 1;
    const moves: Record<string, number> = {
      ArrowLeft: Math.max(0, (current ?? days.length) - 1),
      ArrowRight: Math.min(last, (current ?? last) + 1),
      Home: 0,
      End: last,
    };
    const move = moves[event.key];
    if (move !== undefined) onCurrent(move);
    else if (event.key === 'Escape') onCurrent(undefined);
    else return;
    event.preventDefault();
  };
  const onPointerMove = (event: PointerEvent): void => {
    const edges = box.current?.getBoundingClientRect();
    const at = { x: event.clientX - (edges?.left ?? 0), y: event.clientY - (edges?.top ?? 0) };
    const day = Math.floor((at.x - left) / columnWidth);
    setPointer(at);
    onCurrent(Math.max(0, Math.min(days.length - 1, day)));
  };
  const lines = current === undefined ? [] : linesOf(describe(current));
  const name = nameWeekday(days[current ?? 0] ?? '');
  const beside = (day: number): number => (2 * day > days.length ? x(day) : x(day) + columnWidth);
  const place = pointer ?? (isFocused && current !== undefined ? { x: beside(current), y: 24 } : undefined);
  return (
    <div
      ref={box}
      class="plot"
      role="application"
      aria-roledescription="plot"
      aria-label={`${label} Left and right move from day to day. The table has the same figures.`}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onFocus={() => setFocused(true)}
      onBlur={() => {
        setFocused(false);
        onCurrent(undefined);
      }}
      onPointerMove={onPointerMove}
      onPointerLeave={() => {
        setPointer(undefined);
        onCurrent(undefined);
      }}
    >
      <svg width={size.width} height={plotHeight} aria-hidden="true">
        {current !== undefined && (
          <rect class="plot-current" x={x(current)} y={topGap} width={columnWidth} height={height} />
        )}
        <Axes {...{ ticks, days, geometry }} />
        {width > 0 && props.children(geometry)}
      </svg>
      {current !== undefined && place !== undefined && (
        <Tooltip title={name} lines={lines} {...place} size={{ width: size.width, height: plotHeight }} />
      )}
      <p class="sr-only" role="status">
        {isFocused && current !== undefined ? [name, ...lines].join(', ') : ''}
      </p>
    </div>
  );
}

interface AxesProps {
  ticks: readonly { text: string; at: number }[];
  days: readonly string[];
  geometry: Geometry;
}

function Axes({ ticks, days, geometry }: AxesProps): VNode {
  const { left, width, y } = geometry;
  return (
    <>
      {ticks.map(({ text, at }) => (
        <g key={text} class={at === 0 ? 'plot-foot' : 'plot-line'}>
          <line x1={left} x2={left + width} y1={Math.round(y(at)) + 0.5} y2={Math.round(y(at)) + 0.5} />
          <text class="plot-name" x={left - 8} y={y(at)} text-anchor="end" dominant-baseline="middle">
            {text}
          </text>
        </g>
      ))}
      {namedColumns(days.length, width).map((day) => (
        <text key={day} class="plot-name" x={nameX(geometry, day)} y={plotHeight - 6} text-anchor="middle">
          {nameDay(days[day] ?? '')}
        </text>
      ))}
    </>
  );
}

function linesOf(lines: string[]): string[] {
  return lines.length > 0 ? lines : ['Nothing was sent.'];
}

function layOut(width: number, columns: number, longestTick: number): Geometry {
  const left = Math.max(leastLeftPx, Math.ceil(longestTick * digitPx) + 12);
  const inner = Math.max(0, width - left - 4);
  const columnWidth = inner / Math.max(1, columns);
  const height = plotHeight - footHeight - topGap;
  return {
    ...{ left, top: topGap, width: inner, height, columnWidth },
    x: (day) => left + day * columnWidth,
    y: (share) => topGap + height * (1 - share),
  };
}

/** Below its column's middle, and not beyond the edge. */
function nameX({ left, width, columnWidth, x }: Geometry, day: number): number {
  const half = 20;
  return Math.max(left + half - 8, Math.min(left + width - half, x(day) + columnWidth / 2));
}
