/** What stops a turn before it does more than the user wants: steps, money (`usage/caps.ts`), and calls that repeat. */
import type { ToolCall } from '../model/types.js';
import type { Caps } from '../usage/caps.js';

export interface Limits extends Caps {
  maxSteps: number;
}

/** A sentence if another request would be one too many. */
export function refuseStep({ maxSteps }: Limits, step: number): string | undefined {
  if (step <= maxSteps) return undefined;
  return `Stopped after ${maxSteps} steps, the most for one turn. What was done so far stands; send a message to go on.`;
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
