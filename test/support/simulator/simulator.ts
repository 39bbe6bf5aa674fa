/** DeepSeek's API, or another host's, on loopback: both wires, strict, with scripted turns and faults, and the documented prefix cache. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ServerReply, ServerRequest, ServerUsage } from '../../../src/rehearsal/types.js';
import { answerGet, countReply, laneOf } from '../../../src/rehearsal/wire/inProcessFetch.js';
import { createPrefixCache } from '../../../src/rehearsal/wire/prefixCache.js';
import type { TokenCount } from '../../../src/rehearsal/wire/prefixCache.js';
import { renderPrompt } from '../../../src/rehearsal/wire/promptTemplate.js';
import { encodeError, encodeReply } from '../../../src/rehearsal/wire/serverReply.js';
import type { ServerError } from '../../../src/rehearsal/wire/serverReply.js';
import { keyOf, parseRequest, wireOfPath } from '../../../src/rehearsal/wire/serverRequest.js';
import { writeEvents } from './faults.js';
import type { Fault } from './faults.js';
import { deepseekProfile, speakLike, type HostProfile } from './profiles.js';
import { checkStrictly } from './strict.js';

/** What the model answers; without `stopReason` it is the one that fits. */
export interface Turn extends Partial<ServerReply> {
  fault?: Fault;
}

export interface RecordedRequest {
  wire: ServerRequest['wire'];
  /** The body as received. */
  body: Uint8Array;
  text: string;
  headers: Headers;
  parsed: ServerRequest;
  /** Elements of the body's `messages`. */
  messages: unknown[];
  /** Of answered requests. */
  usage?: ServerUsage;
  refusal?: ServerError;
  /** The client closed the connection before the answer was whole. */
  isAbandoned: boolean;
}

export interface SimulatorOptions {
  /** The host that it is; DeepSeek where it is absent. */
  profile?: HostProfile;
  /** Turns in order, or a function; a request beyond the list is refused with status 500 and a sentence. */
  script: readonly Turn[] | ((request: RecordedRequest, number: number) => Turn | Promise<Turn>);
  key?: string;
  /** Tokens between units inside long inputs; absent: none, the strict case. */
  interval?: number;
  tokenCount?: TokenCount;
  /** Tokens that each input is billed above what it has, as by a template of another wording; below where negative. */
  drift?: number;
}

export interface Simulator {
  origin: string;
  key: string;
  baseUrls: { openai: string; anthropic: string };
  requests: RecordedRequest[];
  /** Answers that are not whole and whose connection is still open. */
  underWay(): number;
  /** More turns at the end of a script that is a list. */
  push(...turns: Turn[]): void;
  /** These turns instead of what is left of such a script. */
  replace(...turns: Turn[]): void;
  /** Lets go of what it has received and cached. */
  forget(): void;
  close(): Promise<void>;
}

export const simulatedKey = 'sk-simulated-0123456789abcdef';

/** A quarter of the bytes: near enough where a test does not look at token counts. */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4);
}

export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const tokenCount = options.tokenCount ?? estimateTokens;
  const key = options.key ?? simulatedKey;
  const profile = options.profile ?? deepseekProfile;
  const makeCache = () =>
    createPrefixCache({
      tokenCount,
      ...(options.interval === undefined ? {} : { intervalTokens: options.interval }),
    });
  let cache = makeCache();
  const requests: RecordedRequest[] = [];
  const turns = typeof options.script === 'function' ? [] : [...options.script];
  const nextTurn = async (request: RecordedRequest): Promise<Turn | undefined> =>
    typeof options.script === 'function' ? options.script(request, requests.length) : turns.shift();

  const answer = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(message.url ?? '/', 'http://127.0.0.1');
    const headers = headersOf(message);
    if (keyOf(headers) !== (profile.needsKey ? key : undefined) && keyOf(headers) !== key) {
      return sendError(response, 'openai', { status: 401, message: 'Authentication Fails (governor)', asText: true });
    }
    const wire = message.method === 'POST' ? wireOfPath(pathname) : undefined;
    if (wire === undefined)
      return sendValue(response, message.method === 'GET' ? answerGetAs(profile, pathname) : undefined);
    const body = await readBody(message);
    const request = record(profile, wire, body, headers);
    if (request === undefined) {
      return sendError(response, wire, { status: 400, message: 'Failed to parse the request body as JSON' });
    }
    requests.push(request);
    response.on('close', () => (request.isAbandoned = !response.writableFinished));
    const refusal = checkStrictly(wire, JSON.parse(request.text) as Record<string, unknown>, {
      profile,
      countPrompt: () => cache.count(renderPrompt(request.parsed)),
    });
    if (refusal !== undefined) {
      request.refusal = refusal;
      return sendError(response, wire, refusal);
    }
    const turn = await nextTurn(request);
    if (turn === undefined)
      return sendError(response, wire, { status: 500, message: 'the script has no further turn' });
    const lane = laneOf(key, request.parsed);
    const reply = replyOf(turn, request.parsed.thinking);
    const { fault } = turn;
    const isServed = !['answer', 'half answer', 'reset', 'hang'].includes(fault?.kind ?? '');
    const counted = isServed
      ? countReply(cache, lane, request.parsed, reply, tokenCount)
      : { ...reply, usage: { cacheHitTokens: 0, cacheMissTokens: 0, outputTokens: 0, reasoningTokens: 0 } };
    if (isServed) {
      counted.usage = { ...counted.usage, cacheMissTokens: counted.usage.cacheMissTokens + (options.drift ?? 0) };
      request.usage = counted.usage;
    }
    const identity = { model: request.parsed.model, id: `simulated-${requests.length}`, created: 1_790_000_000 };
    const events = encodeReply(wire, counted, identity);
    await writeEvents(response, wire === 'openai' ? speakLike(profile, events) : events, fault);
  };

  const open = new Set<ServerResponse>();
  const server = createServer((message, response) => {
    open.add(response);
    response.on('close', () => open.delete(response));
    answer(message, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    key,
    baseUrls: { openai: origin, anthropic: `${origin}/anthropic` },
    requests,
    underWay: () => open.size,
    push: (...more) => void turns.push(...more),
    replace: (...others) => void turns.splice(0, turns.length, ...others),
    forget() {
      requests.length = 0;
      cache = makeCache();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A model that does not think says nothing of its reasoning. */
function replyOf(turn: Turn, thinking: boolean): ServerReply {
  const calls = turn.calls ?? [];
  const reply: ServerReply = {
    reasoning: thinking ? (turn.reasoning ?? '') : '',
    text: turn.text ?? '',
    calls,
    stopReason: turn.stopReason ?? (calls.length > 0 ? 'tool_calls' : 'stop'),
  };
  return turn.usage === undefined ? reply : { ...reply, usage: turn.usage };
}

function headersOf(message: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(message.headers)) if (typeof value === 'string') headers.set(name, value);
  return headers;
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function record(
  profile: HostProfile,
  wire: ServerRequest['wire'],
  body: Buffer,
  headers: Headers,
): RecordedRequest | undefined {
  const text = body.toString('utf8');
  try {
    const value = JSON.parse(text) as Record<string, unknown>;
    const messages: unknown[] = Array.isArray(value['messages']) ? value['messages'] : [];
    const parsed = wire === 'openai' ? readAs(profile, text, value) : parseRequest(wire, text);
    return { wire, body, text, headers, parsed, messages, isAbandoned: false };
  } catch {
    return undefined;
  }
}

function answerGetAs(profile: HostProfile, pathname: string): unknown {
  if (profile === deepseekProfile || !pathname.endsWith('/models')) return answerGet(pathname);
  const data = profile.models.map((id) => ({ id, object: 'model', max_model_len: profile.windowTokens }));
  return { object: 'list', data };
}

/** The body as this host takes it: what of thinking it understands, and whose reasoning it finds. */
function readAs(profile: HostProfile, text: string, body: Record<string, unknown>): ServerRequest {
  const parsed = parseRequest('openai', text);
  const given = body['messages'] as Record<string, unknown>[];
  const messages = parsed.messages.map((message, index) => {
    if (message.role !== 'assistant') return message;
    const reasoning = profile.readReasoning(given[index] ?? {});
    return { ...message, reasoning: typeof reasoning === 'string' ? reasoning : '' };
  });
  return { ...parsed, ...profile.readThinking(body), messages };
}

function sendError(response: ServerResponse, wire: ServerRequest['wire'], error: ServerError): void {
  const { body, contentType } = encodeError(wire, error);
  response.writeHead(error.status, { 'content-type': contentType, 'x-ds-trace-id': 'simulated-trace' });
  response.end(body);
}

function sendValue(response: ServerResponse, value: unknown): void {
  response.writeHead(value === undefined ? 404 : 200, { 'content-type': 'application/json' });
  response.end(value === undefined ? '{"error":{"message":"Not Found"}}' : JSON.stringify(value));
}
