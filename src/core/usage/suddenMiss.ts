/** A prefix that has only grown is not in the cache any more: said once, until it is found there again. */
import type { Usage } from '../../protocol/events.js';
import { formatCost } from '../../protocol/money.js';
import { costOf, type Rates } from '../model/prices.js';
import type { Expectation } from './warmth.js';

export interface MissWatch {
  /** A sentence where this request begins an episode. */
  note(lane: string, expected: Expectation, usage: Usage, rates: Rates | null): string | undefined;
}

/** Of the prompt, below what was expected. */
const tolerated = 0.2;

export function createMissWatch(): MissWatch {
  const missing = new Set<string>();
  return {
    note(lane, { hitTokens, isSure }, usage, rates) {
      const input = usage.cacheHitTokens + usage.cacheMissTokens;
      const missed = hitTokens - usage.cacheHitTokens;
      if (missed <= tolerated * input) {
        if (hitTokens > 0) missing.delete(lane);
        return undefined;
      }
      if (!isSure || missing.has(lane)) return undefined;
      missing.add(lane);
      const count = (tokens: number): string => tokens.toLocaleString('en-US');
      const before = costOf({ ...usage, cacheHitTokens: hitTokens, cacheMissTokens: input - hitTokens }, rates);
      return `The prefix cache missed: ${count(hitTokens)} of ${count(input)} input tokens were expected in it and ${count(usage.cacheHitTokens)} were, so that the request cost ${formatCost(costOf(usage, rates))} instead of ${formatCost(before)}. The prompt was not changed; this happens at the host, and passes. If it goes on, wait before you send more.`;
    },
  };
}
