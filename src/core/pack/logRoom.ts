/** What the change log may take, and when it should give way to a new snapshot. */
import type { PackReport } from '../../protocol/pack.js';

/**
 * Beside what the pack leaves of its budget, the log may take this much of what is kept free for the conversation
 * (`core/prompt/budget.ts`); the rest stays for the conversation itself.
 */
const besideBudget = 81_920;

export interface LogRoom {
  /** Beyond this the log only names files. */
  textTokens: number;
  /** Beyond this a new session makes a new snapshot by itself: the next ones could not work. */
  renewTokens: number;
  /** Beyond this nothing more is told, and a running session ends with a sentence. */
  allTokens: number;
}

export function logRoomOf({ budget, tokens }: PackReport): LogRoom {
  const all = Math.max(0, budget - tokens) + besideBudget;
  return { textTokens: all / 2, renewTokens: (all * 3) / 4, allTokens: all };
}

const proposedShare = 1 / 20;
const proposedTokens = 60_000;
/** Below this the log costs nothing worth a question, however small the pack is. */
const leastProposedTokens = 4_000;

/** Whether a new snapshot should be proposed: the log has grown large by itself, or beside the pack. */
export function isWorthRenewing(logTokens: number, packTokens: number): boolean {
  return logTokens > proposedTokens || (logTokens > leastProposedTokens && logTokens > packTokens * proposedShare);
}
