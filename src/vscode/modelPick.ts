/** Which model and thinking level a conversation runs with, in the user's words. */
import type { ThinkingLevel } from '../protocol/events.js';

export interface ModelPick {
  /** Our id of a model, or "automatic". */
  model: string;
  thinking: ThinkingLevel;
}

export const sameAsChat = 'same as chat';
export const thinkingLevels: readonly ThinkingLevel[] = ['off', 'low', 'high', 'max'];

/** A workflow's setting: "same as chat", "v4-pro", or "v4-flash/off" with a thinking level of its own. */
export function parsePick(words: string, chat: ModelPick): ModelPick {
  const [model = '', level] = words.trim().split('/');
  if (model === '' || model === sameAsChat) return chat;
  return { model, thinking: thinkingLevels.find((one) => one === level) ?? chat.thinking };
}
