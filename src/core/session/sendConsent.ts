/** Before a workspace's contents go to a host for the first time the user agrees, once for each workspace and origin. */
import { describeReceiver, type SendQuestion } from '../../protocol/destination.js';
import type { NoticeAction, Outcome } from '../../protocol/events.js';
import { priceOfSend, ratesAt } from '../model/prices.js';
import { originOf } from '../model/origin.js';
import { hostAt, leavesMachine, refuseHost } from './destination.js';
import { sumTokens } from './renewal.js';
import type { Session } from './session.js';
import type { SessionParts, SessionSettings } from './sessionParts.js';

/** The origin that the user has not agreed to yet; `undefined` where nothing leaves, or all is agreed. */
export async function findUnagreed(
  { agreements }: Pick<SessionParts, 'agreements'>,
  { rehearsal, baseUrl }: Pick<SessionSettings, 'rehearsal' | 'baseUrl'>,
): Promise<string | undefined> {
  const origin = originOf(baseUrl);
  // An address that is none is refused where the request is made.
  if (rehearsal || origin === undefined || !leavesMachine(origin)) return undefined;
  return (await agreements.list()).includes(origin) ? undefined : origin;
}

export interface Refusal {
  sentence: string;
  /** `refused` where absent. */
  outcome?: Outcome;
  action?: NoticeAction;
}

/** Stands before every turn, in every workflow. Something if nothing may be sent. */
export async function refuseSend(session: Session, signal: AbortSignal): Promise<Refusal | undefined> {
  const { parts, settings } = session;
  const sentence = refuseByList(settings);
  if (sentence !== undefined) return { sentence };
  const origin = await findUnagreed(parts, settings);
  if (origin === undefined) return undefined;
  const question = describeSend(session, origin);
  if (parts.consent === undefined) {
    return {
      sentence: `This workspace has not been sent to ${origin} before, and nobody can be asked here whether it may, so nothing was sent.`,
    };
  }
  const answer = await parts.consent.ask(question, signal);
  if (!answer.agreed) return { sentence: answer.sentence, action: { kind: 'retry', label: 'Ask again' } };
  await parts.agreements.add(origin);
  const text = `You agreed that this workspace may be sent to ${origin} (${describeReceiver(question)}). This is kept until you take it back.`;
  session.emit({ type: 'notice', level: 'info', text });
  return undefined;
}

function refuseByList({ rehearsal, baseUrl, allowedHosts }: SessionSettings): string | undefined {
  const origin = originOf(baseUrl);
  return rehearsal || origin === undefined ? undefined : refuseHost(origin, allowedHosts ?? []);
}

function describeSend({ pack, settings, parts }: Session, origin: string): SendQuestion {
  const host = hostAt(origin, settings.host);
  const tokens = pack.report.tokens + sumTokens(pack.entries);
  const known = host && {
    ...{ host: host.label, operator: host.operator },
    ...(host.jurisdiction === undefined ? {} : { jurisdiction: host.jurisdiction }),
  };
  return {
    origin,
    ...known,
    files: pack.counts.full + pack.counts.outline,
    tokens,
    price: priceOfSend(tokens, ratesAt(settings, parts.host.clock.now())).first,
  };
}
