import { join } from 'node:path';
import type { Files } from '../host.js';

/** Work that changes the state runs one after the other, and under the lock of the state folder. */
export interface StateQueue {
  run<T>(stateFolder: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Work that changes nothing but the cache, and need not wait. */
  beside<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when all that was given so far has ended. */
  settled(): Promise<void>;
}

export function createStateQueue(files: Files): StateQueue {
  let last: Promise<unknown> = Promise.resolve();
  const underWay = new Set<Promise<unknown>>();
  return {
    run(stateFolder, work, signal) {
      const result = last.then(async () => {
        signal?.throwIfAborted();
        await files.makeFolder(join(stateFolder, 'log'));
        return files.withLock(join(stateFolder, 'pack.lock'), work, signal);
      });
      last = result.catch(() => undefined);
      return result;
    },
    beside(work) {
      const result = work();
      underWay.add(result);
      const end = (): void => void underWay.delete(result);
      result.then(end, end);
      return result;
    },
    async settled() {
      await Promise.allSettled([last, ...underWay]);
    },
  };
}
