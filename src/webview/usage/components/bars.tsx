import type { VNode } from 'preact';
import type { Geometry } from './dayPlot.js';

/** One part of a day's bar: how high it is as a share of the plot, and what it is drawn with. */
export interface BarPart {
  /** `series-1` to `series-7`, of which each has a colour and a pattern. */
  series: number;
  share: number;
}

export interface BarsProps {
  geometry: Geometry;
  /** By day, from the foot up. */
  bars: readonly (readonly BarPart[])[];
  /** Days above whose bar a question mark says that not everything is in it. */
  unknown?: readonly boolean[];
  /** There is one series only, which needs no pattern. */
  isPlain?: boolean;
}

const leastPx = 1.5;
const mostWidthPx = 36;

export function Bars({ geometry, bars, unknown, isPlain = false }: BarsProps): VNode {
  const { columnWidth, x, y, height } = geometry;
  const barWidth = Math.min(mostWidthPx, Math.max(2, columnWidth * 0.72));
  return (
    <g>
      {bars.map((parts, day) => {
        const left = x(day) + (columnWidth - barWidth) / 2;
        let foot = y(0);
        const rects = parts.map(({ series, share }) => {
          const tall = share > 0 ? Math.max(leastPx, share * height) : 0;
          foot -= tall;
          const box = { x: left, y: foot, width: barWidth, height: tall };
          return <SeriesBox key={series} {...{ series, isPlain }} {...box} />;
        });
        return (
          <g key={day} class="bar">
            {rects}
            {unknown?.[day] === true && (
              <text class="bar-unknown" x={left + barWidth / 2} y={foot - 4} text-anchor="middle">
                ?
              </text>
            )}
          </g>
        );
      })}
    </g>
  );
}

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A colour with its pattern over it. */
export function SeriesBox({ series, isPlain = false, ...box }: Box & { series: number; isPlain?: boolean }): VNode {
  return (
    <g class={`series-${series}`}>
      <rect class="series-fill" {...box} />
      {!isPlain && <rect class="series-pattern" fill={`url(#pattern-${series})`} {...box} />}
    </g>
  );
}

/** Lines of one cell, which repeats; the first series is plain. */
const cells: readonly string[] = [
  '',
  'M-2 10L10-2M-2 2L2-2M6 10L10 6',
  'M0 4H8',
  'M4 0V8',
  'M0 4H8M4 0V8',
  'dots',
  'M0 4L4 0L8 4',
];

/** Once a page; patterns are found by their ids. */
export function SeriesPatterns(): VNode {
  return (
    <svg class="series-patterns" width="0" height="0" aria-hidden="true">
      <defs>
        {cells.map((path, index) => (
          <pattern key={path} id={`pattern-${index + 1}`} width="8" height="8" patternUnits="userSpaceOnUse">
            <g class={`series-${index + 1}`}>
              {path === 'dots' ? (
                <circle class="series-dot" cx="4" cy="4" r="1.5" />
              ) : (
                <path class="series-stroke" d={path} />
              )}
            </g>
          </pattern>
        ))}
      </defs>
    </svg>
  );
}
