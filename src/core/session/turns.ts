/** A turn of a session: one user message, and everything until the agent stops. */
import { free } from '../../protocol/money.js';
import { noUsage, type Outcome } from '../../protocol/events.js';
import { createBulkGuard } from '../agent/bulkGuard.js';
import { runLoop, type LoopResult } from '../agent/loop.js';
import type { ReportedFinding, Turn } from '../agent/turn.js';
import type { Checkpoint } from '../edits/checkpoint.js';
import type { ToolCall } from '../model/types.js';
import { isCancellation } from '../errors.js';
import { compactAsked } from './compaction.js';
import { createLoopParts, type LoopInput } from './loopParts.js';
import { refuseSend, type Refusal } from './sendConsent.js';
import { routeTurn } from './routeTurn.js';
import type { Session } from './session.js';
import { billTurn, endTurn, noteStart, type TurnResult } from './turnEnd.js';
import { appendTurnMessage } from './turnText.js';

export type { TurnResult };

export interface SendInput extends LoopInput {
  /** Files that the change is known to touch. */
  files?: number;
  /** Files that the user has chosen to have changed. */
  chosen?: readonly string[];
}

export interface SendResult extends LoopResult {
  reported: ReportedFinding[];
  hasReport: boolean;
}

/** One turn may send several messages (a refactoring does); its files stand under one checkpoint. */
export interface OpenTurn {
  readonly checkpoint: Checkpoint;
  readonly changed: ReadonlySet<string>;
  send(input: SendInput, signal: AbortSignal): Promise<SendResult>;
  /** Goes on where a former process stopped: calls without a result run now, those that had begun do not. */
  resume(signal: AbortSignal): Promise<SendResult>;
  /** In place of a message: the user wants the conversation compacted. */
  compact(signal: AbortSignal): Promise<SendResult>;
  /** Files that a command of the program's own wrote, for instance the verify command of a refactoring. */
  noteChangedByCommand(paths: string[]): Promise<void>;
  /** A restore has put these back: the turn has not changed them any more. */
  noteRestored(paths: readonly string[]): void;
  /** Emits `turn_end`; nothing of the turn may be used afterwards. */
  end(outcome: Outcome): Promise<TurnResult>;
}

/** `message` is what the user typed or chose: the transcript shows it. */
export async function beginTurn(session: Session, message: string): Promise<OpenTurn> {
  const { journal } = session.parts;
  const title = message.split('\n', 1)[0]!.slice(0, 80);
  if (++session.turns === 1) await session.log.append({ type: 'title', title });
  session.emit({ type: 'turn_start', turn: session.turns, message });
  const checkpoint = await journal.begin({ session: session.id, title });
  session.checkpoint = checkpoint.id;
  session.log.note({ type: 'checkpoint', id: checkpoint.id });
  return openTurn(session, checkpoint, message);
}

/** The last turn of a session whose process ended in the middle of it, under the checkpoint that it had. */
export async function continueTurn(session: Session): Promise<OpenTurn> {
  const { journal } = session.parts;
  const known = (await journal.list()).find((one) => one.id === session.checkpoint && !one.restored);
  const checkpoint =
    known === undefined
      ? await journal.begin({ session: session.id, title: 'continued turn' })
      : await journal.reopen(known.id);
  return openTurn(session, checkpoint);
}

/** `message` is empty for a turn that is continued. */
function openTurn(session: Session, checkpoint: Checkpoint, message = ''): OpenTurn {
  const turn = createTurn(session, checkpoint, message);
  const soFar = noteStart(session);

  const ifAllowed = async (signal: AbortSignal, work: () => Promise<SendResult>): Promise<SendResult> => {
    const refusal = await refuseSend(session, signal);
    return refusal === undefined ? work() : sendNothing(session, refusal);
  };
  const run = async (input: Partial<SendInput>, signal: AbortSignal): Promise<SendResult> => {
    turn.reported = [];
    turn.hasReport = false;
    const result = await runLoop(createLoopParts(session, turn, input, signal), soFar.steps + 1, signal);
    soFar.text = result.text;
    billTurn(soFar, result.usage, result.cost);
    soFar.steps += result.steps;
    return { ...result, reported: turn.reported, hasReport: turn.hasReport };
  };

  return {
    checkpoint,
    changed: turn.changed,
    send: (input, signal) =>
      ifAllowed(signal, async () => {
        routeTurn(session, { message, ...(input.files === undefined ? {} : { files: input.files }) });
        turn.bulk.agree(input.chosen ?? []);
        await answerOpenCalls(session, () => true);
        try {
          await appendTurnMessage(session, input, signal);
        } catch (error) {
          // Whoever sends several messages has something to put back.
          if (isCancellation(error, signal)) return nothingSent('cancelled');
          throw error;
        }
        return run(input, signal);
      }),
    resume: (signal) =>
      ifAllowed(signal, async () => {
        const started = session.conversation.startedCalls();
        const last = session.conversation.messages.at(-1);
        // Only its end was not written down.
        if (last?.role === 'assistant' && last.calls.length === 0) return { ...nothingSent('done'), text: last.text };
        await answerOpenCalls(session, (call) => started.has(call.id));
        routeTurn(session, { message });
        return run({}, signal);
      }),
    compact: (signal) =>
      ifAllowed(signal, async () => {
        await answerOpenCalls(session, () => true);
        const end = await compactAsked(session, (usage, cost) => billTurn(soFar, usage, cost), signal);
        if (end.kind === 'refused') return sendNothing(session, end);
        return nothingSent(end.kind === 'compacted' ? 'done' : 'cancelled');
      }),
    async noteChangedByCommand(paths) {
      for (const path of paths) turn.changedByCommands.add(path);
      await checkpoint.changedByCommand(paths, await session.parts.packer.originals(paths));
    },
    noteRestored(paths) {
      for (const path of paths) turn.changed.delete(path);
      soFar.isRestored = turn.changed.size === 0;
    },
    end: (outcome) => endTurn(session, turn, soFar, outcome),
  };
}

function sendNothing(session: Session, { sentence: text, action, outcome = 'refused' }: Refusal): SendResult {
  session.emit({ type: 'notice', level: 'warning', text, ...(action === undefined ? {} : { action }) });
  return nothingSent(outcome);
}

function nothingSent(outcome: Outcome): SendResult {
  return { outcome, text: '', usage: noUsage, cost: free, steps: 0, reported: [], hasReport: false };
}

/** The usual turn: one message, the loop, the end. */
export async function runTurn(
  session: Session,
  message: string,
  input: SendInput,
  signal: AbortSignal,
): Promise<TurnResult & { outcome: Outcome }> {
  const turn = await beginTurn(session, message);
  const { outcome } = await turn.send(input, signal);
  return turn.end(outcome);
}

function createTurn(session: Session, checkpoint: Checkpoint, message: string): Turn {
  return {
    session: session.id,
    request: message.split('\n', 1)[0]!.slice(0, 80),
    mode: session.settings.approve,
    checkpoint,
    packer: session.parts.packer,
    commandTimeoutMs: session.settings.commandTimeoutMs,
    changed: new Set(checkpoint.paths),
    changedByCommands: new Set(),
    untold: new Map(),
    shown: new Map(),
    ran: [],
    bulk: createBulkGuard(message),
    editsFollow: false,
    unchecked: new Map(),
    editFailedInReply: false,
    reported: [],
    hasReport: false,
  };
}

/**
 * Calls that a former process left without an answer get one, because the service refuses a conversation with a gap.
 * One that may have begun never runs again: the model is told to look.
 */
async function answerOpenCalls(session: Session, isMeant: (call: ToolCall) => boolean): Promise<void> {
  for (const call of session.conversation.openCalls().filter(isMeant)) {
    const text =
      'The program was stopped before this call had an answer. Whether it took effect is not known: look before you do it again.';
    await session.conversation.append({ role: 'tool', call: call.id, name: call.name, text, failed: true });
    session.emit({ type: 'tool_call_end', call: call.id, status: 'failed', summary: 'interrupted' });
  }
}
