/** How servers of Chat Completions differ, as data, and what a request and a chunk look like under it. */
import type { ThinkingLevel } from '../../protocol/events.js';

/** Names under which servers tell the model's reasoning and take it back. */
export type ReasoningField = 'reasoning_content' | 'reasoning' | 'reasoning_details';

/** By which member of the body thinking is switched. */
export type ThinkingSwitch =
  /** `thinking: {type}` beside `reasoning_effort`. */
  | 'thinking'
  /** `thinking: true` beside `reasoning_effort`. */
  | 'thinking boolean'
  /** `chat_template_kwargs: {thinking, reasoning_effort}`. */
  | 'chat_template_kwargs'
  /** `reasoning: {effort}`, or `{enabled: false}`. */
  | 'reasoning'
  /** `reasoning_effort` alone. */
  | 'reasoning_effort';

export interface Dialect {
  /** Where reasoning is looked for; the first that holds text counts, because some servers tell it under several. */
  reads: readonly ReasoningField[];
  /** Under which names an answer's reasoning is sent back. */
  echoes: readonly ReasoningField[];
  switch: ThinkingSwitch;
  /** What the server does with a request that says nothing. Baleen always says it. */
  thinkingByDefault: 'on' | 'off' | 'not known';
  /** The effort's word at each level; `null` where the switch says all; absent: the host is not known to offer it. */
  efforts: Partial<Record<ThinkingLevel, string | null>>;
  /** Fields that not every server takes. */
  takesUserId: boolean;
  takesStreamOptions: boolean;
}

/** The members of the body that set thinking, in their order. It is never left to the server's default. */
export function thinkingFields(dialect: Dialect, level: ThinkingLevel): Record<string, unknown> {
  const isThinking = level !== 'off';
  const word = dialect.efforts[level];
  const effort = typeof word === 'string' ? { reasoning_effort: word } : {};
  switch (dialect.switch) {
    case 'thinking':
      return { thinking: { type: isThinking ? 'enabled' : 'disabled' }, ...effort };
    case 'thinking boolean':
      return { thinking: isThinking, ...effort };
    case 'chat_template_kwargs':
      return { chat_template_kwargs: { thinking: isThinking, ...effort } };
    case 'reasoning':
      return { reasoning: typeof word === 'string' ? { effort: word } : { enabled: isThinking } };
    case 'reasoning_effort':
      return effort;
  }
}

/** The members of an assistant message that carry its reasoning. */
export function reasoningFields(dialect: Dialect, reasoning: string): Record<string, unknown> {
  const values: Record<ReasoningField, unknown> = {
    reasoning_content: reasoning,
    reasoning,
    reasoning_details: [{ type: 'reasoning.text', text: reasoning }],
  };
  return Object.fromEntries(dialect.echoes.map((field) => [field, values[field]]));
}

/** The piece of reasoning in a delta, under whichever of its names; anything that is not text is handed on as it is. */
export function reasoningOf(dialect: Dialect, delta: Partial<Record<ReasoningField, unknown>>): unknown {
  for (const field of dialect.reads) {
    const value = field === 'reasoning_details' ? joinDetails(delta[field]) : delta[field];
    if (value !== undefined && value !== null && value !== '') return value;
  }
  return undefined;
}

/** Details are pieces of text among others, for instance encrypted ones, which nobody here can read. */
function joinDetails(details: unknown): string {
  if (!Array.isArray(details)) return '';
  const texts = (details as { text?: unknown }[]).map((detail) => (typeof detail.text === 'string' ? detail.text : ''));
  return texts.join('');
}
