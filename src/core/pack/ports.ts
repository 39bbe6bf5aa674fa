import type { LoadGrammar } from '../outline/outliner.js';
import type { RepositoryPorts } from '../repository/listing.js';

/** Exact counts of DeepSeek tokens. */
export interface TokenCounter {
  count(utf8: Uint8Array): number;
  countText(text: string): number;
}

export interface PackPorts extends RepositoryPorts {
  counter: TokenCounter;
  /** The user's own keys; none if absent. */
  ownKeys?(): readonly string[];
  /** The grammars that outlines are made with. */
  loadGrammar: LoadGrammar;
  /** How many files there are, told before they are read: memory may have to be spent more sparingly. */
  onListed?(files: number): void;
  /** Another program may see files in another way: what one remembers is of no use to the other. */
  programVersion: string;
}

/** Long work gives way this often, so that a cancellation is heard and other requests are answered. */
const turnMs = 15;

/** A function to be awaited between the steps of a long work. Throws the signal's reason when it was aborted. */
export function createPacer(signal?: AbortSignal): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    signal?.throwIfAborted();
    if (performance.now() - since < turnMs) return undefined;
    return new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      since = performance.now();
      signal?.throwIfAborted();
    });
  };
}

/**
 * Lets what waits be heard before something is written that should not be after an interrupt: a signal of the system
 * arrives between two turns of the event loop, and the first may have begun before it.
 */
export async function giveWay(signal: AbortSignal): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
  signal.throwIfAborted();
}
