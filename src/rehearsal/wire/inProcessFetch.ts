/** A `fetch` that is the whole API, in process: for the rehearsal, and under the simulator's HTTP in tests. */
import type { ServerReply, ServerRequest } from '../types.js';
import { createPrefixCache } from './prefixCache.js';
import type { PrefixCache, TokenCount } from './prefixCache.js';
import { renderOutput, renderPrompt } from './promptTemplate.js';
import { encodeError, encodeReply } from './serverReply.js';
import type { CountedReply } from './serverReply.js';
import { keyOf, parseRequest, wireOfPath } from './serverRequest.js';

export interface InProcessOptions {
  /** Need not be exact; it is called with the whole prompt's pieces. */
  tokenCount: TokenCount;
  /** Pause before each chunk of the stream, milliseconds. */
  chunkDelayMs?: number;
}

/** Fills in the usage of a reply by the cache's rules, and stores what the server would store. */
export function countReply(
  cache: PrefixCache,
  lane: string,
  request: ServerRequest,
  reply: ServerReply,
  tokenCount: TokenCount,
): CountedReply {
  const prompt = renderPrompt(request);
  const { hit, miss } = cache.read(lane, prompt);
  const output = renderOutput(reply, request.thinking);
  cache.store(lane, prompt, output);
  const reasoningTokens = reply.reasoning === '' ? 0 : tokenCount(reply.reasoning);
  const usage = { cacheHitTokens: hit, cacheMissTokens: miss, outputTokens: tokenCount(output), reasoningTokens };
  return { ...reply, usage: reply.usage ?? usage };
}

export function laneOf(key: string | undefined, request: ServerRequest): string {
  return JSON.stringify([key ?? '', request.userId ?? '', request.model]);
}

/** The other addresses that a client asks: the balance and the list of models. */
export function answerGet(pathname: string): unknown {
  if (pathname.endsWith('/user/balance')) {
    return {
      is_available: true,
      balance_infos: [{ currency: 'USD', total_balance: '0.00', granted_balance: '0.00', topped_up_balance: '0.00' }],
    };
  }
  if (!pathname.endsWith('/models')) return undefined;
  const data = ['deepseek-flash', 'deepseek-v4-pro'].map((id) => ({ id, object: 'model', owned_by: 'deepseek' }));
  return { object: 'list', data };
}

export function createInProcessFetch(
  answer: (request: ServerRequest) => Promise<ServerReply>,
  options: InProcessOptions,
): typeof fetch {
  const cache = createPrefixCache({ tokenCount: options.tokenCount });
  let served = 0;
  return async (input, init) => {
    const request = new Request(input, init);
    const { pathname } = new URL(request.url);
    const wire = request.method === 'POST' ? wireOfPath(pathname) : undefined;
    if (wire === undefined) {
      const value = request.method === 'GET' ? answerGet(pathname) : undefined;
      return value === undefined ? new Response('Not Found', { status: 404 }) : Response.json(value);
    }
    let parsed: ServerRequest;
    try {
      parsed = parseRequest(wire, await request.text());
    } catch {
      const { body, contentType } = encodeError(wire, {
        status: 400,
        message: 'Failed to parse the request body as JSON',
      });
      return new Response(body, { status: 400, headers: { 'content-type': contentType } });
    }
    const reply = await answer(parsed);
    request.signal.throwIfAborted();
    const counted = countReply(cache, laneOf(keyOf(request.headers), parsed), parsed, reply, options.tokenCount);
    const id = `rehearsal-${++served}`;
    const chunks = encodeReply(wire, counted, { model: parsed.model, id, created: Math.floor(Date.now() / 1000) });
    const stream = streamChunks(chunks, options.chunkDelayMs ?? 0, request.signal);
    return new Response(stream, { headers: { 'content-type': 'text/event-stream', 'x-ds-trace-id': id } });
  };
}

function streamChunks(chunks: readonly string[], delayMs: number, signal: AbortSignal): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let next = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      if (signal.aborted) {
        controller.error(new DOMException('aborted', 'AbortError'));
        return;
      }
      const chunk = chunks[next++];
      if (chunk === undefined) controller.close();
      else controller.enqueue(encoder.encode(chunk));
    },
  });
}
