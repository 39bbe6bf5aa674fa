/** `baleen usage`: what requests used and cost, of all folders and windows, by day and by purpose. */
import { readBalance } from '../../core/model/balance.js';
import { createLedger } from '../../core/usage/ledger.js';
import { readUsage } from '../../core/usage/report.js';
import { createClock } from '../../node/clock.js';
import { createNodeFiles } from '../../node/files.js';
import { stateBaseFolder, usageFolder } from '../../node/stateFolder.js';
import { addUsage, noUsage, type Outcome } from '../../protocol/events.js';
import { addCost, formatCost, free, type Cost } from '../../protocol/money.js';
import type { UsageGroup, UsageReport } from '../../protocol/usage.js';
import { keyOf, type Context } from '../context.js';
import { baseUrlOf } from '../hosts.js';
import { formatNumber } from '../printEvents.js';

export async function runUsage(context: Context): Promise<Outcome> {
  const { args, output, env } = context;
  const clock = createClock();
  const folder = usageFolder(stateBaseFolder(env, process.platform));
  const ledger = createLedger({ files: createNodeFiles(), folder, clock });
  const [report, balance] = await Promise.all([readUsage(ledger, args.days, clock.now()), balanceOf(context)]);
  if (args.json) output.out(`${JSON.stringify({ ...report, ...(balance === undefined ? {} : { balance }) })}\n`);
  else output.out(describeUsage(report, balance));
  return 'done';
}

type Amounts = { currency: string; total: string }[];

/** A host that does not tell it, or cannot be reached, is no trouble here. */
async function balanceOf(context: Context): Promise<Amounts | undefined> {
  const { args, signal } = context;
  const key = keyOf(context);
  if (key === '' || args.rehearse) return undefined;
  const answer = await readBalance(baseUrlOf(args), key, globalThis.fetch, signal);
  return 'balance' in answer ? answer.balance.amounts : undefined;
}

interface Row {
  name: string;
  requests: number;
  failed: number;
  usage: UsageGroup['usage'];
  cost: Cost;
  saved: Cost;
  unsettled: UsageGroup['unsettled'];
}

/** Tables of 80 columns. */
export function describeUsage(report: UsageReport, balance: Amounts | undefined): string {
  const { groups, damaged, from, to } = report;
  const lines = [`Usage from ${from} to ${to}, all folders and windows`, ''];
  if (groups.length === 0) lines.push('No request was made.');
  else {
    const purposes = rowsBy(groups, ({ purpose }) => purpose);
    const models = rowsBy(groups, ({ model, host }) => `${model} (${host})`);
    lines.push(
      ...tableOf(
        'by day',
        rowsBy(groups, ({ day }) => day),
      ),
      '',
      ...tableOf('by purpose', purposes),
      '',
    );
    lines.push(...tableOf('by model', models), '');
    lines.push(...summarize(rowsBy(groups, () => 'total')[0]!));
  }
  if (balance !== undefined)
    lines.push(`Balance: ${balance.map(({ total, currency }) => `${total} ${currency}`).join(', ')}.`);
  if (damaged > 0)
    lines.push(`${formatNumber(damaged)} lines of the record are damaged and not counted; they were left as they are.`);
  return `${lines.join('\n')}\n`;
}

function rowsBy(groups: readonly UsageGroup[], nameOf: (group: UsageGroup) => string): Row[] {
  const rows = new Map<string, Row>();
  for (const group of groups) {
    const name = nameOf(group);
    const row = rows.get(name) ?? emptyRow(name);
    rows.set(name, {
      name,
      requests: row.requests + group.requests,
      failed: row.failed + group.failed,
      usage: addUsage(row.usage, group.usage),
      cost: addCost(row.cost, group.cost),
      saved: addCost(row.saved, group.saved),
      unsettled: {
        requests: row.unsettled.requests + group.unsettled.requests,
        atMost: addCost(row.unsettled.atMost, group.unsettled.atMost),
      },
    });
  }
  return [...rows.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function emptyRow(name: string): Row {
  const unsettled = { requests: 0, atMost: free as Cost };
  return { name, requests: 0, failed: 0, usage: noUsage, cost: free, saved: free, unsettled };
}

function tableOf(title: string, rows: readonly Row[]): string[] {
  const head = columns(title, ['requests', 'input', 'cached', 'output', 'cost']);
  return [head, ...rows.map((row) => columns(row.name, cellsOf(row)))];
}

function cellsOf({ requests, usage, cost }: Row): string[] {
  const { cacheHitTokens: hit, cacheMissTokens: miss, outputTokens } = usage;
  const cached = hit + miss === 0 ? '' : `${((100 * hit) / (hit + miss)).toFixed(1)} %`;
  const sum = cost === null ? 'not known' : formatCost(cost);
  return [formatNumber(requests), formatNumber(hit + miss), cached, formatNumber(outputTokens), sum];
}

function columns(name: string, [requests, input, cached, output, cost]: readonly string[]): string {
  const first = name.padEnd(22).slice(0, 22);
  return `${first}${requests!.padStart(9)}${input!.padStart(16)}${cached!.padStart(9)}${output!.padStart(13)}${cost!.padStart(11)}`;
}

function summarize({ requests, failed, usage, cost, saved, unsettled }: Row): string[] {
  const input = usage.cacheHitTokens + usage.cacheMissTokens;
  const rate = input === 0 ? '' : `, ${((100 * usage.cacheHitTokens) / input).toFixed(1)} % of the input cached`;
  const lines = [
    `In all ${formatNumber(requests)} requests, ${formatNumber(failed)} without an answer: ${formatCost(cost)}${rate}.`,
  ];
  lines.push(`The prefix cache saved ${formatCost(saved)}.`);
  if (unsettled.requests > 0)
    lines.push(
      `${formatNumber(unsettled.requests)} were cut or cancelled before the server told what they used; beside the sum`,
      `they may have cost up to ${formatCost(unsettled.atMost)}.`,
    );
  return lines;
}
