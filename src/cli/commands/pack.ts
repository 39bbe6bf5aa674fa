/** `baleen pack`: the repository part of the prompt, as text, as a summary, or as JSON. */
import { formatCost } from '../../protocol/money.js';
import { resolve } from 'node:path';
import { priceOfSend, ratesAt } from '../../core/model/prices.js';
import { BaleenError } from '../../core/errors.js';
import type { ChangeEntry, PackProgress } from '../../core/pack/packer.js';
import { giveWay } from '../../core/pack/ports.js';
import { countFiles } from '../../core/pack/summary.js';
import { pathIn, singleRoot } from '../../core/repository/roots.js';
import { openLocalPacker, type LocalPacker } from '../../node/localPacker.js';
import { stateBaseFolder } from '../../node/stateFolder.js';
import type { Outcome } from '../../protocol/events.js';
import type { PackReport } from '../../protocol/pack.js';
import { budgetOf, createLog, keyOf, selectionOf, type Context } from '../context.js';
import { modelOf, payerOf } from '../hosts.js';
import { createProgressLine, formatNumber, printText, shareOf } from '../printEvents.js';
import { tellBreak } from '../../core/session/renewal.js';

export async function runPack(context: Context): Promise<Outcome> {
  const { args, output } = context;
  if (args.words.length > 1) throw new BaleenError('pack takes one folder at most. See baleen --help.', 'bad_usage');
  const local = await openLocalPacker({
    folders: singleRoot(resolve(args.cwd, args.words[0] ?? '.')),
    stateBase: stateBaseFolder(context.env, process.platform),
    programFolder: context.programFolder,
    log: createLog(output, args.quiet),
  });
  const { packer, files } = local;
  try {
    const { report, entries } = await packFolder(context, local);
    await giveWay(context.signal);
    if (args.explain !== undefined) return await explain(context, local, args.explain);
    // Of a large pack every copy counts, so that it is fetched only where somebody reads it.
    const text = async (): Promise<Uint8Array> => joinEntries(await packer.packText(), entries);
    if (args.output !== undefined) await files.replace(resolve(args.output), await text(), 0o644);
    if (args.json) output.out(`${JSON.stringify(report)}\n`);
    else {
      if (args.output === undefined && !output.resultIsShown) output.out(await text());
      output.err(summarize(report, context));
    }
    return 'done';
  } finally {
    await packer.dispose();
  }
}

interface MadePack {
  report: PackReport;
  /** What follows the pack in the prompt. */
  entries: readonly ChangeEntry[];
}

function joinEntries(pack: Uint8Array, entries: readonly ChangeEntry[]): Uint8Array {
  return entries.length === 0
    ? pack
    : Buffer.concat([pack, Buffer.from(entries.map(({ text }) => `\n${text}`).join(''))]);
}

async function packFolder(context: Context, local: LocalPacker): Promise<MadePack> {
  const { args, signal } = context;
  const { packer, roots, stateFolder } = local;
  const ownKeys = [keyOf(context)];
  const chosen = { budgetTokens: budgetOf(args, modelOf(args)), selection: selectionOf(args) };
  const options = { roots, stateFolder, ownKeys, ...chosen };
  if (!args.asSent && !args.renew) {
    const report = await withProgress(context, (onProgress) => packer.fresh(options, onProgress, signal));
    return { report, entries: [] };
  }
  const wanted = args.renew ? { ...options, renew: true } : options;
  const pack = await withProgress(context, (onProgress) => packer.open(wanted, onProgress, signal));
  const tell = printText(context.output, args.quiet);
  tellBreak(pack, payerOf(args), Date.now(), tell);
  return { report: await packer.report(), entries: pack.entries };
}

/** What is said afterwards begins on a line of its own. */
async function withProgress<Result>(
  { args, output }: Context,
  work: (onProgress: PackProgress) => Promise<Result>,
): Promise<Result> {
  const progress = createProgressLine(output, args.quiet || args.json);
  try {
    return await work((event) => progress.show(event));
  } finally {
    progress.clear();
  }
}

/** Why one file stands in the pack as it does, which was made just now. A path that is no file of it is a failure. */
async function explain(context: Context, local: LocalPacker, file: string): Promise<Outcome> {
  const { args, output, signal } = context;
  const { packer, roots } = local;
  const path = pathIn(roots, resolve(roots[0].folder, file)) ?? file;
  const explanation = await withProgress(context, (onProgress) => packer.explain(path, onProgress, signal));
  if (args.json) output.out(`${JSON.stringify(explanation)}\n`);
  else output.out([path, ...explanation.sentences.map((sentence) => `  ${sentence}`), ''].join('\n'));
  return explanation.as === 'unknown' ? 'failed' : 'done';
}

/** Files, tokens, share of the window, what is withheld, and the price of a first and a warm send: lines of 80 columns. */
function summarize(report: PackReport, context: Context): string {
  const model = modelOf(context.args);
  const counts = countFiles(report);
  const files = [`${formatNumber(counts.full)} whole`];
  if (counts.outline > 0) files.push(`${formatNumber(counts.outline)} by their outlines`);
  if (counts.listed > 0) files.push(`${formatNumber(counts.listed)} listed for want of room`);
  const reasons = new Map<string, number>();
  for (const { why } of report.withheld) reasons.set(why, (reasons.get(why) ?? 0) + 1);
  const withheld = [...reasons].sort().map(([why, count]) => `${formatNumber(count)} ${why}`);
  const price = priceOfSend(report.tokens, ratesAt(payerOf(context.args), Date.now()));
  return [
    report.root,
    `  files     ${files.join(', ')}`,
    `  tokens    ${formatNumber(report.tokens)} by DeepSeek's own count, ${shareOf(report.tokens, model.windowTokens)} of the window`,
    `  withheld  ${withheld.length === 0 ? 'nothing' : withheld.join(', ')}`,
    `  price     first send ${formatCost(price.first)}, each further one ${formatCost(price.further)}`,
    `            (input of ${model.label}, at this hour)`,
    '',
  ].join('\n');
}
