/** What a turn comes to: noted while it runs, told when it ends. */
import { addCost, free, type Cost } from '../../protocol/money.js';
import { addUsage, noUsage, type Outcome, type Usage } from '../../protocol/events.js';
import type { Turn } from '../agent/turn.js';
import { isReadingLine } from '../commands/readers.js';
import { proposeCompaction } from './compaction.js';
import { hasFailed } from './routing.js';
import type { Session } from './session.js';

export interface TurnResult {
  outcome: Outcome;
  text: string;
  usage: Usage;
  cost: Cost;
  changed: string[];
  changedByCommands: string[];
  checkpoint?: string;
}

export interface TurnSoFar {
  readonly startedAt: number;
  /** Its place in the conversation, as long as the conversation is this one. */
  readonly firstMessage: number;
  readonly compacted: Session['compacted'];
  text: string;
  usage: Usage;
  cost: Cost;
  steps: number;
  /** All that it had changed has been put back. */
  isRestored: boolean;
}

/** Before anything of the turn is said. */
export function noteStart({ parts, conversation, compacted }: Session): TurnSoFar {
  const start = { startedAt: parts.host.clock.now(), firstMessage: conversation.messages.length, compacted };
  return { ...start, text: '', usage: noUsage, cost: free, steps: 0, isRestored: false };
}

export function billTurn(soFar: TurnSoFar, usage: Usage, cost: Cost): void {
  soFar.usage = addUsage(soFar.usage, usage);
  soFar.cost = addCost(soFar.cost, cost);
}

/** Closes the checkpoint and emits `turn_end`. `asked` is the outcome of the last message. */
export async function endTurn(session: Session, turn: Turn, soFar: TurnSoFar, asked: Outcome): Promise<TurnResult> {
  const { checkpoint } = turn;
  const outcome = judgeEnd(asked, turn, session.settings.allowedCommands);
  noteFailure(session, soFar, outcome);
  await checkpoint.close();
  proposeCompaction(session);
  const told = {
    outcome,
    usage: soFar.usage,
    cost: soFar.cost,
    changed: [...turn.changed].sort(),
    changedByCommands: [...turn.changedByCommands].sort(),
    ...(checkpoint.paths.length > 0 && !soFar.isRestored ? { checkpoint: checkpoint.id } : {}),
  };
  const durationMs = session.parts.host.clock.now() - soFar.startedAt;
  const driftTokens = session.drift.lastTokens;
  session.emit({ type: 'turn_end', turn: session.turns, ...told, driftTokens, durationMs });
  await session.log.append();
  return { ...told, text: soFar.text };
}

/** Of the turn's own messages; a turn that sent nothing has neither failed nor succeeded. */
function noteFailure(session: Session, { firstMessage, compacted }: TurnSoFar, outcome: Outcome): void {
  const isSame = compacted === session.compacted;
  const messages = session.conversation.messages.slice(isSame ? firstMessage : session.baseMessages);
  if (messages.length > 0) session.failedTurns = hasFailed(outcome, messages) ? session.failedTurns + 1 : 0;
}

/**
 * A command that the user allowed by name is how the work is verified, unless it only reads: if the last run of one
 * failed, the turn did not succeed, whatever the model says.
 */
function judgeEnd(outcome: Outcome, turn: Turn, allowedCommands: readonly string[]): Outcome {
  const last = turn.ran.findLast(({ command }) => allowedCommands.includes(command) && !isReadingLine(command));
  const isRed = last !== undefined && last.exitCode !== 0;
  return isRed && (outcome === 'done' || outcome === 'refused') ? 'verification_failed' : outcome;
}
