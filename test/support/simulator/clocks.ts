import type { Clock } from '../../../src/core/host.js';

export const realClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const abort = (): void => {
        clearTimeout(timer);
        reject(new DOMException('aborted', 'AbortError'));
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', abort);
        resolve();
      }, ms);
      if (signal?.aborted === true) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    }),
};

export interface FakeClock extends Clock {
  /** Lets time pass; whoever sleeps wakes in order, and what follows from it happens before the next wakes. */
  advance(ms: number): Promise<void>;
  /** The machine sleeps: time passes, but timers run only for what was left of them. */
  jump(ms: number): void;
  /** Every sleep that was asked for, milliseconds. */
  sleeps: number[];
  /** How many sleep now. */
  sleeping(): number;
}

/** Lets everything that is ready run, pending stream reads included. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 5; round++) await new Promise((resolve) => setImmediate(resolve));
}

export function createFakeClock(startMs = 1_000_000): FakeClock {
  let nowMs = startMs;
  let sleepers: { at: number; wake: () => void }[] = [];
  const sleeps: number[] = [];
  return {
    sleeps,
    sleeping: () => sleepers.length,
    now: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        sleeps.push(ms);
        const sleeper = { at: nowMs + ms, wake: (): void => undefined };
        const abort = (): void => {
          sleepers = sleepers.filter((one) => one !== sleeper);
          reject(new DOMException('aborted', 'AbortError'));
        };
        if (signal?.aborted === true) return abort();
        signal?.addEventListener('abort', abort, { once: true });
        sleeper.wake = () => {
          signal?.removeEventListener('abort', abort);
          resolve();
        };
        sleepers.push(sleeper);
      }),
    jump(ms) {
      nowMs += ms;
      for (const sleeper of sleepers) sleeper.at += ms;
    },
    async advance(ms) {
      const end = nowMs + ms;
      await settle();
      for (;;) {
        const next = sleepers.filter((one) => one.at <= end).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        sleepers = sleepers.filter((one) => one !== next);
        nowMs = Math.max(nowMs, next.at);
        next.wake();
        await settle();
      }
      nowMs = end;
      await settle();
    },
  };
}
