/** The next request of a session, one for each step of a turn, with its price said before the first. */
import type { LoopParts, PlannedRequest } from '../agent/loop.js';
import { laneMarkOf } from '../model/lane.js';
import type { Failure } from '../model/types.js';
import { tagOf } from '../usage/priceTag.js';
import { addDrift } from './drift.js';
import { renderRequest, senderOf } from './request.js';
import type { Session, SessionSettings } from './session.js';

/** One for each message that is sent; it remembers what the service said of its count. */
export function createPlanner(session: Session): Pick<LoopParts, 'plan' | 'noteBilled' | 'lowerOutput'> {
  const { parts } = session;
  let promptTokens = 0;
  let lowered = false;
  let hasTag = false;
  return {
    async plan(): Promise<PlannedRequest> {
      const { settings, conversation } = session;
      const rendered = await renderRequest(parts, settings, senderOf(session), conversation.messages);
      const { request } = rendered;
      promptTokens = rendered.promptTokens;
      if (request === undefined) return { kind: 'overflow', sentence: describeOverflow(promptTokens, settings) };
      declareLane(session);
      if (!hasTag && !settings.rehearsal) {
        hasTag = true;
        const tag = tagOf(await parts.ledger.known(), request, settings, parts.host.clock.now());
        session.emit({ type: 'price_tag', turn: session.turns, tag });
      }
      return { kind: 'ready', countedTokens: promptTokens, request };
    },
    noteBilled: (tokens) => noteDrift(session, tokens - promptTokens),
    lowerOutput(failure: Failure): boolean {
      if (lowered || failure.overflow === undefined) return false;
      lowered = true;
      noteDrift(session, failure.overflow.messageTokens - promptTokens);
      return true;
    },
  };
}

/** The counts of a rehearsal are a guess of its own and say nothing about the service. */
function noteDrift(session: Session, tokens: number): void {
  const { drift, parts, settings } = session;
  if (settings.rehearsal) return;
  const isNew = tokens !== drift.lastTokens;
  session.drift = addDrift(drift, tokens);
  if (isNew)
    parts.host.log.info(`The service counted ${Math.abs(tokens)} tokens ${tokens < 0 ? 'less' : 'more'} than we did.`);
}

function describeOverflow(promptTokens: number, { model }: SessionSettings): string {
  return `The conversation has ${promptTokens} tokens and leaves no room for an answer in the window of ${model.windowTokens}. Nothing was sent; start a new session, or set a smaller pack budget.`;
}

/** Says before the request that its prefix will not be in the cache, where a setting is the cause. */
function declareLane(session: Session): void {
  const { lane } = session;
  const next = describeLane(session.settings);
  if (lane !== undefined && lane !== next) {
    const reason = `The next request reads the whole prompt at the full price: ${lane} became ${next}.`;
    session.emit({ type: 'cache_break', reason });
  }
  session.lane = next;
}

/** What a prefix in the cache belongs to, beside its own bytes. */
export function describeLane({ host, baseUrl, wire, model, thinking }: SessionSettings): string {
  return [host.name, baseUrl, wire, model.id, `thinking ${laneMarkOf(model, thinking)}`].join(' · ');
}
