/** The model client: one request in, one stream of events out, whatever the wire. */
import type { WireName } from '../../protocol/events.js';
import type { Clock } from '../host.js';
import { createAnthropicReader, startAnthropic } from './anthropicWire.js';
import { createBoundaryFetch } from './boundary.js';
import type { Send } from './boundary.js';
import { createEventQueue } from './eventQueue.js';
import { FailureError, failureOf, failureOfMalformed, redact } from './failures.js';
import type { CatalogueHost } from './hosts.js';
import { defaultLimits } from './networkLimits.js';
import type { BoundaryLimits } from './networkLimits.js';
import { originOf } from './origin.js';
import { readOpenaiChunk, startOpenai } from './openaiWire.js';
import { createReply } from './reply.js';
import type { Reply } from './reply.js';
import { refuseRequest } from './requestRules.js';
import type { Failure, ModelClient, ModelEvent, ModelRequest } from './types.js';
import type { WireStart } from './wire.js';

export interface ModelClientParts {
  /** The real `fetch`, or a stand-in that answers in process. */
  send: Send;
  /** Replaces pack markers in the body and refuses known secrets; `Packer.assembleBody`. */
  assembleBody(body: string, secrets: string[]): Promise<Uint8Array>;
  clock: Clock;
  /** Texts besides the key that must not leave in a body; asked anew for each request. */
  secrets?: () => readonly string[];
  limits?: Partial<BoundaryLimits>;
  /** Every body exactly as it leaves. */
  onBody?: (body: Uint8Array, request: ModelRequest) => void;
}

interface Wire {
  start: WireStart;
  createReader(reply: Reply, host: CatalogueHost): (chunk: unknown) => void;
}

const wires: Record<WireName, Wire> = {
  openai: { start: startOpenai, createReader: (reply, host) => (chunk) => readOpenaiChunk(chunk, reply, host.dialect) },
  anthropic: { start: startAnthropic, createReader: createAnthropicReader },
};

export function createModelClient(parts: ModelClientParts): ModelClient {
  return { stream: (request, signal) => streamRequest(parts, request, signal) };
}

/** A caller that stops reading cancels the request; after a cancellation nothing but `aborted` comes. */
async function* streamRequest(
  parts: ModelClientParts,
  request: ModelRequest,
  outer: AbortSignal,
): AsyncGenerator<ModelEvent> {
  const queue = createEventQueue<ModelEvent>();
  const controller = new AbortController();
  const abort = (): void => {
    queue.closeWith({ type: 'aborted' });
    controller.abort();
  };
  outer.addEventListener('abort', abort, { once: true });
  if (outer.aborted) abort();
  else void runRequest(parts, request, controller.signal, queue.push).then(queue.end);
  try {
    yield* queue.read();
  } finally {
    outer.removeEventListener('abort', abort);
    controller.abort();
  }
}

/** Pushes what arrives and answers with the closing event. */
async function runRequest(
  parts: ModelClientParts,
  request: ModelRequest,
  signal: AbortSignal,
  push: (event: ModelEvent) => void,
): Promise<ModelEvent> {
  const origin = originOf(request.keyOrigin ?? request.baseUrl);
  if (origin === undefined) {
    const message = `The base URL is not an address, so nothing was sent. Change it to one like ${request.host.baseUrls[request.wire] ?? 'https://llm.example.com/v1'}.`;
    return { type: 'failed', failure: failureOf('bad_request', message) };
  }
  const refusal = refuseRequest(request);
  if (refusal !== undefined) return { type: 'failed', failure: failureOf('bad_request', refusal) };
  const { onBody } = parts;
  const boundary = createBoundaryFetch({
    wire: request.wire,
    send: parts.send,
    assembleBody: (body, secrets) => parts.assembleBody(body, secrets),
    origin,
    apiKey: request.apiKey,
    secrets: parts.secrets?.() ?? [],
    clock: parts.clock,
    limits: { ...defaultLimits, ...parts.limits, ...request.limits },
    signal,
    onWaiting: (reason, seconds) => push({ type: 'waiting', reason, seconds }),
    onPrefixChange: (change) => push({ type: 'prefix_changed', ...change }),
    ...(request.prefix === undefined ? {} : { prefix: request.prefix }),
    ...(onBody === undefined ? {} : { onBody: (body: Uint8Array) => onBody(body, request) }),
  });
  const wire = wires[request.wire];
  const reply = createReply(push);
  try {
    const read = wire.createReader(reply, request.host);
    for await (const chunk of await wire.start(request, boundary.fetch, signal)) read(chunk);
    if (boundary.report.failure === undefined)
      return reply.end(boundary.report.sawEndMarker, boundary.report.requestId);
  } catch (error) {
    boundary.report.failure ??= failureOfUnexpected(error, request.apiKey);
  }
  return signal.aborted ? { type: 'aborted' } : { type: 'failed', failure: boundary.report.failure };
}

/** What the boundary did not name: an SDK that could not read what the boundary let through. */
function failureOfUnexpected(error: unknown, apiKey: string): Failure {
  if (error instanceof FailureError) return error.failure;
  return failureOfMalformed(redact(error instanceof Error ? error.message : String(error), [apiKey]));
}
