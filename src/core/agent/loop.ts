/**
 * The agent: ask the model, run the tools that it calls, and again, until it answers without a call.
 * The conversation belongs to the session, files to the checkpoint, questions to the approver; the loop
 * borrows them for one turn.
 */
import { addCost, free, type Cost } from '../../protocol/money.js';
import { addUsage, noUsage, type Emit, type NoticeAction, type Outcome, type Usage } from '../../protocol/events.js';
import type { Failure, Message, ModelClient, ModelRequest, ToolCall, ToolMessage } from '../model/types.js';
import type { PrefixChange } from '../model/prefixMemory.js';
import type { RetryParts } from '../model/retry.js';
import { hideDsml } from '../model/dsml.js';
import { renderCorrection } from '../prompt/correction.js';
import { goOn, moreSteps, noticeOf, outcomeOf } from './failureNotice.js';
import { createPatience, type Misfit } from './patience.js';
import { createRepeatGuard, describeCircle, refuseStep, type Limits } from './limits.js';
import { requestReply, type DoneReply } from './step.js';
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
  /** `countedTokens` is its input. */
  | { kind: 'ready'; request: ModelRequest; countedTokens: number }
  | { kind: 'refused'; outcome: Outcome; sentence: string; action?: NoticeAction };

export interface LoopParts {
  conversation: Conversation;
  client: ModelClient;
  retry: RetryParts;
  /** Renders the conversation into the next request and counts it; has it compacted where it would not fit. */
  plan: (bill: (usage: Usage, cost: Cost) => void) => Promise<PlannedRequest>;
  /** The service's own count of the request that was planned last. */
  noteBilled: (tokens: number) => void;
  /** After an overflow answer: the server's own numbers correct the plan. `false` if nothing can be lowered. */
  lowerOutput: (failure: Failure) => boolean;
  /** After the server missed the model's earlier reasoning: what the next plan does about it; `false` if nothing is left. */
  refillReasoning: (failure: Failure) => boolean;
  /** The request that is about to leave does not begin with what was sent before. */
  declareBreak: (change: PrefixChange) => void;
  windowTokens: number;
  toolCalls: Omit<ToolCallParts, 'noteResult' | 'onUnapproved' | 'onMisfit'>;
  limits: Limits;
  /** The turn is over as soon as `report_findings` was called: review, and the first half of a refactoring. */
  endsOnReport: boolean;
  /** Appends what the user has said into the running turn; `false` if it was nothing. */
  steer: () => Promise<boolean>;
  /** The text with which the turn ends, as the user sees it. */
  noteAnswer: (text: string) => void;
  emit: Emit;
}

export interface LoopResult {
  outcome: Outcome;
  /** The text of the last reply. */
  text: string;
  usage: Usage;
  cost: Cost;
  steps: number;
}

/** Runs until the model stops, a limit is reached or `signal` aborts. Steps are numbered from `firstStep`. */
export async function runLoop(parts: LoopParts, firstStep: number, signal: AbortSignal): Promise<LoopResult> {
  const { conversation, emit } = parts;
  const repeats = createRepeatGuard();
  const patience = createPatience();
  const result: LoopResult = { outcome: 'done', text: '', usage: noUsage, cost: free, steps: 0 };
  /** Something was not done for want of anybody to ask: such a turn does not end as done. */
  let unapproved = false;
  const end = (outcome: Outcome, text?: string, action?: NoticeAction): LoopResult => {
    const level = outcome === 'cap_reached' ? 'warning' : 'error';
    if (text !== undefined) emit({ type: 'notice', level, text, ...(action === undefined ? {} : { action }) });
    return { ...result, outcome: outcome === 'done' && unapproved ? 'refused' : outcome };
  };

  const bill = (usage: Usage, cost: Cost): void => {
    result.usage = addUsage(result.usage, usage);
    result.cost = addCost(result.cost, cost);
  };
  const notePrimed = (usage: Usage, cost: Cost): void => {
    bill(usage, cost);
    emit({ type: 'primed', usage, cost });
  };

  if (conversation.openCalls().length > 0) await runCalls(conversation.openCalls());

  for (;;) {
    if (signal.aborted) return end('cancelled');
    if (parts.endsOnReport && parts.toolCalls.context.turn.hasReport) return end('done');
    const limit = refuseStep(parts.limits, result.steps + 1);
    if (limit !== undefined) return end('cap_reached', limit, moreSteps);
    const planned = await parts.plan(bill);
    if (signal.aborted) return end('cancelled');
    if (planned.kind === 'refused') return end(planned.outcome, planned.sentence, planned.action);

    const step = firstStep + result.steps++;
    emit({ type: 'step_start', step });
    const reply = await requestReply({ ...parts, notePrimed }, planned.request, step, signal);
    if (reply.kind === 'aborted') return end('cancelled');
    if (reply.kind === 'failed') {
      // Another request may be answered where this one was not.
      if (parts.lowerOutput(reply.failure) || parts.refillReasoning(reply.failure)) continue;
      emit(noticeOf(reply.failure, planned.request.host));
      return end(outcomeOf(reply.failure));
    }
    await takeReply(reply, step, planned.countedTokens);

    if (reply.stopReason === 'length') return end('failed', incomplete, goOn);
    // Calls written as text, or no answer at all: the model is told a few times, then the turn ends.
    const verdict = patience.judgeReply(reply.message, !parts.endsOnReport);
    if (verdict.kind === 'end') return end('failed', verdict.sentence);
    if (reply.message.calls.length === 0 && verdict.kind === 'fine') {
      parts.noteAnswer(result.text);
      if (!(await parts.steer())) return end('done');
      continue;
    }
    const stuck = await runCalls(reply.message.calls);
    if (stuck !== undefined) return end(stuck.outcome, stuck.sentence, goOn);
    if (verdict.kind === 'tell') await conversation.append({ role: 'user', text: renderCorrection(verdict.text) });
    if (await parts.steer()) repeats.reset();
  }

  /** Into the conversation before anything else: after a crash the turn goes on from there. */
  async function takeReply(reply: DoneReply, step: number, countedTokens: number): Promise<void> {
    const { message, stopReason, usage, cost } = reply;
    await conversation.append(message);
    bill(usage, cost);
    result.text = hideDsml(message.text);
    const billedTokens = usage.cacheHitTokens + usage.cacheMissTokens;
    parts.noteBilled(billedTokens);
    const contextTokens = billedTokens + usage.outputTokens;
    const { windowTokens } = parts;
    emit({ type: 'step_end', step, stopReason, usage, cost, contextTokens, windowTokens, countedTokens });
  }

  /** Every call gets its result into the conversation. Answers with why the turn ends, if the model does not get on. */
  async function runCalls(calls: readonly ToolCall[]): Promise<{ outcome: Outcome; sentence: string } | undefined> {
    const counts = calls.map((call) => repeats.note(call));
    const misfits: Misfit[] = [];
    let [edited, sameEdits] = [false, 0];
    await runToolCalls(calls, {
      ...parts.toolCalls,
      onUnapproved: () => (unapproved = true),
      onMisfit: (misfit) => void misfits.push(misfit),
      noteResult: async (message, index, { isNews }) => {
        if (isNews) counts[index] = repeats.forget(calls[index]!);
        if (isEdit(calls[index]!) && !message.failed) {
          edited = true;
          sameEdits = Math.max(sameEdits, repeats.noteEdit(calls[index]!));
        }
        await conversation.append(warnOfRepeat(message, counts[index]!));
      },
    });
    if (edited) repeats.reset();
    const impatient = patience.judgeCalls(misfits);
    if (impatient !== undefined) return { outcome: 'failed', sentence: impatient };
    const circle = describeCircle(edited ? 0 : Math.max(0, ...counts), sameEdits);
    return circle === undefined ? undefined : { outcome: 'cap_reached', sentence: circle };
  }
}

const incomplete =
  'The answer is not complete: it came to the most tokens that one reply may have, or the server ended it. What came stands above, and no call of it was run. Ask it to continue.';

function warnOfRepeat(message: ToolMessage, count: number): ToolMessage {
  if (count < 2) return message;
  return {
    ...message,
    text: `${message.text}\n(This very call was made before and nothing has changed since; another one ends the turn.)`,
  };
}
