import type { Watching } from '../core/edits/checkpoint.js';
import type { Context } from './context.js';
import { createProgressLine } from './printEvents.js';

/** Work over many files: a terminal shows how far it is, and an interrupt stops it. */
export async function watched<Result>(
  { args, output, signal }: Context,
  phase: string,
  work: (watching: Watching) => Promise<Result>,
): Promise<Result> {
  const line = createProgressLine(output, args.quiet || args.json);
  try {
    return await work({ signal, onProgress: (percent) => line.show({ phase, done: percent, total: 100 }) });
  } finally {
    line.clear();
  }
}
