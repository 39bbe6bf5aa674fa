/** Whether the pack is likely to be in the service's cache, so that a review costs little. */
import { describeLane } from '../core/model/lane.js';
import type { AgentEvent } from '../protocol/events.js';
import type { Settings } from './settings.js';

export interface Lane {
  /** With the settings that the event's conversation runs with. */
  note(event: AgentEvent, settings: Settings): void;
  /** A request with these settings was answered within the last two hours of this window; a rehearsal costs nothing. */
  isWarm(settings: Settings): boolean;
}

/** DeepSeek keeps an unused prefix for hours to days; shorter is the side on which no money is lost. */
const warmMs = 2 * 60 * 60 * 1000;

export function createLane(isRehearsal: () => boolean, now: () => number = Date.now): Lane {
  const answeredAtMs = new Map<string, number>();
  const key = (settings: Settings): string => {
    const { pick, budgetTokens, selection } = settings;
    return JSON.stringify([describeLane(settings), pick.model, budgetTokens, selection, isRehearsal()]);
  };
  return {
    note(event, settings) {
      // A new snapshot makes every lane cold, and which break it was is not told: that side loses no money.
      if (event.type === 'cache_break') answeredAtMs.clear();
      else if (event.type === 'step_end' && event.stopReason !== 'error') answeredAtMs.set(key(settings), now());
    },
    isWarm: (settings) => isRehearsal() || now() - (answeredAtMs.get(key(settings)) ?? -Infinity) < warmMs,
  };
}
