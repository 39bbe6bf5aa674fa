/** What becomes of work that fails: a sentence in the chat, and an outcome. */
import { BaleenError, isCancellation, messageOf } from '../core/errors.js';
import type { Log } from '../core/host.js';
import type { OpenTurn, SendResult } from '../core/session/turns.js';
import type { AgentEvent, Outcome } from '../protocol/events.js';

/** Ends the turn whatever became of its work. */
export async function finishTurn(
  turn: OpenTurn,
  work: Promise<SendResult>,
  signal: AbortSignal,
  emit: (event: AgentEvent) => void,
  log: Log,
): Promise<Outcome> {
  let outcome: Outcome;
  try {
    ({ outcome } = await work);
  } catch (error) {
    outcome = tellTrouble(error, signal, emit, log);
  }
  return (await turn.end(outcome)).outcome;
}

export async function runSafely(
  work: (signal: AbortSignal) => Promise<Outcome>,
  signal: AbortSignal,
  emit: (event: AgentEvent) => void,
  log: Log,
): Promise<Outcome> {
  try {
    return await work(signal);
  } catch (error) {
    return tellTrouble(error, signal, emit, log);
  }
}

/** A failure becomes a sentence in the chat; a cancellation is an answer and becomes none. */
export function tellTrouble(error: unknown, signal: AbortSignal, emit: (event: AgentEvent) => void, log: Log): Outcome {
  if (isCancellation(error, signal)) return 'cancelled';
  const text = messageOf(error);
  const action = error instanceof BaleenError ? error.action : undefined;
  if (!(error instanceof BaleenError)) log.error(error instanceof Error ? (error.stack ?? text) : text);
  emit({ type: 'notice', level: 'error', text, ...(action === undefined ? {} : { action }) });
  return error instanceof BaleenError ? error.outcome : 'failed';
}
