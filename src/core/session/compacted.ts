/** The conversation that goes on from a compaction: pack, the whole change log, one message, and the newest part as it was. */
import type { Usage } from '../../protocol/events.js';
import type { Cost } from '../../protocol/money.js';
import type { Failure, Message } from '../model/types.js';
import { createPrefixMemory } from '../model/prefixMemory.js';
import { keepRequests, renderCompacted, summaryIn } from '../prompt/compactionText.js';
import { describeSurroundings } from '../prompt/surroundings.js';
import { isTurnMessage } from '../prompt/turnMessage.js';
import { encodeView } from '../view/codec.js';
import { shownPaths } from './conversation.js';
import { renderRequest, senderOf, type Sender } from './request.js';
import type { Session } from './session.js';
import type { SessionSettings } from './sessionParts.js';
import { describeUnsaved } from './turnText.js';

export interface Compaction {
  /** `full`: the next request does not fit, so that room has to be made, with the model or without. */
  reason: 'asked' | 'full';
  settings: SessionSettings;
  sender: Sender;
  bill: (usage: Usage, cost: Cost) => void;
}

/** `upTo`: the summary is of the messages before this one. */
export type Summed = { kind: 'done'; summary: string; upTo: number } | { kind: 'failed'; failure: Failure };

/** Of the user's own words; some 8K tokens. */
const mostRequestCharacters = 32_768;

/**
 * Begins it, on disk first, and answers with the tokens of the prompt before and after. Without a summary as much of the
 * newest part is kept as leaves half of the free room.
 */
export async function beginCompacted(
  session: Session,
  { reason, settings, sender }: Pick<Compaction, 'reason' | 'settings' | 'sender'>,
  summed: Summed,
): Promise<[beforeTokens: number, afterTokens: number]> {
  const { parts, conversation, pack, id } = session;
  const { sha256 } = pack.report;
  await parts.packer.sync(undefined, settings.selection);
  const log = await parts.packer.entries(sha256, { number: 0, chain: sha256 });
  const unsaved = await describeUnsaved({ ...session, unsavedTold: {} });
  const surroundings = await describeSurroundings(parts.host, parts.roots, parts.packer);
  const old = [...conversation.messages];
  const said = old.slice(session.baseMessages);
  const base: Message[] = [
    { role: 'user', packSha256: sha256 },
    ...log.entries.map(({ text }): Message => ({ role: 'user', text })),
  ];
  const own = log.entries.filter((entry) => entry.session === id).map(({ path }) => path);
  const shows = [...new Set([...shownPaths(old), ...Object.keys(unsaved.told)])];
  const from = summed.kind === 'done' ? summed.upTo - session.baseMessages : 0;
  const mostCharacters = Math.min(mostRequestCharacters, Math.floor(settings.model.windowTokens / 16));
  const summary = summed.kind === 'done' ? encodeView(summed.summary).view : summaryIn(said);
  const makeFirst = (start: number): Message => {
    const text = renderCompacted({
      ...(summary === undefined ? {} : { summary }),
      requests: keepRequests(said.slice(0, start), mostCharacters),
      isUnderWay: reason === 'full' && !said.slice(start).some(isRequest),
      changed: [...new Set(own)].sort(),
      leftOut: start - from,
      surroundings,
      unsaved: unsaved.frames,
    });
    return { role: 'user', text, ...(shows.length === 0 ? {} : { shows }) };
  };
  const make = (start: number): Message[] => [...base, makeFirst(start), ...said.slice(start)];
  const render = (messages: readonly Message[]) =>
    renderRequest(parts, settings, { ...senderOf(session), ...sender, baseMessages: base.length }, messages);
  const free = (await render(make(said.length))).roomTokens;
  const start = await firstThat(
    startsOf(said, from),
    async (one) => one === said.length || (await render(make(one))).roomTokens >= free / 2,
  );
  const messages = make(start ?? said.length);
  const before = (await render(old)).promptTokens;
  const after = (await render(messages)).promptTokens;
  await conversation.replace({
    ...{ type: 'compacted', messages, baseMessages: base.length },
    seen: { change: log.end.number, chain: log.end.chain },
    unsaved: unsaved.told,
  });
  session.baseMessages = base.length;
  session.seen = log.end;
  session.unsavedTold = unsaved.told;
  session.prefix = createPrefixMemory();
  session.promptTokens = after;
  session.compacted = { promptTokens: after };
  return [before, after];
}

/** Where a conversation may begin or end, from `first` on: never inside of a group of tool results. */
export function startsOf(messages: readonly Message[], first: number): number[] {
  const starts: number[] = [];
  for (let at = first; at <= messages.length; at++) if (messages[at]?.role !== 'tool') starts.push(at);
  return starts;
}

/** The first for which it holds, of values for which it holds from some on; asked a few times only. */
export async function firstThat(
  values: readonly number[],
  holds: (value: number) => Promise<boolean>,
): Promise<number | undefined> {
  // Nearly always it is the first.
  if (values.length > 0 && (await holds(values[0]!))) return values[0];
  let [low, high] = [1, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (await holds(values[middle]!)) high = middle;
    else low = middle + 1;
  }
  return values[low];
}

function isRequest(message: Message): boolean {
  return message.role === 'user' && 'text' in message && isTurnMessage(message.text);
}
