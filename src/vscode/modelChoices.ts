/** What a pick means at the settings' host, and what there is to pick from. */
import { modelsOf, serveModel } from '../core/model/catalogue.js';
import { ratesAt } from '../core/model/prices.js';
import { automatic, offerAutomatic } from '../core/session/routing.js';
import { formatRate } from '../protocol/money.js';
import type { ModelChoice } from '../protocol/sidebar.js';
import type { ModelPick } from './modelPick.js';
import type { Settings } from './settings.js';

/** What the host does not have leaves the settings' own model. */
export function withPick(settings: Settings, { model: name, thinking }: ModelPick): Settings {
  const offer = name === automatic ? offerAutomatic(settings.host, thinking) : undefined;
  const model = offer?.flash ?? serveModel(settings.host, name) ?? settings.model;
  const { automatic: _before, ...rest } = settings;
  return { ...rest, model, thinking, pick: { model: name, thinking }, ...(offer && { automatic: offer }) };
}

/** The models of the settings' host with what they cost now, in the user's currency. */
export function listChoices({ host, currency }: Settings): ModelChoice[] {
  const choices = modelsOf(host).map((model) => {
    const rates = ratesAt({ model, currency, rehearsal: false }, Date.now());
    const say = (amount: number): string => formatRate({ amount, currency });
    const prices = rates && [
      `${say(rates.miss)} in`,
      `${say(rates.hit)} cached`,
      `${say(rates.output)} out per 1M, now`,
    ];
    return { id: model.id, label: model.label, detail: prices?.join(' · ') ?? 'price not known' };
  });
  if (offerAutomatic(host, 'high') === undefined) return choices;
  const detail = 'Flash or Pro by what is asked; the choice and its price are said before each turn';
  return [...choices, { id: automatic, label: 'Automatic', detail }];
}
