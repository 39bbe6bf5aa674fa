/** The clocks of one request: how long it may say nothing, and when the user is told that it does. */
import type { Clock } from '../host.js';
import { failureOf } from './failures.js';
import type { BoundaryLimits } from './networkLimits.js';
import type { Failure } from './types.js';

/** Moments are milliseconds of the injected clock. */
export interface Life {
  phase: 'connecting' | 'headers' | 'queued' | 'streaming';
  startedAt: number;
  lastByteAt: number;
  lastEventAt: number;
  nextNoticeAt: number;
  /** Whoever waits for the request puts its end here. */
  onStalled: (failure: Failure) => void;
}

export function createLife(nowMs: number): Life {
  return {
    phase: 'headers',
    startedAt: nowMs,
    lastByteAt: nowMs,
    lastEventAt: nowMs,
    nextNoticeAt: 0,
    onStalled: () => undefined,
  };
}

export function noteEvent(life: Life, nowMs: number): void {
  life.phase = 'streaming';
  life.lastEventAt = nowMs;
  life.nextNoticeAt = 0;
}

function seconds(ms: number): number {
  return Math.round(ms / 1000);
}

interface Deadline {
  at: number;
  failure: () => Failure;
}

function deadlinesOf(life: Life, limits: BoundaryLimits): Deadline[] {
  const message = `The answer took longer than ${seconds(limits.totalMs)} s and was ended. Ask for less at once, or raise totalSeconds in the setting baleen.network.`;
  const total = {
    at: life.startedAt + limits.totalMs,
    failure: () => failureOf('stalled', message, { retryable: false }),
  };
  return [...deadlinesOfPhase(life, limits), total];
}

function deadlinesOfPhase(life: Life, limits: BoundaryLimits): Deadline[] {
  if (life.phase === 'connecting') {
    const message = `The server cannot be reached (no connection within ${seconds(limits.connectMs)} s); nothing was sent. Check the network connection and the base URL, then try again.`;
    return [
      { at: life.startedAt + limits.connectMs, failure: () => failureOf('network', message, { retryable: false }) },
    ];
  }
  if (life.phase === 'headers')
    return [
      {
        at: life.startedAt + limits.headersMs,
        failure: () => failureOf('stalled', `The server did not answer within ${seconds(limits.headersMs)} s.`),
      },
    ];
  if (life.phase === 'queued') {
    const message = `The server kept the request waiting for ${seconds(limits.firstEventMs)} s without beginning an answer; it was given up. Try again later.`;
    return [
      { at: life.startedAt + limits.firstEventMs, failure: () => failureOf('stalled', message, { retryable: false }) },
    ];
  }
  return [
    {
      at: life.lastByteAt + limits.silentMs,
      failure: () => failureOf('stalled', `The answer stopped for ${seconds(limits.silentMs)} s in its middle.`),
    },
    {
      at: life.lastEventAt + limits.commentsOnlyMs,
      failure: () =>
        failureOf(
          'stalled',
          `The server sent only signs of life for ${seconds(limits.commentsOnlyMs)} s in the middle of its answer.`,
        ),
    },
  ];
}

export interface Watch {
  life: Life;
  clock: Clock;
  limits: BoundaryLimits;
  signal: AbortSignal;
  upstream: AbortController;
  onWaiting(reason: 'queued' | 'silent', seconds: number): void;
}

/** Watches until a deadline passes (then the upstream is aborted), the caller aborts, or the returned function is called. */
export function watchLife(watch: Watch): () => void {
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, watch.signal]);
  void runWatch(watch, signal).catch(() => undefined);
  return () => over.abort();
}

async function runWatch(watch: Watch, signal: AbortSignal): Promise<void> {
  const { life, clock, limits } = watch;
  const tickMs = Math.min(1_000, limits.silentMs, limits.commentsOnlyMs, limits.firstEventMs);
  while (!signal.aborted) {
    const now = clock.now();
    const deadlines = deadlinesOf(life, limits);
    const passed = deadlines.find((deadline) => now >= deadline.at);
    if (passed !== undefined) {
      life.onStalled(passed.failure());
      watch.upstream.abort();
      return;
    }
    const isStreaming = life.phase === 'streaming';
    const isConnecting = life.phase === 'connecting';
    const quietSince = isStreaming ? life.lastEventAt : life.startedAt;
    const noticeAt = Math.max(
      quietSince + (isStreaming ? limits.silentNoticeMs : limits.queuedNoticeMs),
      life.nextNoticeAt,
    );
    if (now >= noticeAt && !isConnecting) {
      watch.onWaiting(isStreaming ? 'silent' : 'queued', seconds(now - quietSince));
      life.nextNoticeAt = now + limits.noticeEveryMs;
    }
    const wakeAt = Math.min(...deadlines.map((deadline) => deadline.at), Math.max(noticeAt, life.nextNoticeAt));
    // The phase may change meanwhile, and with it what is the next deadline.
    await clock.sleep(Math.max(1, Math.min(wakeAt - now, tickMs)), signal);
  }
}
