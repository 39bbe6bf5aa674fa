import type { Usage } from '../../protocol/events.js';
import type { Rates } from './catalogue.js';

const million = 1_000_000;

/** US dollars for one or more requests at the same rates. */
export function costUsd(usage: Usage, rates: Rates): number {
  return (
    (usage.cacheHitTokens * rates.hit + usage.cacheMissTokens * rates.miss + usage.outputTokens * rates.output) /
    million
  );
}

/** US dollars for sending `tokens` of input: with nothing of it in the prefix cache, and with all of it there. */
export function priceOfSend(tokens: number, rates: Rates): { allMissUsd: number; allHitUsd: number } {
  return { allMissUsd: (tokens * rates.miss) / million, allHitUsd: (tokens * rates.hit) / million };
}
