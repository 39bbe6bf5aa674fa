/** Writes a reply in the bytes of either wire: the chunks of the stream in their order, and errors. */
import type { ServerReply, ServerRequest, ServerUsage } from '../types.js';

export interface ReplyIdentity {
  model: string;
  id: string;
  /** Seconds since 1970. */
  created: number;
}

export type CountedReply = ServerReply & { usage: ServerUsage };

const pieceChars = 24;

/** A text in the small pieces in which a model streams; surrogate pairs stay together. */
function piecesOf(text: string): string[] {
  const characters = Array.from(text);
  const pieces: string[] = [];
  // Long texts get fewer, longer pieces: tests and the rehearsal stream whole files.
  const size = Math.max(pieceChars, Math.ceil(characters.length / 200));
  for (let start = 0; start < characters.length; start += size)
    pieces.push(characters.slice(start, start + size).join(''));
  return pieces;
}

/** Server-sent events, one a string, with their blank lines and the end mark. */
export function encodeReply(wire: ServerRequest['wire'], reply: CountedReply, identity: ReplyIdentity): string[] {
  return wire === 'openai' ? encodeOpenai(reply, identity) : encodeAnthropic(reply, identity);
}

function encodeOpenai(reply: CountedReply, { id, model, created }: ReplyIdentity): string[] {
  const chunk = (choices: unknown[], usage: unknown = null): string =>
    `data: ${JSON.stringify({ id, object: 'chat.completion.chunk', created, model, system_fingerprint: 'fp_simulated', choices, usage })}\n\n`;
  const delta = (value: unknown, finish: string | null = null): string =>
    chunk([{ index: 0, delta: value, logprobs: null, finish_reason: finish }]);
  const calls = reply.calls.flatMap((call, index) => [
    delta({
      tool_calls: [{ index, id: call.id, type: 'function', function: { name: call.name, arguments: '' } }],
    }),
    ...piecesOf(call.arguments).map((piece) => delta({ tool_calls: [{ index, function: { arguments: piece } }] })),
  ]);
  return [
    delta({ role: 'assistant', content: null, reasoning_content: '' }),
    ...piecesOf(reply.reasoning).map((piece) => delta({ content: null, reasoning_content: piece })),
    ...piecesOf(reply.text).map((piece) => delta({ content: piece, reasoning_content: null })),
    ...calls,
    delta({ content: '', reasoning_content: null }, reply.stopReason),
    chunk([], openaiUsage(reply.usage)),
    'data: [DONE]\n\n',
  ];
}

function openaiUsage(usage: ServerUsage): object {
  const input = usage.cacheHitTokens + usage.cacheMissTokens;
  return {
    prompt_tokens: input,
    completion_tokens: usage.outputTokens,
    total_tokens: input + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cacheHitTokens },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    prompt_cache_hit_tokens: usage.cacheHitTokens,
    prompt_cache_miss_tokens: usage.cacheMissTokens,
  };
}

const anthropicStop = { stop: 'end_turn', tool_calls: 'tool_use', length: 'max_tokens' } as const;

function event(type: string, fields: Record<string, unknown>): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

function block(index: number, start: unknown, deltas: unknown[]): string[] {
  return [
    event('content_block_start', { index, content_block: start }),
    ...deltas.map((delta) => event('content_block_delta', { index, delta })),
    event('content_block_stop', { index }),
  ];
}

function encodeAnthropic(reply: CountedReply, { id, model }: ReplyIdentity): string[] {
  const { usage } = reply;
  const input = {
    input_tokens: usage.cacheMissTokens,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: usage.cacheHitTokens,
  };
  const blocks: ((index: number) => string[])[] = [];
  if (reply.reasoning !== '') {
    const deltas = piecesOf(reply.reasoning).map((thinking) => ({ type: 'thinking_delta', thinking }));
    blocks.push((index) => block(index, { type: 'thinking', thinking: '', signature: '' }, deltas));
  }
  if (reply.text !== '') {
    const deltas = piecesOf(reply.text).map((text) => ({ type: 'text_delta', text }));
    blocks.push((index) => block(index, { type: 'text', text: '' }, deltas));
  }
  for (const call of reply.calls) {
    const deltas = piecesOf(call.arguments).map((piece) => ({ type: 'input_json_delta', partial_json: piece }));
    blocks.push((index) => block(index, { type: 'tool_use', id: call.id, name: call.name, input: {} }, deltas));
  }
  const message = {
    id,
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
  };
  return [
    event('message_start', { message: { ...message, usage: { ...input, output_tokens: 0 } } }),
    event('ping', {}),
    ...blocks.flatMap((make, index) => make(index)),
    event('message_delta', {
      delta: { stop_reason: anthropicStop[reply.stopReason], stop_sequence: null },
      usage: { ...input, output_tokens: usage.outputTokens },
    }),
    event('message_stop', {}),
  ];
}

export interface ServerError {
  status: number;
  message: string;
  /** Defaults to `invalid_request_error`. */
  type?: string;
  /** The body is the message itself, as the real server does for a wrong key. */
  asText?: boolean;
}

export function encodeError(wire: ServerRequest['wire'], error: ServerError): { body: string; contentType: string } {
  if (error.asText === true) return { body: error.message, contentType: 'text/plain; charset=utf-8' };
  const type = error.type ?? 'invalid_request_error';
  const value =
    wire === 'openai'
      ? { error: { message: error.message, type, param: null, code: type } }
      : { type: 'error', error: { type, message: error.message } };
  return { body: JSON.stringify(value), contentType: 'application/json' };
}
