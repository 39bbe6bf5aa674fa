/** What a pack means under the settings of now: its share of the window, its price, whether another one is wanted. */
import { ratesAt } from '../core/model/catalogue.js';
import { priceOfSend } from '../core/model/cost.js';
import type { PackMapFacts, SendPrice } from '../protocol/packMap.js';
import type { PackView } from './packWatch.js';
import type { Settings } from './settings.js';

export function readPackFacts(view: PackView, settings: Settings, rehearsal: boolean): PackMapFacts {
  const { summary, changes, logTokens } = view;
  const { label, windowTokens } = settings.model;
  const price = priceNow(summary.tokens, settings);
  const facts = { modelLabel: label, windowTokens, price, changes, logTokens, rehearsal };
  return isStale(view, settings) ? { ...facts, stale: staleSentence } : facts;
}

const staleSentence =
  'The settings ask for another pack than this one. It is made with the next new session, or now; its first send is read at the full price.';

function isStale({ summary, selection }: PackView, settings: Settings): boolean {
  return summary.budget !== settings.budgetTokens || JSON.stringify(selection) !== JSON.stringify(settings.selection);
}

/** At the rates of this moment. */
export function priceNow(tokens: number, { model }: Pick<Settings, 'model'>): SendPrice {
  const { allMissUsd, allHitUsd } = priceOfSend(tokens, ratesAt(model, Date.now()));
  return { firstUsd: allMissUsd, furtherUsd: allHitUsd };
}
