/** How long a finished shell's output is waited for while something in the background holds the pipe. */
export const quietMs = 1000;
/** What is done afterwards must not bring the whole over three seconds. */
export const longestWaitMs = 2500;

const stepMs = 50;

export interface WaitClock {
  /** Milliseconds that only grow. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

export interface WaitedOutput {
  /** Resolves when every writer has closed the pipe. */
  closed: Promise<void>;
  isClosed(): boolean;
  lastDataAt(): number;
}

/** Until the pipe is closed, or nothing has come for a second, or the longest wait is over. */
export async function waitForOutput(output: WaitedOutput, clock: WaitClock): Promise<void> {
  const endedAt = clock.now();
  while (!output.isClosed()) {
    const now = clock.now();
    if (now - endedAt >= longestWaitMs || now - Math.max(endedAt, output.lastDataAt()) >= quietMs) return;
    await Promise.race([output.closed, clock.sleep(stepMs)]);
  }
}

export const realWaitClock: WaitClock = {
  now: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
