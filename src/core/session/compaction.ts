/**
 * Compaction: the conversation as it is, and one instruction at its end. The answer, a summary, begins a new conversation
 * over the same pack. What was said stays in the session log and in the transcript; only what is sent is another.
 */
import { addUsage, noUsage, type NoticeAction, type Outcome, type Usage } from '../../protocol/events.js';
import { addCost, formatCost, free, type Cost } from '../../protocol/money.js';
import { compact, noticeOf, outcomeOf } from '../agent/failureNotice.js';
import { requestReply } from '../agent/step.js';
import { BaleenError, isCancellation } from '../errors.js';
import { hideDsml } from '../model/dsml.js';
import { failureOf } from '../model/failures.js';
import { describeLane } from '../model/lane.js';
import { priceOfSend, ratesAt } from '../model/prices.js';
import type { Failure, FailureKind, Message, ModelRequest } from '../model/types.js';
import { compactionReserveTokens, outputReserveTokens, roomOf, scarceTokens } from '../prompt/budget.js';
import { compactionInstruction } from '../prompt/compactionText.js';
import { tagOf } from '../usage/priceTag.js';
import { beginCompacted, firstThat, startsOf, type Compaction, type Summed } from './compacted.js';
import { shownPaths } from './conversation.js';
import { renderRequest, senderOf, type Sender } from './request.js';
import { retryOf, type Session } from './session.js';
import type { SessionSettings } from './sessionParts.js';

export type CompactionEnd =
  | { kind: 'compacted' }
  | { kind: 'cancelled' }
  /** Nothing was changed. */
  | { kind: 'refused'; outcome: Outcome; sentence: string; action?: NoticeAction };

/** Between turns, because the user wants it. */
export function compactAsked(session: Session, bill: Compaction['bill'], signal: AbortSignal): Promise<CompactionEnd> {
  return compactConversation(
    session,
    { reason: 'asked', settings: warmSettings(session), sender: senderOf(session), bill },
    signal,
  );
}

export async function compactConversation(
  session: Session,
  compaction: Compaction,
  signal: AbortSignal,
): Promise<CompactionEnd> {
  const { reason, settings } = compaction;
  if (!isCompactable(session)) return refuse('There is nothing to compact yet.', 'bad_usage');
  let spent = { usage: noUsage, cost: free as Cost };
  const bill = (usage: Usage, cost: Cost): void => {
    spent = { usage: addUsage(spent.usage, usage), cost: addCost(spent.cost, cost) };
    compaction.bill(usage, cost);
  };
  const notDone = (end: CompactionEnd): CompactionEnd => {
    const tokens = session.promptTokens ?? 0;
    session.emit({ type: 'compaction_end', how: 'not_done', beforeTokens: tokens, afterTokens: tokens, ...spent });
    return end;
  };
  try {
    const summed = await sumUp(session, { ...compaction, bill }, signal);
    if (summed.kind === 'aborted') return notDone({ kind: 'cancelled' });
    if (summed.kind === 'failed' && (reason === 'asked' || !concernsThisOnly.has(summed.failure.kind))) {
      const { text, action } = noticeOf(summed.failure, settings.host);
      const sentence = `The conversation could not be compacted and is as it was. ${text}`;
      return notDone(refuse(sentence, outcomeOf(summed.failure), action));
    }
    const [beforeTokens, afterTokens] = await beginCompacted(session, compaction, summed);
    const how = summed.kind === 'done' ? 'summary' : 'without_model';
    const shown = summed.kind === 'done' ? { summary: summed.summary } : {};
    session.emit({ type: 'compaction_end', how, ...shown, beforeTokens, afterTokens, ...spent });
    if (summed.kind === 'failed')
      session.emit({ type: 'notice', level: 'warning', text: withoutModel(summed.failure) });
    session.parts.host.log.info(`The conversation was compacted (${how}): ${beforeTokens} to ${afterTokens} tokens.`);
    return { kind: 'compacted' };
  } catch (error) {
    if (isCancellation(error, signal)) return notDone({ kind: 'cancelled' });
    if (!(error instanceof BaleenError)) throw error;
    return notDone(refuse(error.message, error.outcome, error.action));
  }
}

export function isCompactable({ conversation, baseMessages }: Session): boolean {
  return conversation.messages.length > baseMessages + 1;
}

/** When answers have to get shorter soon; once until the conversation was compacted. */
export function proposeCompaction(session: Session): void {
  const { settings, promptTokens, drift, parts, hasProposedCompaction } = session;
  const { model, thinking, rehearsal } = settings;
  if (rehearsal || promptTokens === undefined) return;
  const isScarce = roomOf(model, promptTokens, drift.mostTokens) < scarceTokens(model, thinking);
  session.hasProposedCompaction = isScarce;
  if (!isScarce || hasProposedCompaction || !isCompactable(session)) return;
  const price = priceOfSend(promptTokens, ratesAt(settings, parts.host.clock.now())).further;
  const tokens = (count: number): string => count.toLocaleString('en-US');
  const text = `The conversation has ${tokens(promptTokens)} of ${tokens(model.windowTokens)} tokens, so that answers get shorter soon. Compacting it takes one request, about ${formatCost(price)} and a summary; it is done by itself when there is no room left.`;
  session.emit({ type: 'notice', level: 'info', text, action: compact });
}

/** Failures that another request of the same conversation need not meet: a summary is not to be had, and room is. */
const concernsThisOnly: ReadonlySet<FailureKind> = new Set([
  ...(['overflow', 'bad_request', 'reasoning_missing', 'moderation'] as const),
  ...(['stalled', 'cut', 'malformed', 'empty', 'looping'] as const),
]);

async function sumUp(
  session: Session,
  compaction: Compaction,
  signal: AbortSignal,
): Promise<Summed | { kind: 'aborted' }> {
  const { parts, conversation, emit } = session;
  const { reason, settings, bill } = compaction;
  const failed = (kind: FailureKind, sentence: string): Summed => ({
    kind: 'failed',
    failure: failureOf(kind, sentence),
  });
  if (settings.rehearsal) return failed('empty', 'A rehearsal cannot sum up a conversation.');
  await parts.packer.beforeSend(session.pack.report.sha256, shownPaths(conversation.messages), signal);
  let { sender } = compaction;
  for (let attempt = 1; ; attempt++) {
    const fitted = await fitRequest(session, settings, sender);
    if (fitted === undefined) return failed('overflow', 'No part of it leaves room for a summary.');
    const tag = tagOf(await parts.ledger.known(), fitted.request, settings, parts.host.clock.now());
    if (attempt === 1) emit({ type: 'compaction_start', reason, tag });
    const hands = { ...parts, retry: retryOf(parts, settings), declareBreak: () => undefined, notePrimed: bill };
    const quiet = {
      ...hands,
      emit: (event: Parameters<typeof emit>[0]) => void (isTold.has(event.type) && emit(event)),
    };
    const reply = await requestReply(quiet, fitted.request, 0, signal);
    if (reply.kind === 'aborted') return reply;
    if (reply.kind === 'failed') {
      const { overflow } = reply.failure;
      if (overflow === undefined || attempt > 1) return reply;
      // The server's own count decides how much of the conversation it is asked about.
      sender = { ...sender, aboveTokens: overflow.messageTokens - fitted.request.account.countedTokens };
      continue;
    }
    bill(reply.usage, reply.cost);
    const text = hideDsml(reply.message.text).trim();
    if (text === '') return failed('empty', 'The model gave no summary.');
    const end = reply.stopReason === 'length' ? '\n[The summary was cut off here.]' : '';
    return { kind: 'done', summary: `${text}${end}`, upTo: fitted.upTo };
  }
}

/** Its text is no answer to the user. */
const isTold: ReadonlySet<string> = new Set(['waiting', 'notice']);

const instruction: Message = { role: 'user', text: compactionInstruction };

/**
 * The whole conversation where it fits; else its longest part that does, which is what was sent before: each request
 * leaves room for it. Its bytes are no part of the session's prefix, so that the next request may go on without them.
 */
async function fitRequest(
  session: Session,
  settings: SessionSettings,
  sender: Sender,
): Promise<{ request: ModelRequest; upTo: number } | undefined> {
  const { messages } = session.conversation;
  const least = compactionReserveTokens(settings.model, settings.thinking) / 2;
  const render = (upTo: number) =>
    renderRequest(session.parts, settings, { ...sender, purpose: 'compaction' }, [
      ...messages.slice(0, upTo),
      instruction,
    ]);
  const ends = startsOf(messages, session.baseMessages + 1).reverse();
  const upTo = await firstThat(ends, async (end) => (await render(end)).roomTokens >= least);
  const request = upTo === undefined ? undefined : (await render(upTo)).request;
  if (upTo === undefined || request === undefined) return undefined;
  const maxTokens = Math.min(request.maxTokens, outputReserveTokens(settings.thinking) / 2);
  return { upTo, request: { ...request, maxTokens } };
}

/** The lane of the last request, whatever was chosen since: there the conversation is in the cache. */
function warmSettings({ settings, lane, lastChoice }: Session): SessionSettings {
  const last = { ...settings, ...lastChoice };
  return lane === describeLane(last) ? last : settings;
}

function withoutModel({ message }: Failure): string {
  return `The conversation had no room left and could not be summed up: ${message} Your messages and the newest part of the conversation were kept; what was said before is in this session's transcript, and the model does not read it any more.`;
}

function refuse(sentence: string, outcome: Outcome, action?: NoticeAction): CompactionEnd {
  return { kind: 'refused', outcome, sentence, ...(action === undefined ? {} : { action }) };
}
