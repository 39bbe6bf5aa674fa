/** Renders messages into a request, counts it, and clamps `max_tokens` to what the window leaves. */
import type { Purpose } from '../../protocol/usage.js';
import type { Message, ModelRequest } from '../model/types.js';
import { marginOf, outputTokensFor, roomOf } from '../prompt/budget.js';
import { systemText } from '../prompt/systemText.js';
import { toolSpecs } from '../tools/toolList.js';
import type { Session } from './session.js';
import type { SessionParts, SessionSettings } from './sessionParts.js';

/** Whose request it is. */
export interface Sender {
  purpose: Purpose;
  /** Empty before there is one. */
  session: string;
  turn: number;
  /** How many messages are pack and change log as the session began with them. */
  baseMessages: number;
  /** The farthest that the service's count was from ours. */
  driftTokens: number;
  /** By how much the service counts this very input above us, where it said so: exact, so without a margin for drift. */
  aboveTokens?: number;
}

export function senderOf({ workflow, id, turns, baseMessages, drift }: Session): Sender {
  return { purpose: workflow, session: id, turn: turns, baseMessages, driftTokens: drift.mostTokens };
}

/** `request` is absent where no useful answer fits the window any more. */
export interface Rendered {
  promptTokens: number;
  /** What the window has left behind the prompt. */
  roomTokens: number;
  request?: ModelRequest;
}

export async function renderRequest(
  parts: Pick<SessionParts, 'packer' | 'tools'>,
  settings: SessionSettings,
  sender: Sender,
  messages: readonly Message[],
): Promise<Rendered> {
  const { model, host, wire, baseUrl, apiKey, thinking, userId, currency, primer, rehearsal } = settings;
  const { purpose, session, turn, baseMessages, aboveTokens } = sender;
  const driftTokens = aboveTokens === undefined ? sender.driftTokens : 0;
  const { maxSteps: _maxSteps, ...caps } = settings.limits;
  const clocks = settings.network?.clocks;
  const tools = toolSpecs(parts.tools);
  const count = (some: readonly Message[]): Promise<number> =>
    parts.packer.countPrompt({ system: systemText, tools, messages: [...some], thinking });
  const [promptTokens, baseTokens] = await Promise.all([count(messages), count(messages.slice(0, baseMessages))]);
  const mostTokens = promptTokens + (aboveTokens ?? 0);
  const roomTokens = roomOf(model, mostTokens, driftTokens);
  const maxTokens = outputTokensFor(model, thinking, mostTokens, driftTokens);
  if (maxTokens === undefined) return { promptTokens, roomTokens };
  const account = {
    ...{ purpose, session, turn, currency, primer, rehearsal, caps },
    countedTokens: promptTokens,
    mostTokens: mostTokens + marginOf(driftTokens),
    base: { messages: baseMessages, tokens: baseTokens },
  };
  const sent = { model, host, wire, baseUrl, apiKey, thinking, maxTokens, system: systemText, tools, messages, userId };
  return {
    promptTokens,
    roomTokens,
    request: { ...sent, account, ...(clocks === undefined ? {} : { limits: clocks }) },
  };
}
