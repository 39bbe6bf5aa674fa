/** The state that the sidebar shows beside the transcript. */
import { modelsOf, type ServedModel } from '../core/model/catalogue.js';
import { ratesAt } from '../core/model/prices.js';
import { formatRate, type Currency } from '../protocol/money.js';
import type { ModelChoice, SidebarState } from '../protocol/sidebar.js';
import type { Chat } from './chat.js';
import type { Connection } from './connection.js';
import { isUntrusted, whyBlocked } from './gate.js';
import type { SendQuestions } from './sendQuestions.js';
import { readSettings } from './settings.js';

export function readSidebarState(chat: Chat, connection: Connection, questions: SendQuestions): SidebarState {
  const { host, model, thinking, approve, currency } = readSettings();
  const keyDetail = connection.keyDetail();
  const blocked = whyBlocked();
  const sendQuestion = questions.waiting();
  return {
    keyState: connection.keyState(),
    ...(keyDetail === undefined ? {} : { keyDetail }),
    model: model.id,
    models: modelsOf(host).map((one) => describeModel(one, currency)),
    thinking,
    approve,
    session: chat.sessionId(),
    running: chat.isRunning(),
    ...(sendQuestion === undefined ? {} : { sendQuestion }),
    ...(blocked === undefined ? {} : { blocked }),
    ...(isUntrusted() ? { untrusted: true as const } : {}),
  };
}

function describeModel(model: ServedModel, currency: Currency): ModelChoice {
  const rates = ratesAt({ model, currency, rehearsal: false }, Date.now());
  const say = (amount: number): string => formatRate({ amount, currency });
  const detail =
    rates === null
      ? 'price not known'
      : `${say(rates.miss)} in · ${say(rates.hit)} cached · ${say(rates.output)} out per 1M, now`;
  return { id: model.id, label: model.label, detail };
}
