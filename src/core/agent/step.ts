/** One step's model request: the stream of it, retried where that helps, turned into events and one reply. */
import type { Emit, StopReason, Usage } from '../../protocol/events.js';
import type { Cost } from '../../protocol/money.js';
import type { PrefixChange } from '../model/prefixMemory.js';
import type { AssistantMessage, Failure, ModelClient, ModelRequest } from '../model/types.js';
import { streamWithRetry, type RetryParts } from '../model/retry.js';

export interface DoneReply {
  kind: 'done';
  message: AssistantMessage;
  stopReason: Exclude<StopReason, 'aborted' | 'error'>;
  usage: Usage;
  cost: Cost;
}

export type Reply = DoneReply | { kind: 'failed'; failure: Failure } | { kind: 'aborted' };

/** Never throws for what the service or the network does: a failure is a reply of its own. */
export async function requestReply(
  parts: {
    client: ModelClient;
    retry: RetryParts;
    emit: Emit;
    declareBreak: (change: PrefixChange) => void;
    notePrimed: (usage: Usage, cost: Cost) => void;
  },
  request: ModelRequest,
  step: number,
  signal: AbortSignal,
): Promise<Reply> {
  for await (const event of streamWithRetry(parts.client, request, parts.retry, signal)) {
    switch (event.type) {
      case 'reasoning':
        parts.emit({ type: 'reasoning_delta', text: event.text });
        break;
      case 'text':
        parts.emit({ type: 'text_delta', text: event.text });
        break;
      case 'call':
        break;
      case 'waiting':
        parts.emit({ type: 'waiting', reason: event.reason, seconds: event.seconds });
        break;
      case 'prefix_changed':
        parts.declareBreak(event);
        break;
      case 'primed':
        parts.notePrimed(event.usage, event.cost);
        break;
      case 'notice':
        parts.emit(event);
        break;
      case 'retry':
        parts.emit({ type: 'step_retry', step, reason: event.failure.message, waitMs: event.waitMs });
        break;
      case 'done':
        return {
          kind: 'done',
          message: event.message,
          stopReason: event.stopReason,
          usage: event.usage,
          cost: event.cost ?? null,
        };
      case 'failed':
        return { kind: 'failed', failure: event.failure };
      case 'aborted':
        return { kind: 'aborted' };
    }
  }
  return { kind: 'aborted' };
}
