/** What stands beside each plot, as tables. */
import type { Currency } from '../../protocol/money.js';
import type { Purpose } from '../../protocol/usage.js';
import { formatCount, formatDuration } from '../format.js';
import { nameWeekday } from './days.js';
import { exact, formatAmount, formatPercent } from './format.js';
import { quantile, type Range } from './range.js';
import { formatAmounts, groupBy, hitRateOf, sumGroups, type Sums } from '../../protocol/usageSums.js';
import { namePurpose } from './purposes.js';
import type { Cell, Row, Table } from './table.js';

const money = (amount: number, currency: Currency): Cell => ({ text: formatAmount(amount, currency), value: amount });
const count = (value: number): Cell => ({ text: exact(value), value });
const word = (text: string): Cell => ({ text, value: text });
const none: Cell = { text: '–', value: '' };
const all = word('All');

function columnsOf(...labels: string[]): Table['columns'] {
  return labels.map((label) => ({ label, isNumeric: !['Day', 'Model', 'Host'].includes(label) }));
}

/** A row for each day on which something was sent, newest first. */
function dayRows(range: Range, cellsOf: (day: number, sums: Sums) => Cell[]): Row[] {
  const rows = range.sumsOf.flatMap((sums, day) => (sums === undefined ? [] : [{ day, ...rowOf(range, day, sums) }]));
  return rows.reverse();

  function rowOf({ days }: Range, day: number, sums: Sums): { cells: Cell[] } {
    const name = days[day] ?? '';
    return { cells: [{ text: nameWeekday(name), value: name }, ...cellsOf(day, sums)] };
  }
}

export function costTable(range: Range, currency: Currency, shown: readonly Purpose[]): Table {
  const hasUnpriced = range.total.unpriced > 0;
  const cellsOf = (groups: Range['groups'], { cost, unpriced }: Sums): Cell[] => [
    cost[currency] === undefined ? none : money(cost[currency], currency),
    ...shown.map((purpose) => {
      const own = sumGroups(groups.filter((group) => group.purpose === purpose)).cost[currency];
      return own === undefined ? none : money(own, currency);
    }),
    ...(hasUnpriced ? [unpriced === 0 ? none : { text: formatCount(unpriced, 'request'), value: unpriced }] : []),
  ];
  const labels = ['Cost', ...shown.map(namePurpose), ...(hasUnpriced ? ['Price not known'] : [])];
  return {
    caption: `Cost by day and purpose, ${currency}`,
    columns: columnsOf('Day', ...labels),
    rows: dayRows(range, (day, sums) => cellsOf([...(range.groupsOf[day] ?? [])], sums)),
    foot: [all, ...cellsOf(range.groups, range.total)],
  };
}

export function hitTable(range: Range): Table {
  const cellsOf = ({ requests, usage }: Sums): Cell[] => {
    const rate = hitRateOf(usage);
    return [
      ...[requests, usage.cacheHitTokens, usage.cacheMissTokens].map(count),
      { text: formatPercent(rate), value: rate ?? '' },
    ];
  };
  return {
    caption: 'Hit rate by day',
    columns: columnsOf('Day', 'Requests', 'Cached tokens', 'New tokens', 'Hit rate'),
    rows: dayRows(range, (_, sums) => cellsOf(sums)),
    foot: [all, ...cellsOf(range.total)],
  };
}

export function savedTable(range: Range, currency: Currency): Table {
  const cellsOf = ({ cost, saved }: Sums): Cell[] => {
    if (cost[currency] === undefined && saved[currency] === undefined) return [none, none, none];
    const [paid, kept] = [cost[currency] ?? 0, saved[currency] ?? 0];
    return [money(paid, currency), money(paid + kept, currency), money(kept, currency)];
  };
  return {
    caption: `What caching saved by day, ${currency}`,
    columns: columnsOf('Day', 'Paid', 'Without a cache', 'Saved'),
    rows: dayRows(range, (_, sums) => cellsOf(sums)),
    foot: [all, ...cellsOf(range.total)],
  };
}

/** A row a day and model. */
export function latencyTable(range: Range): Table {
  const rows = range.days.flatMap((name, day): Row[] => {
    const points = range.latencies.filter((point) => point.day === day);
    return modelsOf(points).map((model) => {
      const own = points.filter((point) => point.model === model).map(({ firstTokenMs }) => firstTokenMs);
      return { day, cells: [{ text: nameWeekday(name), value: name }, word(model), ...latencyCells(own)] };
    });
  });
  const every = range.latencies.map(({ firstTokenMs }) => firstTokenMs);
  return {
    caption: 'Time to the first token by day and model, in milliseconds in the copy',
    columns: columnsOf('Day', 'Model', 'Requests', 'Median', '9 of 10 within', 'Slowest'),
    rows: rows.reverse(),
    ...(every.length > 0 ? { foot: [all, word(''), ...latencyCells(every)] } : {}),
  };
}

function latencyCells(values: readonly number[]): Cell[] {
  const quantiles = [0.5, 0.9, 1].map((share) => quantile(values, share) ?? 0);
  return [count(values.length), ...quantiles.map((ms) => ({ text: formatDuration(ms), value: ms }))];
}

/** Models in the order of the alphabet, so that each keeps its mark while the range changes. */
export function modelsOf(points: readonly { model: string }[]): string[] {
  return [...new Set(points.map(({ model }) => model))].sort();
}

export function modelTable(range: Range): Table {
  const byModel = groupBy(range.groups, ({ model, host }) => JSON.stringify([model, host]));
  const rows = [...byModel].map(([key, groups]): Row => {
    const [model = '', host = ''] = JSON.parse(key) as string[];
    return { cells: [word(model), word(host), ...cellsOf(sumGroups(groups))] };
  });
  return {
    caption: 'By model and host',
    columns: columnsOf(
      'Model',
      'Host',
      'Requests',
      'Failed',
      'Input tokens',
      'Output tokens',
      'Hit rate',
      'Cost',
      'Not priced',
    ),
    rows: rows.sort((a, b) => Number(b.cells[2]?.value) - Number(a.cells[2]?.value)),
    foot: [all, word(''), ...cellsOf(range.total)],
  };

  function cellsOf(sums: Sums): Cell[] {
    const { requests, failed, usage, cost } = sums;
    const rate = hitRateOf(usage);
    const paid = formatAmounts(cost, sums);
    return [
      ...[requests, failed, usage.cacheHitTokens + usage.cacheMissTokens, usage.outputTokens].map(count),
      { text: formatPercent(rate), value: rate ?? '' },
      word(paid),
      count(sums.unpriced),
    ];
  }
}
