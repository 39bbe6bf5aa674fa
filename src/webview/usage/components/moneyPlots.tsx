/** The plots of money: one of each for every currency that was paid in. */
import type { VNode } from 'preact';
import { formatCost, type Currency } from '../../../protocol/money.js';
import type { Purpose } from '../../../protocol/usage.js';
import { formatCount } from '../../format.js';
import { formatAmount, formatPercent, formatTick } from '../format.js';
import type { Range } from '../range.js';
import { linearScale } from '../scales.js';
import { sumGroups } from '../../../protocol/usageSums.js';
import { namePurpose, purposes } from '../purposes.js';
import { costTable, savedTable } from '../tables.js';
import { Bars, SeriesBox, type BarPart } from './bars.js';
import { DayPlot } from './dayPlot.js';
import { LegendItem, PlotSection, type PlotHands } from './plotSection.js';

export interface MoneyPlotProps extends PlotHands {
  range: Range;
  currency: Currency;
  /** Only one currency is there: titles need not name it. */
  isOnly: boolean;
}

const seriesOf = (purpose: Purpose): number => purposes.indexOf(purpose) + 1 || purposes.length;

export function CostPlot({ range, currency, isOnly, ...hands }: MoneyPlotProps): VNode {
  const { days, groupsOf, sumsOf, total } = range;
  const costOf = (groups: Range['groups'] | undefined, purpose: Purpose): number =>
    sumGroups((groups ?? []).filter((group) => group.purpose === purpose)).cost[currency] ?? 0;
  const paidFor = range.groups.flatMap(({ purpose, cost }) => (cost?.currency === currency ? [purpose] : []));
  const shown = [...new Set(paidFor)].sort((a, b) => seriesOf(a) - seriesOf(b));
  const ofDay = (day: number, purpose: Purpose): number => costOf([...(groupsOf[day] ?? [])], purpose);
  const scale = linearScale(Math.max(0, ...sumsOf.map((sums) => sums?.cost[currency] ?? 0)));
  const bars = days.map((_, day) =>
    shown.map((purpose): BarPart => ({ series: seriesOf(purpose), share: scale.at(ofDay(day, purpose)) })),
  );
  const paid = total.cost[currency] ?? 0;
  const describe = (day: number): string[] => {
    const sums = sumsOf[day];
    if (sums === undefined) return [];
    const parts = shown.filter((purpose) => ofDay(day, purpose) > 0);
    return [
      `${formatAmount(sums.cost[currency] ?? 0, currency)} in all`,
      ...parts.map((purpose) => `${namePurpose(purpose)} ${formatAmount(ofDay(day, purpose), currency)}`),
      ...(sums.unpriced > 0 ? [`${formatCount(sums.unpriced, 'request')}: price not known`] : []),
    ];
  };
  const title = isOnly ? 'Cost by day' : `Cost by day, ${currency}`;
  const figure = formatCost({ amount: paid, currency });
  const note = total.unpriced > 0 ? `and ${formatCount(total.unpriced, 'request')} whose price is not known` : '';
  const legend = (
    <ul class="plot-legend plain-list" aria-label="Purposes">
      {shown.map((purpose) => (
        <LegendItem
          key={purpose}
          mark={<SeriesBox series={seriesOf(purpose)} x={0} y={0} width={14} height={14} />}
          label={namePurpose(purpose)}
          detail={formatAmount(costOf(range.groups, purpose), currency)}
        />
      ))}
    </ul>
  );
  return (
    <PlotSection {...{ title, figure, note, legend }} table={costTable(range, currency, shown)} {...hands}>
      <DayPlot
        {...{ days, scale, describe, current: hands.current, onCurrent: hands.onCurrent }}
        label={`${title}, by purpose: ${figure} in ${days.length} days.`}
        formatTick={(value) => formatTick(value, scale.decimals, currency)}
      >
        {(geometry) => <Bars {...{ geometry, bars }} unknown={sumsOf.map((sums) => (sums?.unpriced ?? 0) > 0)} />}
      </DayPlot>
    </PlotSection>
  );
}

export function SavedPlot({ range, currency, isOnly, ...hands }: MoneyPlotProps): VNode {
  const { days, sumsOf, total } = range;
  const savedOn = (day: number): number => sumsOf[day]?.saved[currency] ?? 0;
  const scale = linearScale(Math.max(0, ...days.map((_, day) => savedOn(day))));
  const saved = total.saved[currency] ?? 0;
  const paid = total.cost[currency] ?? 0;
  const without = saved + paid;
  const title = isOnly ? 'Saved by the cache' : `Saved by the cache, ${currency}`;
  const figure = formatCost({ amount: saved, currency });
  const note =
    without > 0
      ? `${formatPercent(saved / without)} of the ${formatCost({ amount: without, currency })} that it would have cost`
      : '';
  const describe = (day: number): string[] => {
    const sums = sumsOf[day];
    if (sums === undefined) return [];
    const cost = sums.cost[currency] ?? 0;
    return [
      `${formatAmount(savedOn(day), currency)} saved`,
      `${formatAmount(cost, currency)} paid`,
      `${formatAmount(cost + savedOn(day), currency)} without a cache`,
    ];
  };
  return (
    <PlotSection {...{ title, figure, note }} table={savedTable(range, currency)} {...hands}>
      <DayPlot
        {...{ days, scale, describe, current: hands.current, onCurrent: hands.onCurrent }}
        label={`${title} by day: ${figure} in ${days.length} days.`}
        formatTick={(value) => formatTick(value, scale.decimals, currency)}
      >
        {(geometry) => (
          <Bars
            isPlain
            geometry={geometry}
            bars={days.map((_, day) => [{ series: 3, share: scale.at(savedOn(day)) }])}
          />
        )}
      </DayPlot>
    </PlotSection>
  );
}
