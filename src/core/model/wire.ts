/** What the two wires have in common. */
import type { ModelRequest } from './types.js';

/** Starts a streamed request through an SDK; its chunks come as the server's JSON objects. May throw anything. */
export type WireStart = (
  request: ModelRequest,
  fetch: typeof globalThis.fetch,
  signal: AbortSignal,
) => Promise<AsyncIterable<unknown>>;

/** The SDKs never see the key: the boundary attaches it, so that no error object or log of theirs can hold it. */
export const placeholderKey = 'attached-at-the-boundary';

/** The largest delay that a timer takes; the boundary has the clocks. */
export const noSdkTimeoutMs = 2_147_483_647;
