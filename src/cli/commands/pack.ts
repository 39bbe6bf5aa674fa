/** `baleen pack`: the repository part of the prompt, as text, as a summary, or as JSON. */
import { resolve } from 'node:path';
import { ratesAt } from '../../core/model/catalogue.js';
import { priceOfSend } from '../../core/model/cost.js';
import { BaleenError } from '../../core/errors.js';
import type { Workspace } from '../../node/workspace.js';
import type { Outcome } from '../../protocol/events.js';
import type { PackReport } from '../../protocol/pack.js';
import { budgetOf, emitterOf, modelOf, openCliWorkspace, selectionOf, type Context } from '../context.js';
import { formatNumber } from '../printEvents.js';

export async function runPack(context: Context): Promise<Outcome> {
  const { args, output } = context;
  if (args.words.length > 1) throw new BaleenError('pack takes one folder at most. See baleen --help.', 'bad_usage');
  const workspace = await openCliWorkspace(context, resolve(args.cwd, args.words[0] ?? '.'));
  try {
    const { report, text } = await packWorkspace(context, workspace);
    if (args.output !== undefined) {
      await workspace.parts.host.files.replace(resolve(args.output), Buffer.from(text, 'utf8'), 0o644);
    }
    if (args.json) output.out(`${JSON.stringify(report)}\n`);
    else {
      if (args.output === undefined && !output.isTerminal) output.out(text);
      output.err(summarize(report, context));
    }
    return 'done';
  } finally {
    await workspace.dispose();
  }
}

async function packWorkspace(context: Context, workspace: Workspace): Promise<{ report: PackReport; text: string }> {
  const { args, signal } = context;
  const { packer, root, stateFolder } = workspace.parts;
  const options = { root, stateFolder, budgetTokens: budgetOf(args, modelOf(args)), selection: selectionOf(args) };
  const onProgress = args.json ? () => undefined : emitterOf(context);
  if (!args.asSent) return packer.fresh(options, onProgress, signal);
  const { report, entries } = await packer.open(options, onProgress, signal);
  const text = [await packer.packText(), ...entries.map((entry) => entry.text)].join('\n');
  return { report, text };
}

/** Files, tokens, share of the window, what was withheld, and the price of a first and a warm send. */
function summarize(report: PackReport, context: Context): string {
  const model = modelOf(context.args);
  const full = report.files.filter((file) => file.as === 'full').length;
  const listed = report.files.length - full;
  const price = priceOfSend(report.tokens, ratesAt(model, Date.now()));
  const reasons = new Map<string, number>();
  for (const { why } of report.withheld) reasons.set(why, (reasons.get(why) ?? 0) + 1);
  const withheld = [...reasons].sort().map(([why, count]) => `${count} ${why}`);
  if (listed > 0) withheld.unshift(`${listed} over the budget (listed with their size)`);
  return [
    `${report.root}`,
    `  files     ${formatNumber(full)} in the pack`,
    `  tokens    ${formatNumber(report.tokens)} (DeepSeek's own count), ${((100 * report.tokens) / model.windowTokens).toFixed(1)} % of the window`,
    `  withheld  ${withheld.length === 0 ? 'nothing' : withheld.join(', ')}`,
    `  price     first send $${price.allMissUsd.toFixed(4)}, each further one $${price.allHitUsd.toFixed(4)} (${model.label}, input, at this hour)`,
    '',
  ].join('\n');
}
