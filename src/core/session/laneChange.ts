import { formatCost } from '../../protocol/money.js';
import { describeLane } from '../model/lane.js';
import { priceOfSend, ratesAt } from '../model/prices.js';
import type { Session } from './session.js';
import type { SessionSettings } from './sessionParts.js';

/** What a change of settings costs with the next message, said before it: nothing where the prefix stays in its cache. */
export function describeLaneChange(session: Session, next: SessionSettings): string | undefined {
  const { lane, promptTokens, parts } = session;
  if (lane === undefined || promptTokens === undefined || lane === describeLane(next) || next.rehearsal)
    return undefined;
  const price = priceOfSend(promptTokens, ratesAt(next, parts.host.clock.now())).first;
  return `The next message reads the whole prompt (${promptTokens.toLocaleString('en-US')} tokens) at the full price, about ${formatCost(price)}: ${next.model.label} thinking ${next.thinking} has a cache of its own. Choose as before to keep the one that is warm.`;
}
