import type { NoticeAction, Outcome } from '../protocol/events.js';

/** A failure that the user is told about in one sentence: what happened, what was done, what to do. */
export class BaleenError extends Error {
  override readonly name: string = 'BaleenError';
  constructor(
    message: string,
    readonly outcome: Outcome = 'failed',
    readonly action?: NoticeAction,
  ) {
    super(message);
  }
}

export class FileTooLarge extends BaleenError {
  override readonly name = 'FileTooLarge';
  constructor(
    readonly path: string,
    readonly size: number,
    readonly maxBytes: number,
  ) {
    super(`${path} has ${size} bytes; the most that is read here is ${maxBytes}.`);
  }
}

/** A cancellation is an answer, not a failure: no banner, no stack. */
export function isCancellation(error: unknown, signal?: AbortSignal): boolean {
  if (signal?.aborted === true) return true;
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'APIUserAbortError');
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Another program has written the file that was about to be replaced; it was left alone. */
export class FileChanged extends BaleenError {
  constructor(path: string) {
    super(`${path} was changed by another program meanwhile; it was left alone. Try again.`);
  }
}
