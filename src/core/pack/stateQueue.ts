import { join } from 'node:path';
import type { Files } from '../host.js';

/** Work that changes the state runs one after the other, and under the lock of the state folder. */
export interface StateQueue {
  run<T>(stateFolder: string, work: () => Promise<T>): Promise<T>;
  /** Resolves when all that was given so far has ended. */
  settled(): Promise<void>;
}

export function createStateQueue(files: Files): StateQueue {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run(stateFolder, work) {
      const result = last.then(async () => {
        await files.makeFolder(join(stateFolder, 'log'));
        return files.withLock(join(stateFolder, 'pack.lock'), work);
      });
      last = result.catch(() => undefined);
      return result;
    },
    settled: () => last.then(() => undefined),
  };
}
