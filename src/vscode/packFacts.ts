/** What a pack means under the settings of now: its share of the window, its price, whether another one is wanted. */
import { priceOfSend, ratesAt } from '../core/model/prices.js';
import type { SendPrice } from '../protocol/money.js';
import type { PackMapFacts } from '../protocol/packMap.js';
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
export function priceNow(tokens: number, { model, currency }: Pick<Settings, 'model' | 'currency'>): SendPrice {
  return priceOfSend(tokens, ratesAt({ model, currency, rehearsal: false }, Date.now()));
}
