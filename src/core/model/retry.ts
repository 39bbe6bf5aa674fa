/** Repeats a request that may succeed the next time. A repetition replaces the partial output, it never continues it. */
import type { Clock } from '../host.js';
import type { Failure, ModelClient, ModelEvent, ModelRequest } from './types.js';

export interface RetryLimits {
  maxRetries: number;
  /** An empty answer, or one that goes round in a circle, is rarely an accident twice. */
  maxEmptyRetries: number;
  baseMs: number;
  capMs: number;
  /** Since the first failure, waits and repetitions together. */
  totalMs: number;
  /** A server that asks for a longer wait gets none: the user decides. */
  maxRetryAfterMs: number;
}

export const defaultRetryLimits: RetryLimits = {
  maxRetries: 5,
  maxEmptyRetries: 1,
  baseMs: 1_000,
  capMs: 30_000,
  totalMs: 180_000,
  maxRetryAfterMs: 120_000,
};

/** Everything since the request began is void; the next attempt starts after `waitMs`. */
export interface RetryEvent {
  type: 'retry';
  /** 1 for the first repetition. */
  attempt: number;
  waitMs: number;
  failure: Failure;
}

export interface RetryParts {
  clock: Clock;
  /** In [0, 1). */
  random: () => number;
  limits?: Partial<RetryLimits>;
}

/** The wait before repetition number `attempt`, with full jitter; `undefined` when there should be none. */
export function planRetry(failure: Failure, attempt: number, elapsedMs: number, parts: RetryParts): number | undefined {
  const limits = { ...defaultRetryLimits, ...parts.limits };
  const most = failure.kind === 'empty' || failure.kind === 'looping' ? limits.maxEmptyRetries : limits.maxRetries;
  if (!failure.retryable || attempt > most) return undefined;
  const asked = failure.retryAfterMs;
  if (asked !== undefined && asked > limits.maxRetryAfterMs) return undefined;
  const ceilingMs = Math.min(limits.capMs, limits.baseMs * 2 ** (attempt - 1));
  const waitMs = asked ?? Math.round(parts.random() * ceilingMs);
  return elapsedMs + waitMs > limits.totalMs ? undefined : waitMs;
}

/** The same stream as the client's, with `retry` events between the attempts; it ends like one attempt does. */
export async function* streamWithRetry(
  client: ModelClient,
  request: ModelRequest,
  parts: RetryParts,
  signal: AbortSignal,
): AsyncGenerator<ModelEvent | RetryEvent> {
  let firstFailureAt: number | undefined;
  for (let attempt = 1; ; attempt++) {
    let failure: Failure | undefined;
    for await (const event of client.stream(request, signal)) {
      if (event.type === 'failed') failure = event.failure;
      else yield event;
    }
    if (failure === undefined) return;
    firstFailureAt ??= parts.clock.now();
    const waitMs = planRetry(failure, attempt, parts.clock.now() - firstFailureAt, parts);
    if (waitMs === undefined) {
      yield { type: 'failed', failure: attempt === 1 ? failure : withAttempts(failure, attempt) };
      return;
    }
    yield { type: 'retry', attempt, waitMs, failure };
    try {
      await parts.clock.sleep(waitMs, signal);
    } catch {
      yield { type: 'aborted' };
      return;
    }
  }
}

function withAttempts(failure: Failure, attempts: number): Failure {
  return { ...failure, message: `${failure.message} It was tried ${attempts} times; send again to go on.` };
}
