/** Chat Completions, https://api-docs.deepseek.com/api/create-chat-completion, in the dialect of the request's host. */
import type OpenAI from 'openai';
import type { Stream } from 'openai/core/streaming';
import { packMarker } from '../pack/packer.js';
import { reasoningFields, reasoningOf, thinkingFields, type Dialect, type ReasoningField } from './dialects.js';
import { FailureError, failureOfMalformed } from './failures.js';
import type { Finish, Reply } from './reply.js';
import type { Message, ModelRequest } from './types.js';
import type { WireStart } from './wire.js';
import { noSdkTimeoutMs, placeholderKey } from './wire.js';
import { replaceLoneSurrogates } from './wellFormed.js';

/** The serialised request. The order of the keys is part of the layout that the byte tests pin. */
export function openaiBody(request: ModelRequest): Record<string, unknown> {
  const { dialect } = request.host;
  return {
    model: request.model.wireId,
    messages: [
      { role: 'system', content: replaceLoneSurrogates(request.system) },
      ...request.messages.map((message) => encodeMessage(message, dialect)),
    ],
    ...(request.tools.length === 0 ? {} : { tools: request.tools.map(encodeTool) }),
    ...thinkingFields(dialect, request.thinking),
    max_tokens: request.maxTokens,
    ...(dialect.takesUserId ? { user_id: request.userId } : {}),
    stream: true,
    ...(dialect.takesStreamOptions ? { stream_options: { include_usage: true } } : {}),
  };
}

function encodeTool(tool: ModelRequest['tools'][number]): Record<string, unknown> {
  const { name, description, schema } = tool;
  return { type: 'function', function: { name, description: replaceLoneSurrogates(description), parameters: schema } };
}

function encodeMessage(message: Message, dialect: Dialect): Record<string, unknown> {
  switch (message.role) {
    case 'user':
      return {
        role: 'user',
        content: 'text' in message ? replaceLoneSurrogates(message.text) : packMarker(message.packSha256),
      };
    case 'tool':
      return {
        role: 'tool',
        tool_call_id: message.call,
        content: message.text === '' ? '(no output)' : replaceLoneSurrogates(message.text),
      };
    case 'assistant':
      return {
        role: 'assistant',
        content: replaceLoneSurrogates(message.text),
        ...reasoningFields(dialect, replaceLoneSurrogates(message.reasoning)),
        ...(message.calls.length === 0
          ? {}
          : {
              tool_calls: message.calls.map((call) => ({
                id: call.id,
                type: 'function',
                function: { name: call.name, arguments: replaceLoneSurrogates(call.arguments) },
              })),
            }),
      };
  }
}

let sdk: Promise<{ default: typeof OpenAI }> | undefined;

/** With the first request: an editor that only starts has no use for the SDK. */
export function loadOpenai(): Promise<{ default: typeof OpenAI }> {
  return (sdk ??= import('openai'));
}

/** Every option that the SDK would else read from the environment is given here; headers are the boundary's. */
export const startOpenai: WireStart = async (request, fetch, signal) => {
  const { default: OpenAI } = await loadOpenai();
  const client = new OpenAI({
    apiKey: placeholderKey,
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    baseURL: request.baseUrl,
    fetch,
    maxRetries: 0,
    timeout: noSdkTimeoutMs,
    logLevel: 'off',
    dangerouslyAllowBrowser: true,
  });
  return client.post<Stream<unknown>>('/chat/completions', { body: openaiBody(request), stream: true, signal });
};

interface Chunk {
  id?: unknown;
  model?: unknown;
  system_fingerprint?: unknown;
  choices?: { index?: number; delta?: Delta | null; finish_reason?: string | null }[] | null;
  usage?: Record<string, unknown> | null;
}

interface Delta extends Partial<Record<ReasoningField, unknown>> {
  content?: unknown;
  tool_calls?:
    | { index?: number | null; id?: string | null; function?: { name?: string | null; arguments?: unknown } | null }[]
    | null;
}

const finishes: ReadonlyMap<string, Finish> = new Map([
  ['stop', 'stop'],
  ['length', 'length'],
  ['tool_calls', 'tool_calls'],
  ['content_filter', 'filtered'],
  ['insufficient_system_resource', 'overloaded'],
  ['aborted', 'overloaded'],
]);

/** Adds one chunk of the stream to the reply. */
export function readOpenaiChunk(value: unknown, reply: Reply, dialect: Dialect): void {
  const chunk = value as Chunk;
  reply.setOrigin({
    ...(isName(chunk.model) ? { model: chunk.model } : {}),
    ...(isName(chunk.id) ? { responseId: chunk.id } : {}),
    ...(isName(chunk.system_fingerprint) ? { fingerprint: chunk.system_fingerprint } : {}),
  });
  if (typeof chunk.usage === 'object' && chunk.usage !== null) readUsage(chunk.usage, reply);
  for (const choice of Array.isArray(chunk.choices) ? chunk.choices : []) {
    if ((choice.index ?? 0) !== 0) continue;
    if (choice.delta !== null && choice.delta !== undefined) readDelta(choice.delta, reply, dialect);
    const reason = choice.finish_reason;
    if (typeof reason === 'string') reply.setFinish(finishes.get(reason) ?? 'unknown', reason);
  }
}

function readDelta(delta: Delta, reply: Reply, dialect: Dialect): void {
  reply.addReasoning(textOf(reasoningOf(dialect, delta), 'reasoning'));
  reply.addText(textOf(delta.content, 'text'));
  for (const call of Array.isArray(delta.tool_calls) ? delta.tool_calls : []) {
    reply.addCall({
      index: call.index ?? undefined,
      id: nonEmpty(call.id),
      name: nonEmpty(call.function?.name),
      arguments: textOf(call.function?.arguments, 'arguments'),
    });
  }
}

function textOf(value: unknown, what: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  throw new FailureError(failureOfMalformed(`its ${what} is not text`));
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function nonEmpty(value: string | null | undefined): string | undefined {
  return value === null || value === '' ? undefined : value;
}

function countOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** Hit and miss are made disjoint here; the details name the hit at DeepSeek and at most other hosts. */
function readUsage(usage: Record<string, unknown>, reply: Reply): void {
  const details = usage['prompt_tokens_details'] as { cached_tokens?: unknown } | null | undefined;
  const outputDetails = usage['completion_tokens_details'] as { reasoning_tokens?: unknown } | null | undefined;
  const hit = countOf(details?.cached_tokens) ?? countOf(usage['prompt_cache_hit_tokens']) ?? 0;
  const input = countOf(usage['prompt_tokens']) ?? hit + (countOf(usage['prompt_cache_miss_tokens']) ?? 0);
  reply.setUsage({
    cacheHitTokens: hit,
    cacheMissTokens: Math.max(0, input - hit),
    outputTokens: countOf(usage['completion_tokens']) ?? 0,
    reasoningTokens: countOf(outputDetails?.reasoning_tokens) ?? 0,
  });
}
