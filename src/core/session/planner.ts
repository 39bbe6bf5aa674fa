/** Renders a session's next request, counts it, and clamps `max_tokens` to what the window leaves. */
import type { LoopParts, PlannedRequest } from '../agent/loop.js';
import { formatCost } from '../../protocol/money.js';
import { costOf, priceOfSend, ratesAt } from '../model/prices.js';
import type { Failure } from '../model/types.js';
import { outputTokensFor } from '../prompt/budget.js';
import { systemText } from '../prompt/systemText.js';
import { addDrift } from './drift.js';
import { toolSpecs } from '../tools/toolList.js';
import type { Session, SessionSettings } from './session.js';

/** One for each message that is sent; it remembers what the service said of its count. */
export function createPlanner(session: Session): Pick<LoopParts, 'plan' | 'noteBilled' | 'lowerOutput'> {
  const { parts } = session;
  const tools = toolSpecs(parts.tools);
  let promptTokens = 0;
  let lowered = false;
  return {
    async plan(): Promise<PlannedRequest> {
      const { settings } = session;
      const { messages } = session.conversation;
      const { model, host, wire, baseUrl, apiKey, thinking, userId } = settings;
      promptTokens = await parts.packer.countPrompt({ system: systemText, tools, messages: [...messages], thinking });
      const maxTokens = outputTokensFor(model, thinking, promptTokens, session.drift.mostTokens);
      if (maxTokens === undefined) return { kind: 'overflow', sentence: describeOverflow(promptTokens, settings) };
      declareLane(session, promptTokens);
      session.promptTokens = promptTokens;
      const worst = { cacheHitTokens: 0, cacheMissTokens: promptTokens, outputTokens: maxTokens, reasoningTokens: 0 };
      return {
        kind: 'ready',
        countedTokens: promptTokens,
        worst: costOf(worst, ratesAt(settings, parts.host.clock.now())),
        request: {
          model,
          host,
          wire,
          baseUrl,
          apiKey,
          thinking,
          maxTokens,
          system: systemText,
          tools,
          messages,
          userId,
        },
      };
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
function declareLane(session: Session, promptTokens: number): void {
  const { lane, settings, parts } = session;
  const next = describeLane(settings);
  if (lane !== undefined && lane !== next) {
    const reason = `The next request reads the whole prompt at the full price: ${lane} became ${next}.`;
    const price = priceOfSend(promptTokens, ratesAt(settings, parts.host.clock.now())).first;
    session.emit({ type: 'cache_break', reason, price });
  }
  session.lane = next;
  session.lastChoice = { model: settings.model, thinking: settings.thinking };
}

type Lane = Pick<SessionSettings, 'host' | 'baseUrl' | 'wire' | 'model' | 'thinking'>;

/** What a prefix in the cache belongs to, beside its own bytes. */
export function describeLane({ host, baseUrl, wire, model, thinking }: Lane): string {
  const marks = { 'every level': thinking, 'max only': thinking === 'low' || thinking === 'high' ? 'on' : thinking };
  return [host.name, baseUrl, wire, model.id, `thinking ${marks[model.effortInPrompt]}`].join(' · ');
}

/** What a change of settings costs with the next message, said before it: nothing where the prefix stays in its cache. */
export function describeLaneChange(session: Session, next: SessionSettings): string | undefined {
  const { lane, promptTokens, parts } = session;
  if (lane === undefined || promptTokens === undefined || lane === describeLane(next) || next.rehearsal)
    return undefined;
  const price = priceOfSend(promptTokens, ratesAt(next, parts.host.clock.now())).first;
  return `The next message reads the whole prompt (${promptTokens.toLocaleString('en-US')} tokens) at the full price, about ${formatCost(price)}: ${next.model.label} thinking ${next.thinking} has a cache of its own. Choose as before to keep the one that is warm.`;
}
