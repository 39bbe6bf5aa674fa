/** `baleen pack`: the repository part of the prompt, as text, as a summary, or as JSON. */
import { resolve } from 'node:path';
import { ratesAt } from '../../core/model/catalogue.js';
import { priceOfSend } from '../../core/model/cost.js';
import { BaleenError } from '../../core/errors.js';
import { pathIn } from '../../core/repository/roots.js';
import type { Workspace } from '../../node/workspace.js';
import type { Outcome } from '../../protocol/events.js';
import type { PackReport } from '../../protocol/pack.js';
import { budgetOf, emitterOf, modelOf, openCliWorkspace, selectionOf, type Context } from '../context.js';
import { formatNumber, printText } from '../printEvents.js';
import { tellBreak } from '../../core/session/renewal.js';

export async function runPack(context: Context): Promise<Outcome> {
  const { args, output } = context;
  if (args.words.length > 1) throw new BaleenError('pack takes one folder at most. See baleen --help.', 'bad_usage');
  const workspace = await openCliWorkspace(context, resolve(args.cwd, args.words[0] ?? '.'));
  try {
    const { report, text } = await packWorkspace(context, workspace);
    if (args.explain !== undefined) {
      await explain(context, workspace, args.explain);
      return 'done';
    }
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
  const { packer, roots, stateFolder } = workspace.parts;
  const ownKeys = [context.env.DEEPSEEK_API_KEY ?? ''];
  const chosen = { budgetTokens: budgetOf(args, modelOf(args)), selection: selectionOf(args) };
  const options = { roots, stateFolder, ownKeys, ...chosen };
  const onProgress = args.json ? () => undefined : emitterOf(context);
  if (!args.asSent && !args.renew) return packer.fresh(options, onProgress, signal);
  const pack = await packer.open(args.renew ? { ...options, renew: true } : options, onProgress, signal);
  const tell = args.json ? printText(context.output, args.quiet) : emitterOf(context);
  tellBreak(pack, { model: modelOf(args), rehearsal: false }, Date.now(), tell);
  const text = [await packer.packText(), ...pack.entries.map((entry) => entry.text)].join('\n');
  return { report: await packer.report(), text };
}

/** Why one file stands in the pack as it does, which was made just now. */
async function explain({ args, output, signal }: Context, workspace: Workspace, file: string): Promise<void> {
  const { packer, roots } = workspace.parts;
  const path = pathIn(roots, resolve(roots[0].folder, file)) ?? file;
  const explanation = await packer.explain(path, () => undefined, signal);
  if (args.json) output.out(`${JSON.stringify(explanation)}\n`);
  else output.out([path, ...explanation.sentences.map((sentence) => `  ${sentence}`), ''].join('\n'));
}

/** Files, tokens, share of the window, what was withheld, and the price of a first and a warm send. */
function summarize(report: PackReport, context: Context): string {
  const model = modelOf(context.args);
  const full = report.files.filter((file) => file.as === 'full').length;
  const outlined = report.files.filter((file) => file.as === 'outline').length;
  const listed = report.files.length - full - outlined;
  const price = priceOfSend(report.tokens, ratesAt(model, Date.now()));
  const reasons = new Map<string, number>();
  for (const { why } of report.withheld) reasons.set(why, (reasons.get(why) ?? 0) + 1);
  const withheld = [...reasons].sort().map(([why, count]) => `${count} ${why}`);
  if (listed > 0) withheld.unshift(`${listed} over the budget (listed with their size)`);
  return [
    `${report.root}`,
    `  files     ${formatNumber(full)} in the pack${outlined === 0 ? '' : `, and ${formatNumber(outlined)} by their outlines`}`,
    `  tokens    ${formatNumber(report.tokens)} (DeepSeek's own count), ${((100 * report.tokens) / model.windowTokens).toFixed(1)} % of the window`,
    `  withheld  ${withheld.length === 0 ? 'nothing' : withheld.join(', ')}`,
    `  price     first send $${price.allMissUsd.toFixed(4)}, each further one $${price.allHitUsd.toFixed(4)} (${model.label}, input, at this hour)`,
    '',
  ].join('\n');
}
