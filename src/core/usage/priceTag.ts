/** What a send will cost, before it is sent: from what the cache holds, to what answers of this kind had. */
import type { PriceTag } from '../../protocol/priceTag.js';
import { addCost, free } from '../../protocol/money.js';
import { costOf, dearestRates, ratesAt, usageOf, type Payer } from '../model/prices.js';
import type { ModelRequest } from '../model/types.js';
import type { Known } from './ledger.js';
import { prefixOf } from './prefixes.js';
import { needsPrimer } from './primer.js';
import { markTokens, wholeUnits } from './warmth.js';

/** Of a request that is ready to be sent, or of one that is like the next. */
export function tagOf(known: Known, request: ModelRequest, payer: Payer, nowMs: number): PriceTag {
  const { account, thinking, model, maxTokens } = request;
  const { countedTokens: tokens, mostTokens, base, purpose } = account;
  const expected = known.warmth.expect(prefixOf(request), nowMs);
  const rates = ratesAt(payer, nowMs);
  const dearest = dearestRates(payer, nowMs);
  const cost = (hitTokens: number, outputTokens: number) => costOf(usageOf(tokens, hitTokens, outputTokens), rates);
  const worstOf = (inputTokens: number, outputTokens: number) => costOf(usageOf(inputTokens, 0, outputTokens), dearest);
  const output = known.outputs.rangeOf({ purpose, model: model.id, thinking });
  const capped = (wanted: number): number => Math.min(wanted, maxTokens);

  const primed = base !== undefined && needsPrimer(known, request, expected, nowMs) ? base.tokens : undefined;
  const primer = primed === undefined ? undefined : costOf(usageOf(primed, expected.hitTokens, 1), rates);
  const bestPrimer = primed === undefined ? undefined : costOf(usageOf(primed, expected.mostHitTokens, 1), rates);
  const worstPrimer = primed === undefined ? undefined : worstOf(primed + mostTokens - tokens, 1);
  const hit = primed === undefined ? expected.hitTokens : Math.max(expected.hitTokens, wholeUnits(primed - markTokens));
  const leastHit = expected.isSure || primed !== undefined ? hit : 0;
  const mostHit = Math.max(hit, expected.mostHitTokens);
  return {
    tokens,
    expectedHitTokens: hit,
    input: addCost(cost(hit, 0), primer ?? free),
    low: addCost(cost(mostHit, capped(output.low)), bestPrimer ?? free),
    expected: addCost(cost(hit, capped(output.expected)), primer ?? free),
    high: addCost(cost(leastHit, capped(output.high)), primer ?? free),
    worst: addCost(worstOf(mostTokens, maxTokens), worstPrimer ?? free),
    primer,
  };
}
