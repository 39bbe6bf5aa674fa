/**
 * The agent: ask the model, run the tools that it calls, and again, until it answers without a call.
 * The conversation belongs to the session, files to the checkpoint, questions to the approver; the loop
 * borrows them for one turn.
 */
import { addUsage, noUsage, type Emit, type NoticeAction, type Outcome, type Usage } from '../../protocol/events.js';
import type { Failure, Message, ModelClient, ModelRequest, ToolCall, ToolMessage } from '../model/types.js';
import type { RetryParts } from '../model/retry.js';
import { createRepeatGuard, refuseStep, stopAtRepeat, type Limits } from './limits.js';
import { requestReply } from './step.js';
import { isEdit, runToolCalls, type ToolCallParts } from './toolCalls.js';

/** The conversation as the loop needs it: read it, and grow it at its end. */
export interface Conversation {
  readonly messages: readonly Message[];
  append(message: Message): Promise<void>;
  /** Calls of the last reply that have no result yet: not empty only after a crash in mid-turn. */
  openCalls(): ToolCall[];
}

/** A request that fits the window and may leave, or the sentence that says why there is none. */
export type PlannedRequest =
  /** `worstUsd` is its price without any cache hit and with the longest answer; `countedTokens` its input. */
  | { kind: 'ready'; request: ModelRequest; worstUsd: number; countedTokens: number }
  | { kind: 'refused'; outcome: Outcome; sentence: string; action?: NoticeAction };

export interface LoopParts {
  conversation: Conversation;
  client: ModelClient;
  retry: RetryParts;
  /** Renders the conversation into the next request and counts it. */
  plan: () => Promise<PlannedRequest>;
  /** The service's own count of the request that was planned last. */
  noteBilled: (tokens: number) => void;
  /** After an overflow answer: the server's own numbers correct the plan. `false` if nothing can be lowered. */
  lowerOutput: (failure: Failure) => boolean;
  costUsd: (usage: Usage) => number;
  windowTokens: number;
  toolCalls: Omit<ToolCallParts, 'noteResult' | 'onUnapproved'>;
  limits: Limits;
  /** The turn is over as soon as `report_findings` was called: review, and the first half of a refactoring. */
  endsOnReport: boolean;
  emit: Emit;
}

export interface LoopResult {
  outcome: Outcome;
  /** The text of the last reply. */
  text: string;
  usage: Usage;
  costUsd: number;
  steps: number;
}

/** Runs until the model stops, a limit is reached or `signal` aborts. Steps are numbered from `firstStep`. */
export async function runLoop(parts: LoopParts, firstStep: number, signal: AbortSignal): Promise<LoopResult> {
  const { conversation, emit } = parts;
  const repeats = createRepeatGuard();
  const result: LoopResult = { outcome: 'done', text: '', usage: noUsage, costUsd: 0, steps: 0 };
  let unapproved = false;
  const end = (outcome: Outcome, sentence?: string, action?: NoticeAction): LoopResult => {
    const level = outcome === 'cap_reached' ? 'warning' : 'error';
    if (sentence !== undefined)
      emit({ type: 'notice', level, text: sentence, ...(action === undefined ? {} : { action }) });
    return { ...result, outcome: outcome === 'done' && unapproved ? 'refused' : outcome };
  };

  if (conversation.openCalls().length > 0) await runCalls(conversation.openCalls());

  for (;;) {
    if (signal.aborted) return end('cancelled');
    if (parts.endsOnReport && parts.toolCalls.context.turn.hasReport) return end('done');
    const planned = await parts.plan();
    if (planned.kind === 'refused') return end(planned.outcome, planned.sentence, planned.action);
    const limit = refuseStep(parts.limits, result.steps + 1, result.costUsd, planned.worstUsd);
    if (limit !== undefined) return end('cap_reached', limit);

    const step = firstStep + result.steps++;
    emit({ type: 'step_start', step });
    const reply = await requestReply(parts, planned.request, step, signal);
    if (reply.kind === 'aborted') return end('cancelled');
    if (reply.kind === 'failed') {
      if (reply.failure.kind === 'overflow' && parts.lowerOutput(reply.failure)) continue;
      emitFailure(emit, reply.failure);
      return end(outcomeOf(reply.failure));
    }
    await conversation.append(reply.message);
    const costUsd = parts.costUsd(reply.usage);
    result.usage = addUsage(result.usage, reply.usage);
    result.costUsd += costUsd;
    result.text = reply.message.text;
    const billedTokens = reply.usage.cacheHitTokens + reply.usage.cacheMissTokens;
    parts.noteBilled(billedTokens);
    emit({
      type: 'step_end',
      step,
      stopReason: reply.stopReason,
      usage: reply.usage,
      costUsd,
      contextTokens: billedTokens + reply.usage.outputTokens,
      windowTokens: parts.windowTokens,
      countedTokens: planned.countedTokens,
    });

    if (reply.message.calls.length === 0) {
      if (reply.stopReason !== 'length') return end('done');
      return end('failed', 'The answer was cut at the most tokens that one reply may have. Ask it to continue.');
    }
    const stuck = await runCalls(reply.message.calls);
    if (stuck !== undefined) return end('cap_reached', stuck);
  }

  async function runCalls(calls: readonly ToolCall[]): Promise<string | undefined> {
    const counts = calls.map((call) => repeats.note(call));
    let edited = false;
    await runToolCalls(calls, {
      ...parts.toolCalls,
      onUnapproved: () => (unapproved = true),
      noteResult: async (message, index) => {
        edited ||= isEdit(calls[index]!) && !message.failed;
        await conversation.append(warnOfRepeat(message, counts[index]!));
      },
    });
    if (edited) repeats.reset();
    if (edited || Math.max(0, ...counts) < stopAtRepeat) return undefined;
    return `Stopped: the model made the same call ${stopAtRepeat} times and nothing changed between them. Say in a message what it should do differently.`;
  }
}

function warnOfRepeat(message: ToolMessage, count: number): ToolMessage {
  if (count < 2) return message;
  return {
    ...message,
    text: `${message.text}\n(This very call was made before and nothing has changed since; another one ends the turn.)`,
  };
}

function outcomeOf(failure: Failure): Outcome {
  if (failure.kind === 'overflow') return 'overflow';
  return failure.kind === 'key' || failure.kind === 'balance' || failure.kind === 'moderation'
    ? 'api_refused'
    : 'failed';
}

function emitFailure(emit: Emit, failure: Failure): void {
  const text = failure.message;
  if (failure.kind === 'key')
    emit({ type: 'notice', level: 'error', text, action: { kind: 'set_key', label: 'Change key…' } });
  else if (failure.retryable) emit({ type: 'notice', level: 'error', text, action: { kind: 'retry', label: 'Retry' } });
  else emit({ type: 'notice', level: 'error', text });
}
