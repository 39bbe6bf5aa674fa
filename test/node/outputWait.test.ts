import { expect, test } from 'vitest';
import { longestWaitMs, quietMs, waitForOutput, type WaitClock } from '../../src/node/outputWait.js';

/** Time that passes only when it is slept. */
function createClock(): WaitClock & { at: number } {
  const clock = {
    at: 0,
    now: () => clock.at,
    sleep: async (ms: number) => {
      clock.at += ms;
    },
  };
  return clock;
}

const open = { closed: new Promise<void>(() => undefined), isClosed: () => false };

test('a finished shell is waited for until its output is quiet for a second', async () => {
  const clock = createClock();
  await waitForOutput({ ...open, lastDataAt: () => Math.min(clock.at, 500) }, clock);
  expect(clock.at).toBeGreaterThanOrEqual(500 + quietMs);
  expect(clock.at).toBeLessThan(500 + quietMs + 100);
});

test('and never longer than three, however much something in the background prints', async () => {
  const clock = createClock();
  await waitForOutput({ ...open, lastDataAt: () => clock.at }, clock);
  expect(longestWaitMs).toBeLessThan(3000);
  expect(clock.at).toBe(longestWaitMs);
});

test('it is not waited for at all once the pipe is closed', async () => {
  const clock = createClock();
  let isClosed = true;
  await waitForOutput({ closed: Promise.resolve(), isClosed: () => isClosed, lastDataAt: () => 0 }, clock);
  expect(clock.at).toBe(0);
  isClosed = false;
  const closing = { closed: open.closed, isClosed: () => isClosed || clock.at >= 100, lastDataAt: () => 0 };
  await waitForOutput(closing, clock);
  expect(clock.at).toBe(100);
});
