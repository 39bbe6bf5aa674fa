/** The next request of a session, one for each step of a turn, with its price said before the first. */
import type { LoopParts, PlannedRequest } from '../agent/loop.js';
import { smallerPack } from '../agent/failureNotice.js';
import { BaleenError, isCancellation } from '../errors.js';
import type { PrefixChange } from '../model/prefixMemory.js';
import { priceOfSend, ratesAt } from '../model/prices.js';
import { noReasoning, type Failure, type Message } from '../model/types.js';
import { compactionReserveTokens } from '../prompt/budget.js';
import { tagOf } from '../usage/priceTag.js';
import { compactConversation, isCompactable } from './compaction.js';
import { shownPaths } from './conversation.js';
import { addDrift } from './drift.js';
import { describeLane } from '../model/lane.js';
import { renderRequest, senderOf, type Rendered } from './request.js';
import type { Session } from './session.js';
import type { SessionSettings } from './sessionParts.js';

type PlannerPart = 'plan' | 'noteBilled' | 'lowerOutput' | 'refillReasoning' | 'declareBreak';

/** One for each message that is sent; it remembers what the service said of its count. */
export function createPlanner(session: Session, signal: AbortSignal): Pick<LoopParts, PlannerPart> {
  const { parts } = session;
  let promptTokens = 0;
  /** By how much the service counts this conversation above us, as its overflow answer said. */
  let aboveTokens: number | undefined;
  let refills = 0;
  let hasTag = false;
  return {
    async plan(bill): Promise<PlannedRequest> {
      const stop = await findStop(session, signal);
      if (stop !== undefined) return stop;
      const settings = refills > 1 ? { ...session.settings, thinking: 'off' as const } : session.settings;
      const senderNow = () => ({ ...senderOf(session), ...(aboveTokens === undefined ? {} : { aboveTokens }) });
      const render = (): Promise<Rendered> => {
        const { messages } = session.conversation;
        return renderRequest(parts, settings, senderNow(), refills === 0 ? messages : messages.map(refill));
      };
      let rendered = await render();
      if (needsCompaction(session, settings, rendered)) {
        const end = await compactConversation(session, { reason: 'full', settings, sender: senderNow(), bill }, signal);
        if (end.kind === 'refused') return end;
        if (end.kind === 'compacted') rendered = await render();
      }
      const { request } = rendered;
      ({ promptTokens } = rendered);
      if (request === undefined) {
        const sentence = describeOverflow(promptTokens, settings);
        return { kind: 'refused', outcome: 'overflow', sentence, action: smallerPack };
      }
      if (!hasTag && !settings.rehearsal) {
        hasTag = true;
        const tag = tagOf(await parts.ledger.known(), request, settings, parts.host.clock.now());
        session.emit({ type: 'price_tag', turn: session.turns, tag });
      }
      const lane = describeLane(settings);
      session.lane = lane;
      session.promptTokens = promptTokens;
      session.lastChoice = { model: settings.model, thinking: settings.thinking };
      const prefix = { memory: session.prefix, lane };
      return { kind: 'ready', countedTokens: promptTokens, request: { ...request, prefix } };
    },
    noteBilled: (tokens) => noteDrift(session, tokens - promptTokens),
    lowerOutput(failure: Failure): boolean {
      if (aboveTokens !== undefined || failure.kind !== 'overflow' || failure.overflow === undefined) return false;
      aboveTokens = failure.overflow.messageTokens - promptTokens;
      noteDrift(session, aboveTokens);
      return true;
    },
    refillReasoning(failure: Failure): boolean {
      if (failure.kind !== 'reasoning_missing' || refills > 1 || session.settings.thinking === 'off') return false;
      if (++refills > 1) session.emit({ type: 'notice', level: 'warning', text: withoutThinking });
      return true;
    },
    declareBreak: (change) => declareBreak(session, change, promptTokens),
  };
}

/** Nothing is gained by compacting again what a compaction has just left. */
function needsCompaction(session: Session, { model, thinking }: SessionSettings, rendered: Rendered): boolean {
  const reserve = compactionReserveTokens(model, thinking);
  const grown = rendered.promptTokens - (session.compacted?.promptTokens ?? 0);
  return rendered.roomTokens < reserve && grown >= reserve && isCompactable(session);
}

const withoutThinking =
  'The server refused the conversation twice, because it misses the model’s earlier reasoning, which was sent. The message is sent once more with thinking off, and thinking returns with the next message.';

/** Every stored reply has reasoning; one from elsewhere gets the same stand-in as a reply that came without. */
function refill(message: Message): Message {
  if (message.role !== 'assistant' || message.reasoning.trim() !== '') return message;
  return { ...message, reasoning: noReasoning };
}

/** What the user has hidden since the last request ends the turn before the next. */
async function findStop(
  { parts, pack, conversation }: Session,
  signal: AbortSignal,
): Promise<PlannedRequest | undefined> {
  try {
    await parts.packer.beforeSend(pack.report.sha256, shownPaths(conversation.messages), signal);
    return undefined;
  } catch (error) {
    // The loop ends a turn that was stopped.
    if (isCancellation(error, signal)) return undefined;
    if (!(error instanceof BaleenError)) throw error;
    const { outcome, message: sentence, action } = error;
    return { kind: 'refused', outcome, sentence, ...(action === undefined ? {} : { action }) };
  }
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
  return `The conversation has ${promptTokens} tokens and leaves no room for an answer in the window of ${model.windowTokens}, and compacting it brings no more. Nothing was sent; set a smaller pack budget, or say it in fewer words.`;
}

/** Says before the request leaves that its prefix will not be in the cache, and what that costs. */
function declareBreak(session: Session, change: PrefixChange, promptTokens: number): void {
  const { from, to, firstDifferingByte } = change;
  const { host } = session.parts;
  const reason =
    from === undefined
      ? 'what was sent before has changed, which must not happen; please report it'
      : `${from} became ${to}`;
  if (from === undefined) host.log.error(`A prefix changed at byte ${firstDifferingByte} within ${to ?? 'its lane'}.`);
  else host.log.info(`The cache lane changed: ${reason}, first differing byte ${firstDifferingByte ?? 'none'}.`);
  session.emit({
    type: 'cache_break',
    reason,
    ...(firstDifferingByte === undefined ? {} : { firstDifferingByte }),
    price: priceOfSend(promptTokens, ratesAt(session.settings, host.clock.now())).first,
  });
}
