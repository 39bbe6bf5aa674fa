/** What every command of the command line works with. */
import { retirementNotice, type ServedModel } from '../core/model/catalogue.js';
import type { PackSelection } from '../protocol/pack.js';
import { packBudgetTokens } from '../core/prompt/budget.js';
import type { Log } from '../core/host.js';
import type { Arguments } from './arguments.js';
import { hostOf } from './hosts.js';
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

/** The key of the chosen host; empty where none is set. */
export function keyOf({ args, env }: Context): string {
  return env[hostOf(args).keyVariable] ?? '';
}

/** Said once, before anything else. */
export function tellRetirement({ args, output }: Context): void {
  const notice = retirementNotice(args.model);
  if (notice !== undefined) output.err(`${notice}\n`);
}

export function budgetOf(args: Arguments, model: ServedModel): number {
  return Math.min(args.budget ?? Infinity, packBudgetTokens(model));
}

export function selectionOf({ exclude, includeSecretFiles }: Arguments): PackSelection {
  return { exclude, excludeName: '--exclude', includeSecretFiles };
}

export function createLog(output: Output, quiet: boolean): Log {
  const say = (text: string): void => output.err(`${text}\n`);
  return { info: () => undefined, warn: quiet ? () => undefined : say, error: say };
}
