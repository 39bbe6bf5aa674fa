/** Anthropic Messages, https://api-docs.deepseek.com/guides/anthropic_api, as DeepSeek reads it. */
import type Anthropic from '@anthropic-ai/sdk';
import type { Stream } from '@anthropic-ai/sdk/core/streaming';
import { packMarker } from '../pack/packer.js';
import { FailureError, failureOfMalformed } from './failures.js';
import type { Finish, Reply } from './reply.js';
import type { AssistantMessage, Message, ModelRequest, ToolCall } from './types.js';
import type { WireStart } from './wire.js';
import { noSdkTimeoutMs, placeholderKey } from './wire.js';
import { replaceLoneSurrogates } from './wellFormed.js';

/** The serialised request. The order of the keys is part of the layout that the byte tests pin. */
export function anthropicBody(request: ModelRequest): Record<string, unknown> {
  const isThinking = request.thinking !== 'off';
  return {
    model: request.model.wireId,
    system: replaceLoneSurrogates(request.system),
    messages: encodeMessages(request.messages),
    ...(request.tools.length === 0
      ? {}
      : {
          tools: request.tools.map(({ name, description, schema }) => ({
            name,
            description: replaceLoneSurrogates(description),
            input_schema: schema,
          })),
        }),
    thinking: { type: isThinking ? 'enabled' : 'disabled' },
    ...(isThinking ? { output_config: { effort: request.thinking } } : {}),
    max_tokens: request.maxTokens,
    metadata: { user_id: request.userId },
    stream: true,
  };
}

/** One element a message, but the results of one step share a user message: the format has no other place for them. */
function encodeMessages(messages: readonly Message[]): Record<string, unknown>[] {
  const encoded: Record<string, unknown>[] = [];
  let results: Record<string, unknown>[] | undefined;
  for (const message of messages) {
    if (message.role !== 'tool') {
      results = undefined;
      encoded.push(message.role === 'user' ? encodeUser(message) : encodeAssistant(message));
      continue;
    }
    if (results === undefined) {
      results = [];
      encoded.push({ role: 'user', content: results });
    }
    const content = message.text === '' ? '(no output)' : replaceLoneSurrogates(message.text);
    results.push({ type: 'tool_result', tool_use_id: message.call, content });
  }
  return encoded;
}

function encodeUser(message: Extract<Message, { role: 'user' }>): Record<string, unknown> {
  const content = 'text' in message ? replaceLoneSurrogates(message.text) : packMarker(message.packSha256);
  return { role: 'user', content };
}

/** DeepSeek does not sign its thinking blocks; the field must be there. */
function encodeAssistant(message: AssistantMessage): Record<string, unknown> {
  const content: Record<string, unknown>[] = [
    { type: 'thinking', thinking: replaceLoneSurrogates(message.reasoning), signature: '' },
  ];
  if (message.text !== '' || message.calls.length === 0) {
    content.push({ type: 'text', text: replaceLoneSurrogates(message.text) });
  }
  for (const call of message.calls) {
    content.push({ type: 'tool_use', id: call.id, name: call.name, input: inputOf(call) });
  }
  return { role: 'assistant', content };
}

/** The format wants an object. Arguments that are none travel whole in one field, as the model's own template does it. */
function inputOf(call: ToolCall): object {
  const raw = replaceLoneSurrogates(call.arguments);
  try {
    const value: unknown = JSON.parse(raw, (_, inner: unknown) => makeWellFormed(inner));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    return { arguments: raw };
  }
  return { arguments: raw };
}

/** Names of members too: an escape in the arguments may stand for half a character in them as well. */
function makeWellFormed(value: unknown): unknown {
  if (typeof value === 'string') return replaceLoneSurrogates(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  if (Object.keys(value).every((key) => key === replaceLoneSurrogates(key))) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [replaceLoneSurrogates(key), inner]));
}

let sdk: Promise<{ default: typeof Anthropic }> | undefined;

/** With the first request: an editor that only starts has no use for the SDK. */
export function loadAnthropic(): Promise<{ default: typeof Anthropic }> {
  return (sdk ??= import('@anthropic-ai/sdk'));
}

/** Every option that the SDK would else read from the environment is given here; headers are the boundary's. */
export const startAnthropic: WireStart = async (request, fetch, signal) => {
  const { default: Anthropic } = await loadAnthropic();
  const client = new Anthropic({
    apiKey: placeholderKey,
    authToken: null,
    webhookKey: null,
    baseURL: request.baseUrl,
    fetch,
    maxRetries: 0,
    timeout: noSdkTimeoutMs,
    logLevel: 'off',
    openTelemetry: false,
    dangerouslyAllowBrowser: true,
  });
  return client.post<Stream<unknown>>('/v1/messages', { body: anthropicBody(request), stream: true, signal });
};

interface Event {
  type?: unknown;
  index?: unknown;
  message?: { id?: unknown; model?: unknown; usage?: unknown };
  content_block?: { type?: unknown; id?: unknown; name?: unknown; input?: unknown; text?: unknown; thinking?: unknown };
  delta?: { type?: unknown; text?: unknown; thinking?: unknown; partial_json?: unknown; stop_reason?: unknown };
  usage?: unknown;
}

const finishes: ReadonlyMap<string, Finish> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool_calls'],
  ['refusal', 'filtered'],
  ['insufficient_system_resource', 'overloaded'],
  ['aborted', 'overloaded'],
]);

/** Reads the events of one stream; it keeps which blocks are open. */
export function createAnthropicReader(reply: Reply): (value: unknown) => void {
  /** Blocks by index: the tool call's id, and the input it came with until a delta replaces it. */
  const calls = new Map<number, { id: string; input: unknown }>();
  const started = new Set<number>();

  const startBlock = (event: Event): void => {
    const index = indexOf(event);
    if (started.has(index)) throw malformed('one block begins twice');
    started.add(index);
    const block = event.content_block ?? {};
    if (block.type === 'text') reply.addText(textOf(block.text));
    if (block.type === 'thinking') reply.addReasoning(textOf(block.thinking));
    if (block.type !== 'tool_use') return;
    const id = textOf(block.id);
    calls.set(index, { id, input: block.input });
    reply.addCall({
      index,
      id: id === '' ? undefined : id,
      name: textOf(block.name) || undefined,
      arguments: undefined,
    });
  };
  const readDelta = (event: Event): void => {
    const delta = event.delta ?? {};
    if (delta.type === 'text_delta') reply.addText(textOf(delta.text));
    if (delta.type === 'thinking_delta') reply.addReasoning(textOf(delta.thinking));
    if (delta.type !== 'input_json_delta') return;
    const index = indexOf(event);
    const call = calls.get(index);
    if (call === undefined) throw malformed('arguments come before their tool call');
    const piece = textOf(delta.partial_json);
    if (piece !== '') call.input = undefined;
    reply.addCall({ index, id: undefined, name: undefined, arguments: piece });
  };
  const endBlock = (event: Event): void => {
    const index = indexOf(event);
    const call = calls.get(index);
    if (call === undefined || call.input === undefined) return;
    reply.addCall({ index, id: undefined, name: undefined, arguments: JSON.stringify(call.input) });
    call.input = undefined;
  };

  return (value) => {
    const event = value as Event;
    if (event.type === 'message_start') {
      const { id, model } = event.message ?? {};
      reply.setOrigin({
        ...(typeof model === 'string' ? { model } : {}),
        ...(typeof id === 'string' ? { responseId: id } : {}),
      });
      readUsage(event.message?.usage, reply);
    }
    if (event.type === 'content_block_start') startBlock(event);
    if (event.type === 'content_block_delta') readDelta(event);
    if (event.type === 'content_block_stop') endBlock(event);
    if (event.type === 'message_delta') {
      const reason = event.delta?.stop_reason;
      if (typeof reason === 'string') reply.setFinish(finishes.get(reason) ?? 'unknown', reason);
      readUsage(event.usage, reply);
    }
  };
}

function malformed(why: string): FailureError {
  return new FailureError(failureOfMalformed(why));
}

function indexOf(event: Event): number {
  if (typeof event.index === 'number') return event.index;
  throw malformed('a block has no position');
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  throw malformed('a block of it is not text');
}

/** `input_tokens` are the misses in this format; a count that an event leaves out keeps its earlier value. */
function readUsage(value: unknown, reply: Reply): void {
  if (typeof value !== 'object' || value === null) return;
  const usage = value as Record<string, unknown>;
  const found: Partial<Record<'cacheHitTokens' | 'cacheMissTokens' | 'outputTokens', number>> = {};
  if (typeof usage['input_tokens'] === 'number') found.cacheMissTokens = usage['input_tokens'];
  if (typeof usage['cache_read_input_tokens'] === 'number') found.cacheHitTokens = usage['cache_read_input_tokens'];
  if (typeof usage['output_tokens'] === 'number') found.outputTokens = usage['output_tokens'];
  reply.setUsage(found);
}
