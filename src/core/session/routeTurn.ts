/** Applies the automatic choice of a model to a session, and says it with its price before the request. */
import { ratesAt } from '../model/prices.js';
import { describeLane } from '../model/lane.js';
import { sumTokens } from './renewal.js';
import { chooseRoute, describeRoute, type RouteFacts } from './routing.js';
import type { Session } from './session.js';

/** Nothing where the user has chosen a model. */
export function routeTurn(session: Session, about: Pick<RouteFacts, 'message' | 'files'>): void {
  const { settings, parts, workflow, failedTurns, lastChoice } = session;
  if (settings.automatic === undefined) return;
  const now = parts.host.clock.now();
  const warm = session.lane === describeLane({ ...settings, ...lastChoice }) ? lastChoice : undefined;
  const route = chooseRoute({ workflow, failedTurns, ...about }, settings.automatic, {
    tokens: session.promptTokens ?? session.pack.report.tokens + sumTokens(session.pack.entries),
    warm,
    isSameLane: (a, b) => describeLane({ ...settings, ...a }) === describeLane({ ...settings, ...b }),
    ratesOf: (one) => ratesAt({ ...settings, model: one }, now),
  });
  session.settings = { ...settings, model: route.model, thinking: route.thinking };
  session.emit({ type: 'notice', level: 'info', text: describeRoute(route) });
}
