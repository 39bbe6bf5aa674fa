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

export function isStopped({ signal }: Progress): boolean {
  return signal?.aborted === true;
}

export function throwIfStopped(progress: Progress): void {
  if (isStopped(progress)) throw stopped();
}

/** `left`: what somebody else has made of files meanwhile. */
export function stopped(left: readonly string[] = []): BaleenError {
  const again = left.length > 0 ? describeLeft(left) : ' Begin again whenever you want to.';
  return new BaleenError(`Stopped: all files stand as they did before.${again}`, 'cancelled');
}

/** Behind a sentence that says that nothing was changed. */
export function describeLeft(left: readonly string[]): string {
  if (left.length === 0) return '';
  const were = left.length === 1 ? 'was' : 'were';
  return ` Only ${left.join(', ')} ${were} changed meanwhile by you or by another program, and left so; what stood there before is kept, and baleen undo --list names it.`;
}
