/** The messages of a session, their token counts, and where they are written down. */
import type { Conversation } from '../agent/loop.js';
import type { Message, ToolCall } from '../model/types.js';
import type { Packer } from '../pack/packer.js';
import type { SessionLog, SessionRecord } from './log.js';

/** Tokens that the template puts around one message, an upper bound. */
const tokensAroundMessage = 8;
/** Tokens that the template puts around one tool call, an upper bound. */
const tokensAroundCall = 40;

export interface SessionConversation extends Conversation {
  /** Upper bound of the messages' prompt tokens; exact for the text of each, generous for the template's own. */
  tokens(): number;
  /** Calls that were about to run when a former process ended. */
  startedCalls(): ReadonlySet<string>;
}

export function createConversation(
  parts: { packer: Packer; log: SessionLog; packTokens: number },
  records: readonly SessionRecord[] = [],
): SessionConversation {
  const messages: Message[] = [];
  const started = new Set<string>();
  let tokens = 0;
  for (const record of records) {
    if (record.type === 'message') {
      messages.push(record.message);
      tokens += record.tokens;
    } else if (record.type === 'started') started.add(record.call);
  }
  return {
    messages,
    async append(message) {
      const count = await countMessage(message, parts);
      await parts.log.append({ type: 'message', message, tokens: count });
      messages.push(message);
      tokens += count;
    },
    openCalls: () => openCalls(messages),
    tokens: () => tokens,
    startedCalls: () => started,
  };
}

async function countMessage(message: Message, parts: { packer: Packer; packTokens: number }): Promise<number> {
  if ('packSha256' in message) return parts.packTokens + tokensAroundMessage;
  const texts =
    message.role === 'assistant'
      ? [message.reasoning, message.text, ...message.calls.flatMap((call) => [call.name, call.arguments])]
      : [message.text];
  const counts = await parts.packer.countTokens(texts);
  const calls = message.role === 'assistant' ? message.calls.length : 0;
  return counts.reduce((sum, count) => sum + count, tokensAroundMessage + calls * tokensAroundCall);
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
