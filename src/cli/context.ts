/** What every command of the command line works with. */
import { findModel, retirementNotice, type CatalogueModel } from '../core/model/catalogue.js';
import { BaleenError } from '../core/errors.js';
import type { PackSelection } from '../protocol/pack.js';
import { packBudgetTokens } from '../core/prompt/budget.js';
import type { Log } from '../core/host.js';
import type { Arguments } from './arguments.js';
import type { Output } from './printEvents.js';

export interface Context {
  args: Arguments;
  env: Record<string, string | undefined>;
  output: Output;
  stdin: NodeJS.ReadStream;
  /** The folder that holds the bundles. */
  programFolder: string;
  signal: AbortSignal;
}

export function modelOf(args: Arguments): CatalogueModel {
  const model = findModel(args.model);
  if (model !== undefined) return model;
  throw new BaleenError(
    `There is no model ${JSON.stringify(args.model)}; the models are v4-pro and v4-flash.`,
    'bad_usage',
  );
}

/** Said once, before anything else. */
export function tellRetirement({ args, output }: Context): void {
  const notice = retirementNotice(args.model);
  if (notice !== undefined) output.err(`${notice}\n`);
}

export function budgetOf(args: Arguments, model: CatalogueModel): number {
  return Math.min(args.budget ?? Infinity, packBudgetTokens(model));
}

export function selectionOf({ exclude, includeSecretFiles }: Arguments): PackSelection {
  return { exclude, includeSecretFiles };
}

export function createLog(output: Output, quiet: boolean): Log {
  const say = (text: string): void => output.err(`${text}\n`);
  return { info: () => undefined, warn: quiet ? () => undefined : say, error: say };
}
