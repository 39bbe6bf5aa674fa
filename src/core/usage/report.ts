/** The ledger's lines as sums: what `baleen usage` prints and the usage page draws. */
import { addUsage, noUsage } from '../../protocol/events.js';
import { addCost, free, type Cost } from '../../protocol/money.js';
import type { LatencyPoint, LedgerLine, UsageGroup, UsageReport } from '../../protocol/usage.js';
import { localDay, startOfDay } from './days.js';
import type { Ledger } from './ledger.js';

const mostLatencies = 500;
/** A request that is open for longer has lost its process. */
const longestRunMs = 3_600_000;

/** Of today and the days before it, `days` in all. */
export async function readUsage(ledger: Pick<Ledger, 'read'>, days: number, nowMs: number): Promise<UsageReport> {
  const from = startOfDay(nowMs, days - 1);
  const { lines, damaged } = await ledger.read(from);
  return { ...reportUsage(lines, nowMs), from: localDay(from), to: localDay(nowMs), damaged };
}

/** Lines that are open belong to running requests, but for old ones. */
export function reportUsage(lines: readonly LedgerLine[], nowMs: number): Pick<UsageReport, 'groups' | 'latencies'> {
  const groups = new Map<string, UsageGroup>();
  const latencies: LatencyPoint[] = [];
  for (const line of lines) {
    if (line.finish === 'open' && nowMs - Date.parse(line.at) < longestRunMs) continue;
    const day = localDay(Date.parse(line.at));
    const key = JSON.stringify([day, line.purpose, line.model, line.host]);
    groups.set(key, addLine(groups.get(key) ?? emptyGroup(day, line), line));
    const latency = latencyOf(line);
    if (latency !== undefined) latencies.push(latency);
  }
  const order = (one: UsageGroup): string => `${one.day} ${one.purpose} ${one.model} ${one.host}`;
  return {
    groups: [...groups.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1)),
    latencies: latencies.sort((a, b) => Date.parse(a.at) - Date.parse(b.at)).slice(-mostLatencies),
  };
}

function emptyGroup(day: string, { purpose, model, host }: LedgerLine): UsageGroup {
  const sums = { requests: 0, failed: 0, unsettled: { requests: 0, atMost: free as Cost } };
  return { day, purpose, model, host, ...sums, usage: noUsage, cost: free, saved: free };
}

function addLine(group: UsageGroup, line: LedgerLine): UsageGroup {
  const requests = group.requests + 1;
  if (line.usage !== null) {
    const usage = addUsage(group.usage, line.usage);
    const cost = addCost(group.cost, line.cost);
    return { ...group, requests, usage, cost, saved: addCost(group.saved, savedBy(line)) };
  }
  const failed = group.failed + 1;
  if (line.atMost?.amount === 0) return { ...group, requests, failed };
  const unsettled = {
    requests: group.unsettled.requests + 1,
    atMost: addCost(group.unsettled.atMost, line.atMost),
  };
  return { ...group, requests, failed, unsettled };
}

/** What its cached tokens would have cost more. */
function savedBy({ usage, rates, cost }: LedgerLine): Cost {
  if (usage === null || rates === null || cost === null) return null;
  return { amount: (usage.cacheHitTokens * (rates.miss - rates.hit)) / 1_000_000, currency: cost.currency };
}

function latencyOf({ at, model, purpose, usage, firstTokenMs, durationMs }: LedgerLine): LatencyPoint | undefined {
  if (usage === null || firstTokenMs === null) return undefined;
  const { cacheHitTokens: hitTokens, cacheMissTokens } = usage;
  return { at, model, purpose, inputTokens: hitTokens + cacheMissTokens, hitTokens, firstTokenMs, durationMs };
}
