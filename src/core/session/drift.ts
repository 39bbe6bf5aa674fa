/** How far the service's count of a request's input is from ours: measured with every answer, for as long as a session lives. */
import type { SessionRecord } from './log.js';

/** Above ours where positive. */
export interface Drift {
  lastTokens: number;
  /** The farthest so far, in either direction. */
  mostTokens: number;
}

export const noDrift: Drift = { lastTokens: 0, mostTokens: 0 };

export function addDrift({ mostTokens }: Drift, tokens: number): Drift {
  return { lastTokens: tokens, mostTokens: Math.abs(tokens) > Math.abs(mostTokens) ? tokens : mostTokens };
}

/** What a stored session has measured. */
export function driftOf(records: readonly SessionRecord[]): Drift {
  let drift = noDrift;
  let isRehearsal = false;
  for (const record of records) {
    if (record.type !== 'event') continue;
    const { event } = record;
    if (event.type === 'start') isRehearsal = event.rehearsal;
    // Logs of an earlier version do not hold the count.
    if (event.type !== 'step_end' || isRehearsal || event.countedTokens === undefined) continue;
    drift = addDrift(drift, event.usage.cacheHitTokens + event.usage.cacheMissTokens - event.countedTokens);
  }
  return drift;
}
