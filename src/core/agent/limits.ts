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

/**
 * Counts equal calls with nothing changed between them, whatever stands between: from the second on it warns, at the third
 * it stops. So a cycle of several calls ends too, and one of edits that take each other back.
 */
export interface RepeatGuard {
  /** How often this very call was made since the last change, this time included. */
  note(call: ToolCall): number;
  /** How often this very edit has succeeded in the turn, this time included: it was taken back in between. */
  noteEdit(call: ToolCall): number;
  /** The call answered with something new, so that it counts as never made: 0. */
  forget(call: ToolCall): number;
  /** Something changed: equal calls may answer differently now. */
  reset(): void;
}

export const stopAtRepeat = 3;

export function createRepeatGuard(): RepeatGuard {
  const seen = new Map<string, number>();
  const edits = new Map<string, number>();
  return {
    note: (call) => countUp(seen, keyOf(call)),
    noteEdit: (call) => countUp(edits, keyOf(call)),
    forget(call) {
      seen.delete(keyOf(call));
      return 0;
    },
    reset: () => seen.clear(),
  };
}

function countUp(counts: Map<string, number>, key: string): number {
  const count = (counts.get(key) ?? 0) + 1;
  counts.set(key, count);
  return count;
}

/** Spaces between the arguments make no other call. */
function keyOf({ name, arguments: given }: ToolCall): string {
  try {
    return `${name}\n${JSON.stringify(JSON.parse(given))}`;
  } catch {
    return `${name}\n${given}`;
  }
}

const inVain = 'Say in a message what it should do differently, or let it go on.';

/** A sentence if the turn goes round in a circle: the most that any call of a reply was made, and any edit succeeded. */
export function describeCircle(calls: number, edits: number): string | undefined {
  if (edits >= stopAtRepeat)
    return `Stopped: the model made the same edit ${stopAtRepeat} times and took it back in between. ${inVain}`;
  if (calls < stopAtRepeat) return undefined;
  return `Stopped: the model made the same call ${stopAtRepeat} times and nothing changed between them. ${inVain}`;
}
