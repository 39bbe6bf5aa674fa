import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../core/host.js';

export function createClock(): Clock {
  return {
    now: () => Date.now(),
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      try {
        await sleep(ms, undefined, signal === undefined ? {} : { signal });
      } catch (error) {
        // Node rejects with an AbortError of its own; the port promises the signal's reason.
        signal?.throwIfAborted();
        throw error;
      }
    },
  };
}
