/** How the window is shared out: `prompt + max_tokens <= window` holds on every request. */
import type { ThinkingLevel } from '../../protocol/events.js';
import type { Limits } from '../model/models.js';

/** Kept free for what the template adds beyond our count; the larger of this and twice the measured drift. */
export const marginTokens = 2048;
const conversationReserveTokens = 131_072;
/** Below this an answer is not worth a request. */
const leastOutputTokens = 1024;

export function outputReserveTokens(thinking: ThinkingLevel): number {
  return thinking === 'off' ? 16_384 : 65_536;
}

/** What the pack may have by default; the same for every thinking level, so that a change of it keeps the pack. */
export function packBudgetTokens({ windowTokens }: Limits): number {
  const output = Math.min(outputReserveTokens('high'), Math.floor(windowTokens / 16));
  const conversation = Math.min(conversationReserveTokens, Math.floor(windowTokens / 8));
  return windowTokens - output - conversation - marginTokens;
}

/** How far the service's count of an input may be above ours. */
export function marginOf(driftTokens: number): number {
  return Math.max(marginTokens, 2 * Math.abs(driftTokens));
}

/** Every request leaves so much, so that the conversation up to it can still be summed up. */
export function compactionReserveTokens({ windowTokens }: Limits, thinking: ThinkingLevel): number {
  return Math.min(Math.floor(outputReserveTokens(thinking) / 4), Math.floor(windowTokens / 16));
}

/** Less than this is left of the conversation's reserve: answers have to be shorter soon, and compaction is proposed. */
export function scarceTokens({ windowTokens }: Limits, thinking: ThinkingLevel): number {
  return Math.min(outputReserveTokens(thinking), Math.floor(windowTokens / 8));
}

/** What the window has left behind an input, for an answer or more conversation. */
export function roomOf({ windowTokens }: Limits, promptTokens: number, driftTokens: number): number {
  return windowTokens - promptTokens - marginOf(driftTokens);
}

/** The `max_tokens` of a request, or `undefined` when no useful answer fits any more. */
export function outputTokensFor(
  model: Limits,
  thinking: ThinkingLevel,
  promptTokens: number,
  driftTokens: number,
): number | undefined {
  const room = roomOf(model, promptTokens, driftTokens);
  const tokens = Math.min(outputReserveTokens(thinking), model.maxOutputTokens, room);
  return tokens < leastOutputTokens ? undefined : tokens;
}
