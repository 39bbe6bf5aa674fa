/** The part of a report that is shown: its last days, and what was used and paid on each. */
import type { LatencyPoint, UsageGroup, UsageReport } from '../../protocol/usage.js';
import { dayOf, listDays, shareOfDay } from './days.js';
import { groupBy, sumGroups, type Sums } from '../../protocol/usageSums.js';

export interface PlacedLatency extends LatencyPoint {
  /** Its day, as an index into `days`, and how much of it was over. */
  day: number;
  share: number;
}

export interface Range {
  /** Every local day of the range, oldest first. */
  days: string[];
  groups: UsageGroup[];
  /** By day, as an index into `days`; absent where nothing was sent. */
  groupsOf: readonly (readonly UsageGroup[] | undefined)[];
  sumsOf: readonly (Sums | undefined)[];
  total: Sums;
  latencies: PlacedLatency[];
}

export function cutReport(report: UsageReport, count: number): Range {
  const days = listDays(report.to, count);
  const place = new Map(days.map((day, index) => [day, index]));
  const groups = report.groups.filter(({ day }) => place.has(day));
  const byDay = groupBy(groups, ({ day }) => day);
  const groupsOf = days.map((day) => byDay.get(day));
  const latencies = report.latencies.flatMap((point) => {
    const at = new Date(point.at);
    const day = place.get(dayOf(at));
    return day === undefined ? [] : [{ ...point, day, share: shareOfDay(at) }];
  });
  return {
    ...{ days, groups, groupsOf, latencies },
    sumsOf: groupsOf.map((of) => of && sumGroups(of)),
    total: sumGroups(groups),
  };
}

export function median(values: readonly number[]): number | undefined {
  return quantile(values, 0.5);
}

/** The smallest of the values that is not below so many of them. */
export function quantile(values: readonly number[], share: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}
