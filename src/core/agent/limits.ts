/** What stops a turn before it costs more than the user wants: steps, money, and calls that repeat. */
import { addCost, formatCost, type Cost } from '../../protocol/money.js';
import type { ToolCall } from '../model/types.js';

export interface Limits {
  maxSteps: number;
  /** US dollars for the turn; absent means no cap. */
  /** In the session's currency. */
  maxCost?: number;
}

/** A sentence if another request would pass a limit. `worst` is the next request's cost without any cache hit and with the longest answer. */
export function refuseStep(limits: Limits, step: number, spent: Cost, worst: Cost): string | undefined {
  if (step > limits.maxSteps) {
    return `Stopped after ${limits.maxSteps} steps, the most for one turn. What was done so far stands; send a message to go on.`;
  }
  const after = addCost(spent, worst);
  if (limits.maxCost === undefined || after === null || after.amount <= limits.maxCost) return undefined;
  const cap = formatCost({ amount: limits.maxCost, currency: after.currency });
  return `Stopped before a request that could pass the cap of ${cap}: ${formatCost(spent)} are spent, the next could cost up to ${formatCost(worst)}. Raise the cap to go on.`;
}

/** Counts equal calls with nothing changed between them: from the second on it warns, at the third it stops. */
export interface RepeatGuard {
  /** How often this very call was made since the last change, this time included. */
  note(call: ToolCall): number;
  /** Something changed: equal calls may answer differently now. */
  reset(): void;
}

export const stopAtRepeat = 3;

export function createRepeatGuard(): RepeatGuard {
  const seen = new Map<string, number>();
  return {
    note(call) {
      const key = `${call.name}\n${call.arguments}`;
      const count = (seen.get(key) ?? 0) + 1;
      seen.set(key, count);
      return count;
    },
    reset: () => seen.clear(),
  };
}
