/** How long Baleen waits for a server, and how often it asks again: what the user may set, in one place. */

export interface NetworkLimits {
  clocks?: Partial<BoundaryLimits>;
  retries?: Partial<RetryLimits>;
}

export interface BoundaryLimits {
  /** From sending until there is a connection, where the sender can tell. */
  connectMs: number;
  /** From sending until the status line. */
  headersMs: number;
  /** From sending until the first event; until then comments count as life. */
  firstEventMs: number;
  /** After the first event: without any byte. */
  silentMs: number;
  /** After the first event: comments but no event. */
  commentsOnlyMs: number;
  /** From sending until the end of the answer, however lively it is. */
  totalMs: number;
  queuedNoticeMs: number;
  silentNoticeMs: number;
  noticeEveryMs: number;
  lineChars: number;
  responseBytes: number;
}

/** Why these: the server may queue a request for ten minutes, but a stream that began and stalls does not recover. */
export const defaultLimits: BoundaryLimits = {
  connectMs: 10_000,
  headersMs: 60_000,
  firstEventMs: 600_000,
  silentMs: 45_000,
  commentsOnlyMs: 120_000,
  totalMs: 3_600_000,
  queuedNoticeMs: 5_000,
  silentNoticeMs: 10_000,
  noticeEveryMs: 5_000,
  lineChars: 16 * 1024 * 1024,
  responseBytes: 64 * 1024 * 1024,
};

export interface RetryLimits {
  maxRetries: number;
  /** An empty answer, or one that goes round in a circle, is rarely an accident twice. */
  maxEmptyRetries: number;
  baseMs: number;
  capMs: number;
  /** Since the first failure, waits and repetitions together. */
  totalMs: number;
  /** A server that asks for a longer wait gets none: the user decides. */
  maxRetryAfterMs: number;
}

export const defaultRetryLimits: RetryLimits = {
  maxRetries: 5,
  maxEmptyRetries: 1,
  baseMs: 1_000,
  capMs: 30_000,
  totalMs: 180_000,
  maxRetryAfterMs: 120_000,
};
