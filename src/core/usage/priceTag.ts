/** What a send will cost, before it is sent: from what the cache holds, to what answers of this kind had. */
import type { PriceTag } from '../../protocol/priceTag.js';
import { addCost } from '../../protocol/money.js';
import { costOf, dearestRates, ratesAt, type Payer } from '../model/prices.js';
import type { ModelRequest } from '../model/types.js';
import type { Known } from './ledger.js';
import { prefixOf } from './prefixes.js';
import { needsPrimer } from './primer.js';
import { unitTokens } from './warmth.js';

/** Of a request that is ready to be sent, or of one that is like the next. */
export function tagOf(known: Known, request: ModelRequest, payer: Payer, nowMs: number): PriceTag {
  const { account, thinking, model, maxTokens } = request;
  const { countedTokens: tokens, mostTokens, base, purpose } = account;
  const expected = known.warmth.expect(prefixOf(request), nowMs);
  const rates = ratesAt(payer, nowMs);
  const dearest = dearestRates(payer, nowMs);
  const cost = (hitTokens: number, outputTokens: number) => {
    const cacheHitTokens = Math.min(hitTokens, tokens);
    return costOf(
      { cacheHitTokens, cacheMissTokens: tokens - cacheHitTokens, outputTokens, reasoningTokens: 0 },
      rates,
    );
  };
  const worstOf = (inputTokens: number, outputTokens: number) =>
    costOf({ cacheHitTokens: 0, cacheMissTokens: inputTokens, outputTokens, reasoningTokens: 0 }, dearest);
  const output = known.outputs.rangeOf({ purpose, model: model.id, thinking });
  const capped = (wanted: number): number => Math.min(wanted, maxTokens);

  const origin = URL.canParse(request.baseUrl) ? new URL(request.baseUrl).origin : '';
  const primed = base !== undefined && needsPrimer(known, request, origin, expected, nowMs) ? base.tokens : undefined;
  const primer = primed === undefined ? undefined : costOf(inputOf(expected.hitTokens, primed, 1), rates);
  const bestPrimer = primed === undefined ? undefined : costOf(inputOf(expected.mostHitTokens, primed, 1), rates);
  const worstPrimer = primed === undefined ? undefined : worstOf(primed + mostTokens - tokens, 1);
  const hit = primed === undefined ? expected.hitTokens : Math.max(expected.hitTokens, wholeUnits(primed));
  const leastHit = expected.isSure || primed !== undefined ? hit : 0;
  const mostHit = Math.max(hit, expected.mostHitTokens);
  return {
    tokens,
    expectedHitTokens: hit,
    input: addCost(cost(hit, 0), primer ?? zero),
    low: addCost(cost(mostHit, capped(output.low)), bestPrimer ?? zero),
    expected: addCost(cost(hit, capped(output.expected)), primer ?? zero),
    high: addCost(cost(leastHit, capped(output.high)), primer ?? zero),
    worst: addCost(worstOf(mostTokens, maxTokens), worstPrimer ?? zero),
    primer,
  };
}

const zero = { amount: 0, currency: 'USD' } as const;
/** The template's mark of the model's turn is no part of a unit. */
const markTokens = 2;

function wholeUnits(tokens: number): number {
  return Math.max(0, Math.floor((tokens - markTokens) / unitTokens) * unitTokens);
}

function inputOf(hitTokens: number, tokens: number, outputTokens: number) {
  const cacheHitTokens = Math.min(hitTokens, tokens);
  return { cacheHitTokens, cacheMissTokens: tokens - cacheHitTokens, outputTokens, reasoningTokens: 0 };
}
