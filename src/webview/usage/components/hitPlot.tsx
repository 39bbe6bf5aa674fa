import type { VNode } from 'preact';
import { formatTokens } from '../../format.js';
import { formatPercent } from '../format.js';
import type { Range } from '../range.js';
import { hitRateOf } from '../../../protocol/usageSums.js';
import { hitTable } from '../tables.js';
import { DayPlot, type Geometry } from './dayPlot.js';
import { PlotSection, type PlotHands } from './plotSection.js';

const scale = {
  ticks: [0, 0.25, 0.5, 0.75, 1].map((value) => ({ value, at: value })),
  at: (value: number): number => value,
  decimals: 2,
};

/** A line over the days that had any input. */
export function HitPlot({ range, ...hands }: PlotHands & { range: Range }): VNode {
  const { days, sumsOf, total } = range;
  const rates = sumsOf.map((sums) => (sums === undefined ? undefined : hitRateOf(sums.usage)));
  const describe = (day: number): string[] => {
    const sums = sumsOf[day];
    if (sums === undefined) return [];
    const { cacheHitTokens, cacheMissTokens } = sums.usage;
    return [
      `${formatPercent(rates[day])} of the input cached`,
      `${formatTokens(cacheHitTokens)} cached, ${formatTokens(cacheMissTokens)} new`,
    ];
  };
  const figure = formatPercent(hitRateOf(total.usage));
  return (
    <PlotSection title="Hit rate by day" figure={figure} note="of all input tokens" table={hitTable(range)} {...hands}>
      <DayPlot
        {...{ days, scale, describe, current: hands.current, onCurrent: hands.onCurrent }}
        label={`Share of the input from the cache by day: ${figure} in ${days.length} days.`}
        formatTick={(value) => `${100 * value} %`}
      >
        {(geometry) => <Line geometry={geometry} values={rates} />}
      </DayPlot>
    </PlotSection>
  );
}

/** Days without a value are bridged by a thinner line: nothing was measured there. */
function Line({ geometry, values }: { geometry: Geometry; values: readonly (number | undefined)[] }): VNode {
  const { x, y, columnWidth } = geometry;
  const points = values.flatMap((value, day) =>
    value === undefined ? [] : [{ day, x: x(day) + columnWidth / 2, y: y(value) }],
  );
  return (
    <g class="series-1">
      {points.slice(1).map((to, index) => {
        const from = points[index]!;
        return (
          <line
            key={to.day}
            class={to.day - from.day === 1 ? 'series-line' : 'series-line bridge'}
            {...{ x1: from.x, y1: from.y, x2: to.x, y2: to.y }}
          />
        );
      })}
      {points.map((point) => (
        <circle key={point.day} class="series-point" cx={point.x} cy={point.y} r={3} />
      ))}
    </g>
  );
}
