/** How far a change of many files is, and whether the user has stopped it. */
import { BaleenError } from '../errors.js';
import type { Watching } from './checkpoint.js';

export interface Progress {
  /** One of the steps is done. */
  step: () => void;
  signal?: AbortSignal | undefined;
}

/** Every file is looked at, written beside, looked at again, and put in its place. */
const stepsOfFile = 4;

export function watchedBy({ signal, onProgress }: Watching, files: number): Progress {
  const all = files * stepsOfFile;
  let done = 0;
  let told = 0;
  const step = (): void => {
    const percent = Math.min(100, Math.floor((100 * ++done) / all));
    if (percent > told) onProgress?.((told = percent));
  };
  return { signal, step };
}

export function throwIfStopped({ signal }: Progress): void {
  if (signal?.aborted === true)
    throw new BaleenError(
      'Stopped: all files stand as they did before. Begin again whenever you want to.',
      'cancelled',
    );
}
