/** The state that the sidebar shows beside the transcript. */
import { catalogueModels, ratesAt, type CatalogueModel } from '../core/model/catalogue.js';
import type { ModelChoice, SidebarState } from '../protocol/sidebar.js';
import type { Chat } from './chat.js';
import type { Connection } from './connection.js';
import { isUntrusted, whyBlocked } from './gate.js';
import { readSettings } from './settings.js';

export function readSidebarState(chat: Chat, connection: Connection): SidebarState {
  const { model, thinking, approve } = readSettings();
  const keyDetail = connection.keyDetail();
  const blocked = whyBlocked();
  return {
    keyState: connection.keyState(),
    ...(keyDetail === undefined ? {} : { keyDetail }),
    model: model.id,
    models: catalogueModels.map(describeModel),
    thinking,
    approve,
    session: chat.sessionId(),
    running: chat.isRunning(),
    ...(blocked === undefined ? {} : { blocked }),
    ...(isUntrusted() ? { untrusted: true as const } : {}),
  };
}

function describeModel(model: CatalogueModel): ModelChoice {
  const { hit, miss, output } = ratesAt(model, Date.now());
  return { id: model.id, label: model.label, detail: `$${miss} in · $${hit} cached · $${output} out per 1M, now` };
}
