/** Repeats a request that may succeed the next time. A repetition replaces the partial output, it never continues it. */
import type { Clock } from '../host.js';
import { mostFailures, type Breaker } from './breaker.js';
import { failureOf } from './failures.js';
import { defaultRetryLimits, type RetryLimits } from './networkLimits.js';
import { originOf } from './origin.js';
import type { Failure, ModelClient, ModelEvent, ModelRequest } from './types.js';

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
  /** Shared with whoever else asks the same server. */
  breaker?: Breaker;
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
  const origin = originOf(request.baseUrl) ?? request.baseUrl;
  let firstFailureAt: number | undefined;
  for (let attempt = 1; ; attempt++) {
    const closedMs = (await parts.breaker?.remainingMs(origin)) ?? 0;
    if (closedMs > 0) {
      yield { type: 'failed', failure: failureOfBreaker(closedMs) };
      return;
    }
    let failure: Failure | undefined;
    for await (const event of client.stream(request, signal)) {
      if (event.type === 'done') await parts.breaker?.noteSuccess(origin);
      if (event.type === 'failed') failure = event.failure;
      else yield event;
    }
    if (failure === undefined) return;
    await parts.breaker?.noteFailure(origin, failure);
    firstFailureAt ??= parts.clock.now();
    const waitMs = planRetry(failure, attempt, parts.clock.now() - firstFailureAt, parts);
    if (waitMs === undefined) {
      yield { type: 'failed', failure: withAttempts(failure, attempt, parts) };
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

function failureOfBreaker(closedMs: number): Failure {
  const message = `The server failed ${mostFailures} times within a minute, in all windows together, so it is left alone for another ${Math.ceil(closedMs / 1000)} s and nothing was sent. Your message is kept; retry then.`;
  return failureOf('server', message, { retryable: false });
}

/** What was done, and why no more than that. */
function withAttempts(failure: Failure, attempts: number, parts: RetryParts): Failure {
  const { maxRetryAfterMs } = { ...defaultRetryLimits, ...parts.limits };
  const asked = failure.retryAfterMs;
  const said = [failure.message];
  if (attempts > 1) said.push(`It was tried ${attempts} times.`);
  if (failure.retryable && asked !== undefined && asked > maxRetryAfterMs)
    said.push(`It asks for a wait of ${describeWait(asked)}, which is yours to decide: retry when you want to.`);
  else if (failure.retryable) said.push('Your message is kept; retry to go on.');
  return { ...failure, message: said.join(' ') };
}

function describeWait(ms: number): string {
  if (ms < 120_000) return `${Math.ceil(ms / 1000)} s`;
  return ms < 7_200_000 ? `${Math.ceil(ms / 60_000)} minutes` : `${Math.ceil(ms / 3_600_000)} hours`;
}
