/** What stops a turn before it costs more than the user wants: steps, money, and calls that repeat. */
import type { ToolCall } from '../model/types.js';

export interface Limits {
  maxSteps: number;
  /** US dollars for the turn; absent means no cap. */
  maxCostUsd?: number;
}

/** A sentence if another request would pass a limit. `worstUsd` is the next request's cost without any cache hit. */
export function refuseStep(limits: Limits, step: number, spentUsd: number, worstUsd: number): string | undefined {
  if (step > limits.maxSteps) {
    return `Stopped after ${limits.maxSteps} steps, the most for one turn. What was done so far stands; send a message to go on.`;
  }
  if (limits.maxCostUsd !== undefined && spentUsd + worstUsd > limits.maxCostUsd) {
    return `Stopped before a request that could pass the cap of $${limits.maxCostUsd.toFixed(2)}: $${spentUsd.toFixed(4)} are spent, the next could cost up to $${worstUsd.toFixed(4)}. Raise the cap to go on.`;
  }
  return undefined;
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
