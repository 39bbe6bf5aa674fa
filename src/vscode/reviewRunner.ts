/** The running review conversation of a window: every review goes to its end, one at a time, the newest wins. */
import type { Cost } from '../protocol/money.js';
import { BaleenError, isCancellation, messageOf } from '../core/errors.js';
import type { Log } from '../core/host.js';
import { priceOfSend, ratesAt } from '../core/model/prices.js';
import type { ChangeToReview } from '../core/review/changes.js';
import { reviewChanges, type ReviewResult } from '../core/review/review.js';
import { findUnagreed } from '../core/session/sendConsent.js';
import { startSession, type Session } from '../core/session/session.js';
import type { SessionParts } from '../core/session/sessionParts.js';
import type { AgentEvent } from '../protocol/events.js';
import type { Connection } from './connection.js';
import type { Engine } from './engine.js';
import type { ModelPick } from './modelPick.js';

export interface ReviewRunner {
  /** Stops a running review and takes its place. `undefined` when it was stopped in turn, or had nothing to review. */
  run(title: string, collect: Collect): Promise<{ result: ReviewResult; changes: ChangeToReview[] } | undefined>;
  /** Of a send that finds nothing in the cache. Packs the repository if need be; sends nothing. */
  coldPrice(): Promise<Cost>;
  /** The host to which this workspace may not be sent yet. A review that begins by itself must not ask. */
  unagreedOrigin(): Promise<string | undefined>;
  /** Another session uses this snapshot: the next review does so too, so that one paid read warms both. */
  noteSnapshot(snapshot: string): void;
  stop(): Promise<void>;
}

/** Whoever asks the packer calls `openPack` before: of a window nothing may be packed yet. */
export type Collect = (
  parts: SessionParts,
  signal: AbortSignal,
  openPack: () => Promise<unknown>,
) => Promise<ChangeToReview[]>;

export interface ReviewRunnerParts {
  engine: Engine;
  connection: Connection;
  log: Log;
  onEvent: (event: AgentEvent) => void;
  pick: () => ModelPick;
}

export function createReviewRunner({ engine, connection, log, onEvent, pick }: ReviewRunnerParts): ReviewRunner {
  let session: Session | undefined;
  let running: { controller: AbortController; ended: Promise<unknown> } | undefined;
  const emit = (event: AgentEvent): void => {
    if (event.type === 'notice' && event.level !== 'info') log.warn(`Review: ${event.text}`);
    onEvent(event);
  };
  const open = async (signal: AbortSignal): Promise<Session> => {
    const { parts, userId } = await engine.open();
    const settings = await connection.sessionSettings(userId, pick());
    const isOther = session?.parts !== parts || session.settings.rehearsal !== settings.rehearsal;
    if (session === undefined || isOther) session = await startSession(parts, settings, 'review', emit, signal);
    session.settings = settings;
    return session;
  };
  const stop = async (): Promise<void> => {
    running?.controller.abort();
    await running?.ended;
  };
  const review = async (title: string, collect: Collect, signal: AbortSignal): Promise<Reviewed> => {
    const { parts } = await engine.open();
    const changes = await collect(parts, signal, () => open(signal));
    if (changes.length === 0) return undefined;
    const result = await reviewChanges({ session: await open(signal), changes, title }, signal).catch(
      (error: unknown) => {
        // This conversation cannot go on; the next review begins another one.
        if (error instanceof BaleenError && error.action?.kind === 'new_session') session = undefined;
        throw error;
      },
    );
    // The next one begins a new conversation over the same pack.
    if (result.outcome === 'overflow') session = undefined;
    return signal.aborted ? undefined : { result, changes };
  };
  return {
    async run(title, collect) {
      await stop();
      const controller = new AbortController();
      const work = review(title, collect, controller.signal).catch((error: unknown) => {
        if (isCancellation(error, controller.signal)) return undefined;
        throw error instanceof BaleenError ? error : new BaleenError(`The review failed: ${messageOf(error)}`);
      });
      const mine = { controller, ended: work.catch(() => undefined) };
      running = mine;
      try {
        return await work;
      } finally {
        if (running === mine) running = undefined;
      }
    },
    async coldPrice() {
      const { pack, settings } = await open(new AbortController().signal);
      const tokens = pack.report.tokens + pack.entries.reduce((sum, entry) => sum + entry.tokens, 0);
      return priceOfSend(tokens, ratesAt(settings, Date.now())).first;
    },
    async unagreedOrigin() {
      const { parts, userId } = await engine.open();
      return findUnagreed(parts, await connection.sessionSettings(userId, pick()));
    },
    noteSnapshot(snapshot) {
      if (session?.pack.report.snapshot !== snapshot) session = undefined;
    },
    stop,
  };
}

type Reviewed = { result: ReviewResult; changes: ChangeToReview[] } | undefined;
