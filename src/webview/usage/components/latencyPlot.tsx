import type { VNode } from 'preact';
import { formatCount, formatDuration } from '../../format.js';
import { median, type PlacedLatency, type Range } from '../range.js';
import { logScale } from '../scales.js';
import { latencyTable, modelsOf } from '../tables.js';
import { DayPlot, type Geometry } from './dayPlot.js';
import { LegendItem, PlotSection, type PlotHands } from './plotSection.js';

/** One point a request, on a scale of powers of ten: waits of half a second and of minutes are in it. */
export function LatencyPlot({ range, ...hands }: PlotHands & { range: Range }): VNode {
  const { days, latencies } = range;
  const times = latencies.map(({ firstTokenMs }) => firstTokenMs);
  const models = modelsOf(latencies);
  const scale = logScale(Math.max(1, Math.min(1000, ...times)), Math.max(1000, ...times));
  const describe = (day: number): string[] =>
    models.flatMap((model) => {
      const own = latencies.filter((point) => point.day === day && point.model === model);
      const values = own.map(({ firstTokenMs }) => firstTokenMs);
      if (values.length === 0) return [];
      const slowest = values.length > 1 ? `, slowest ${formatDuration(Math.max(...values))}` : '';
      return [`${model}: median ${formatDuration(median(values) ?? 0)}${slowest}`];
    });
  const middle = median(times);
  const figure = middle === undefined ? '–' : formatDuration(middle);
  const note = `median of ${formatCount(times.length, 'request')}`;
  const legend = (
    <ul class="plot-legend plain-list" aria-label="Models">
      {models.map((model, index) => (
        <LegendItem
          key={model}
          mark={<Mark index={index} x={7} y={7} isCold={false} />}
          label={model}
          detail={formatCount(latencies.filter((point) => point.model === model).length, 'request')}
        />
      ))}
      <LegendItem mark={<Mark index={0} x={7} y={7} isCold />} label="hollow: most of the input was new" detail="" />
    </ul>
  );
  return (
    <PlotSection title="Time to the first token" {...{ figure, note, legend }} table={latencyTable(range)} {...hands}>
      <DayPlot
        {...{ days, scale, describe, current: hands.current, onCurrent: hands.onCurrent }}
        label={`Time to the first token of each request: median ${figure}.`}
        formatTick={(value) => formatDuration(value)}
      >
        {(geometry) => <Points {...{ geometry, latencies, models, at: scale.at }} />}
      </DayPlot>
    </PlotSection>
  );
}

interface PointsProps {
  geometry: Geometry;
  latencies: readonly PlacedLatency[];
  models: readonly string[];
  at: (ms: number) => number;
}

function Points({ geometry, latencies, models, at }: PointsProps): VNode {
  const { x, y, columnWidth } = geometry;
  return (
    <g>
      {latencies.map((point, index) => (
        <Mark
          key={index}
          index={models.indexOf(point.model)}
          x={x(point.day) + columnWidth * (0.1 + 0.8 * point.share)}
          y={y(at(point.firstTokenMs))}
          isCold={point.hitTokens * 2 < point.inputTokens}
        />
      ))}
    </g>
  );
}

/** Around (0, 0): a disc, a square, a triangle, a diamond. */
const shapes: readonly string[] = [
  'M-3 0a3 3 0 1 0 6 0a3 3 0 1 0 -6 0Z',
  'M-2.7-2.7h5.4v5.4h-5.4Z',
  'M0-3.6L3.4 2.6H-3.4Z',
  'M0-3.8L3.8 0L0 3.8L-3.8 0Z',
];

function Mark({ index, x, y, isCold }: { index: number; x: number; y: number; isCold: boolean }): VNode {
  const series = (Math.max(0, index) % 6) + 1;
  return (
    <path
      class={`series-${series} mark${isCold ? ' cold' : ''}`}
      d={shapes[Math.max(0, index) % shapes.length]}
      transform={`translate(${x.toFixed(1)} ${y.toFixed(1)})`}
    />
  );
}
