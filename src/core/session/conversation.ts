/** The messages of a session, and where they are written down. */
import type { Conversation } from '../agent/loop.js';
import type { Message, ToolCall } from '../model/types.js';
import { hideOwnKeys } from '../view/ownKeys.js';
import type { CompactedRecord, SessionLog, SessionRecord } from './log.js';

export interface SessionConversation extends Conversation {
  /** Calls that were about to run when a former process ended. */
  startedCalls(): ReadonlySet<string>;
  /** Goes on with other messages, on disk first. Those before stay in the log. */
  replace(record: CompactedRecord): Promise<void>;
}

/**
 * `records` are those of a stored session. What the model will see is in the log before it is in a request. Every text of
 * ours comes through here, so that the user's own keys are taken out here.
 */
export function createConversation(
  log: SessionLog,
  ownKeys: () => readonly string[],
  records: readonly SessionRecord[] = [],
): SessionConversation {
  const messages = messagesOf(records);
  const started = new Set(records.flatMap((record) => (record.type === 'started' ? [record.call] : [])));
  return {
    messages,
    async append(given) {
      const message = withoutKeys(given, ownKeys());
      await log.append({ type: 'message', message });
      messages.push(message);
    },
    openCalls: () => openCalls(messages),
    startedCalls: () => started,
    async replace(record) {
      const next = record.messages.map((message) => withoutKeys(message, ownKeys()));
      await log.append({ ...record, messages: next });
      messages.splice(0, messages.length, ...next);
    },
  };
}

/** Those that are sent: since the last compaction, where there was one. */
function messagesOf(records: readonly SessionRecord[]): Message[] {
  const at = records.findLastIndex((record) => record.type === 'compacted');
  const compacted = records[at];
  const since = records.slice(at + 1).flatMap((record) => (record.type === 'message' ? [record.message] : []));
  return compacted?.type === 'compacted' ? [...compacted.messages, ...since] : since;
}

/** Files of which messages show text, beside those of the pack and the change log. */
export function shownPaths(messages: readonly Message[]): string[] {
  return [...new Set(messages.flatMap((message) => ('shows' in message ? (message.shows ?? []) : [])))];
}

/** A reply stays as it was received: the boundary refuses one with a key. */
function withoutKeys(message: Message, ownKeys: readonly string[]): Message {
  if (message.role === 'assistant' || !('text' in message)) return message;
  return { ...message, text: hideOwnKeys(message.text, ownKeys) };
}

/** The calls of the last reply that nothing has answered. */
function openCalls(messages: readonly Message[]): ToolCall[] {
  const answered = new Set<string>();
  for (let at = messages.length - 1; at >= 0; at--) {
    const message = messages[at]!;
    if (message.role === 'tool') answered.add(message.call);
    else if (message.role === 'assistant') return message.calls.filter((call) => !answered.has(call.id));
    else return [];
  }
  return [];
}
