/** Whether the pack is likely to be in the service's cache, so that a review costs little. */
import type { AgentEvent } from '../protocol/events.js';
import type { Settings } from './settings.js';

export interface Lane {
  note(event: AgentEvent): void;
  /** A request with these settings was answered within the last two hours of this window; a rehearsal costs nothing. */
  isWarm(): boolean;
}

/** DeepSeek keeps an unused prefix for hours to days; shorter is the side on which no money is lost. */
const warmMs = 2 * 60 * 60 * 1000;

export function createLane(settings: () => Settings, isRehearsal: () => boolean, now: () => number = Date.now): Lane {
  let last: { key: string; atMs: number } | undefined;
  const key = (): string => {
    const { model, wire, baseUrl, thinking, budgetTokens, selection } = settings();
    const effort = thinking === 'max' || thinking === 'off' ? thinking : 'on';
    return JSON.stringify([model.id, wire, baseUrl, effort, budgetTokens, selection, isRehearsal()]);
  };
  return {
    note(event) {
      if (event.type === 'cache_break') last = undefined;
      else if (event.type === 'step_end' && event.stopReason !== 'error') last = { key: key(), atMs: now() };
    },
    isWarm: () => isRehearsal() || (last !== undefined && last.key === key() && now() - last.atMs < warmMs),
  };
}
