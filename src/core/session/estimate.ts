/** The price tag of what has not been sent yet: of a message in the box, in a session or before there is one. */
import type { Workflow } from '../../protocol/events.js';
import type { PriceTag } from '../../protocol/priceTag.js';
import type { Message } from '../model/types.js';
import type { PackState } from '../pack/packer.js';
import { renderTurnMessage } from '../prompt/turnMessage.js';
import { tagOf } from '../usage/priceTag.js';
import { renderRequest, senderOf, type Sender } from './request.js';
import type { Session } from './session.js';
import type { SessionParts, SessionSettings } from './sessionParts.js';

/**
 * Nothing is read anew for it: what changed on disk since the last turn is told, and counted, when the message is sent.
 * `undefined` where no answer fits the window any more.
 */
export function estimateSend(session: Session, text: string): Promise<PriceTag | undefined> {
  const { parts, settings, conversation } = session;
  return estimate(parts, settings, senderOf(session), [...conversation.messages, draft(text)]);
}

/** Of the first message of a session over a pack that was opened. */
export function estimateFirstSend(
  parts: SessionParts,
  settings: SessionSettings,
  workflow: Workflow,
  pack: Pick<PackState, 'report' | 'entries'>,
  text: string,
): Promise<PriceTag | undefined> {
  const base: Message[] = [
    { role: 'user', packSha256: pack.report.sha256 },
    ...pack.entries.map((entry): Message => ({ role: 'user', text: entry.text })),
  ];
  const sender = { purpose: workflow, session: '', turn: 1, baseMessages: base.length, driftTokens: 0 };
  return estimate(parts, settings, sender, [...base, draft(text)]);
}

async function estimate(
  parts: SessionParts,
  settings: SessionSettings,
  sender: Sender,
  messages: readonly Message[],
): Promise<PriceTag | undefined> {
  const { request } = await renderRequest(parts, settings, sender, messages);
  return request && tagOf(await parts.ledger.known(), request, settings, parts.host.clock.now());
}

function draft(text: string): Message {
  return { role: 'user', text: renderTurnMessage({ kind: 'chat', changes: [], context: [], request: text }) };
}
