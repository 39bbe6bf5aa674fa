/** `baleen usage`: what requests used and cost, of all folders and windows, by day and by purpose. */
import { readBalance } from '../../core/model/balance.js';
import { createLedger } from '../../core/usage/ledger.js';
import { readUsage } from '../../core/usage/report.js';
import { createClock } from '../../node/clock.js';
import { createNodeFiles } from '../../node/files.js';
import { stateBaseFolder, usageFolder } from '../../node/stateFolder.js';
import type { Outcome } from '../../protocol/events.js';
import type { UsageGroup, UsageReport } from '../../protocol/usage.js';
import { formatAmounts, groupBy, hitRateOf, sumGroups, type Sums } from '../../protocol/usageSums.js';
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
    lines.push(...summarize(sumGroups(groups)));
  }
  if (balance !== undefined)
    lines.push(`Balance: ${balance.map(({ total, currency }) => `${total} ${currency}`).join(', ')}.`);
  if (damaged > 0)
    lines.push(`${formatNumber(damaged)} lines of the record are damaged and not counted; they were left as they are.`);
  return `${lines.join('\n')}\n`;
}

interface Row {
  name: string;
  sums: Sums;
}

function rowsBy(groups: readonly UsageGroup[], nameOf: (group: UsageGroup) => string): Row[] {
  const rows = [...groupBy(groups, nameOf)].map(([name, own]) => ({ name, sums: sumGroups(own) }));
  return rows.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function tableOf(title: string, rows: readonly Row[]): string[] {
  const head = columns(title, ['requests', 'input', 'cached', 'output', 'cost']);
  return [head, ...rows.map(({ name, sums }) => columns(name, cellsOf(sums)))];
}

function cellsOf(sums: Sums): string[] {
  const { requests, usage } = sums;
  const cached = hitRateOf(usage);
  return [
    formatNumber(requests),
    formatNumber(usage.cacheHitTokens + usage.cacheMissTokens),
    cached === undefined ? '' : percent(cached),
    formatNumber(usage.outputTokens),
    isUnpriced(sums) ? 'not known' : formatAmounts(sums.cost, sums),
  ];
}

function isUnpriced({ cost, unpriced }: Sums): boolean {
  return unpriced > 0 && Object.keys(cost).length === 0;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function columns(name: string, [requests, input, cached, output, cost]: readonly string[]): string {
  const first = name.padEnd(22).slice(0, 22);
  return `${first}${requests!.padStart(9)}${input!.padStart(16)}${cached!.padStart(9)}${output!.padStart(13)}${cost!.padStart(11)}`;
}

function summarize(sums: Sums): string[] {
  const { requests, failed, usage, cost, saved, unsettled, atMost, unpriced } = sums;
  const cached = hitRateOf(usage);
  const rate = cached === undefined ? '' : `, ${percent(cached)} of the input cached`;
  const lines = [
    `In all ${formatNumber(requests)} requests, ${formatNumber(failed)} without an answer: ${formatAmounts(cost, sums)}${rate}.`,
    `The prefix cache saved ${formatAmounts(saved, sums)}.`,
  ];
  if (unpriced > 0 && !isUnpriced(sums))
    lines.push(`${formatNumber(unpriced)} were made where prices are not known, and are in no sum of money.`);
  if (unsettled > 0)
    lines.push(
      `${formatNumber(unsettled)} were cut or cancelled before the server told what they used; beside the sum`,
      `they may have cost up to ${formatAmounts(atMost, sums)}.`,
    );
  return lines;
}
