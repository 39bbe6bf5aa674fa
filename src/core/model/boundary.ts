/**
 * The one `fetch` that both SDKs get. It is where bytes leave and enter: origin, key, pack markers, clocks,
 * limits and the strict reading of the stream are here, so that an SDK sees only checked events.
 */
import type { WireName } from '../../protocol/events.js';
import { BaleenError, messageOf } from '../errors.js';
import type { Clock } from '../host.js';
import type { PrefixChange, PrefixMemory } from './prefixMemory.js';
import { FailureError, failureOf, failureOfAnswer, failureOfNetworkError, failureOfPortal } from './failures.js';
import { createLife, watchLife } from './life.js';
import type { Life } from './life.js';
import type { BoundaryLimits } from './networkLimits.js';
import { createCheckedStream } from './checkedStream.js';
import type { BoundaryReport } from './checkedStream.js';

/**
 * `fetch`, and where a program can tell, what becomes of the connection: `connecting` while one is being made, `sent` as
 * soon as the request is on its way.
 */
export type Send = (
  input: string | URL,
  init: RequestInit,
  watch?: { connecting(): void; sent(): void },
) => Promise<Response>;

export interface BoundaryParts {
  wire: WireName;
  send: Send;
  /** Replaces pack markers by the pack and refuses a body in which one of `secrets` stands (`Packer.assembleBody`). */
  assembleBody(body: string, secrets: string[]): Promise<Uint8Array>;
  /** The origin that the key was entered for; a request to any other is refused. */
  origin: string;
  apiKey: string;
  /** Texts that must not leave in a body; the key is always one of them. */
  secrets: readonly string[];
  clock: Clock;
  limits: BoundaryLimits;
  /** The caller's cancellation. */
  signal: AbortSignal;
  onWaiting(reason: 'queued' | 'silent', seconds: number): void;
  /** What was sent before in this session; a body that does not go on from it is told before it leaves. */
  prefix?: { memory: PrefixMemory; lane: string };
  onPrefixChange(change: PrefixChange): void;
  /** Every body exactly as it leaves, for tests and the byte log. */
  onBody?: (body: Uint8Array) => void;
}

export interface Boundary {
  fetch: typeof fetch;
  report: BoundaryReport;
}

const requestIdHeaders = ['x-ds-trace-id', 'x-request-id', 'x-deepseek-request-id', 'request-id'];
const maxErrorBodyChars = 64 * 1024;

export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** Why a key must not travel to this URL, as a sentence; `undefined` when it may. */
export function refuseOrigin(url: URL, origin: string): string | undefined {
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname)))
    return `${url.origin} is not an https address (plain http is only used on this machine), so nothing was sent. Change the base URL.`;
  if (url.username !== '' || url.password !== '')
    return 'The base URL contains a password, so nothing was sent. Remove it.';
  if (url.origin !== origin)
    return `The key was entered for ${origin}, not for ${url.origin}, so nothing was sent. Enter a key for ${url.origin}.`;
  return undefined;
}

/** One boundary serves one request. */
export function createBoundaryFetch(parts: BoundaryParts): Boundary {
  const report: BoundaryReport = { sawEndMarker: false };
  const boundaryFetch: typeof fetch = async (input, init) => {
    try {
      return await sendChecked(parts, report, input, init);
    } catch (error) {
      if (!parts.signal.aborted) report.failure ??= failureOfNetworkError(error, 'connecting', secretsOf(parts));
      throw error;
    }
  };
  return { fetch: boundaryFetch, report };
}

function secretsOf(parts: BoundaryParts): string[] {
  return parts.apiKey === '' ? [...parts.secrets] : [parts.apiKey, ...parts.secrets];
}

async function sendChecked(
  parts: BoundaryParts,
  report: BoundaryReport,
  input: string | URL | Request,
  init: RequestInit | undefined,
): Promise<Response> {
  if (typeof input !== 'string' && !(input instanceof URL)) throw new TypeError('the boundary takes addresses only');
  const url = new URL(input);
  const refusal = refuseOrigin(url, parts.origin);
  if (refusal !== undefined) throw new FailureError(failureOf('bad_request', refusal));
  if (typeof init?.body !== 'string') throw new TypeError('the boundary takes bodies of text only');
  const body = await assemble(parts, init.body);
  parts.signal.throwIfAborted();
  const change = parts.prefix?.memory.note(parts.prefix.lane, init.body, body.length);
  if (change !== undefined) parts.onPrefixChange(change);
  parts.onBody?.(body);

  const upstream = new AbortController();
  const life = createLife(parts.clock.now());
  let unwatch = watchLife({ ...parts, life, upstream });
  const stop = (): void => unwatch();
  const enter = (phase: 'connecting' | 'headers'): void => {
    if (life.phase !== 'connecting' && life.phase !== 'headers') return;
    life.phase = phase;
    unwatch();
    unwatch = watchLife({ ...parts, life, upstream });
  };
  const watch = { connecting: () => enter('connecting'), sent: () => enter('headers') };
  const signal = AbortSignal.any([parts.signal, upstream.signal]);
  const request = {
    method: 'POST',
    headers: headersOf(parts, init.headers),
    body,
    redirect: 'manual',
    signal,
  } as const;
  try {
    const response = await Promise.race([parts.send(url, request, watch), rejectWhenStopped(parts.signal, life)]);
    const requestId = requestIdHeaders.map((name) => response.headers.get(name)).find((id) => id !== null && id !== '');
    if (typeof requestId === 'string') report.requestId = requestId;
    const checked = await checkAnswer(parts, report, response, life);
    return createCheckedStream({ ...parts, secrets: secretsOf(parts), report, life, upstream, body: checked, stop });
  } catch (error) {
    stop();
    upstream.abort();
    throw error;
  }
}

async function assemble(parts: BoundaryParts, body: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const bytes = await Promise.race([parts.assembleBody(body, secretsOf(parts)), rejectWhenAborted(parts.signal)]);
    return bytes as Uint8Array<ArrayBuffer>;
  } catch (error) {
    if (parts.signal.aborted) throw error;
    // By name, since the refusal comes from another thread.
    if (error instanceof BaleenError)
      throw new FailureError(failureOf(error.name === 'SecretInBody' ? 'secret' : 'bad_request', error.message));
    const message = `The request could not be put together, so nothing was sent: ${messageOf(error)}`;
    throw new FailureError(failureOf('bad_request', message));
  }
}

/** Built from nothing: what SDKs add from the environment or about the machine does not leave. */
function headersOf(parts: BoundaryParts, given: RequestInit['headers']): Record<string, string> {
  const headers: Record<string, string> = {
    accept: 'text/event-stream',
    'content-type': 'application/json',
    'user-agent': 'baleen',
  };
  if (parts.wire === 'openai')
    return parts.apiKey === '' ? headers : { ...headers, authorization: `Bearer ${parts.apiKey}` };
  const version = new Headers(given).get('anthropic-version');
  if (version !== null) headers['anthropic-version'] = version;
  return parts.apiKey === '' ? headers : { ...headers, 'x-api-key': parts.apiKey };
}

async function checkAnswer(
  parts: BoundaryParts,
  report: BoundaryReport,
  response: Response,
  life: Life,
): Promise<ReadableStream<Uint8Array>> {
  const contentType = response.headers.get('content-type') ?? '';
  const redirected = response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400);
  if (redirected || (response.ok && /^text\/html/i.test(contentType))) {
    throw new FailureError({ ...failureOfPortal(response.status, report.requestId), unbilled: true });
  }
  if (response.ok && response.body !== null) return response.body;
  const body = await Promise.race([readText(response), rejectWhenStopped(parts.signal, life)]);
  const failure = failureOfAnswer({
    status: response.status,
    body,
    contentType,
    retryAfter: response.headers.get('retry-after'),
    requestId: report.requestId,
    nowMs: parts.clock.now(),
    secrets: secretsOf(parts),
  });
  throw new FailureError({ ...failure, unbilled: true });
}

/** The beginning of a body; what breaks off while it is read counts as its end. */
async function readText(response: Response): Promise<string> {
  if (response.body === null) return '';
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  try {
    while (text.length < maxErrorBodyChars) {
      const { value, done } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
    await reader.cancel();
  } catch {
    return text;
  }
  return text;
}

function rejectWhenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = (): void => reject(new DOMException('aborted', 'AbortError'));
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

function rejectWhenStopped(signal: AbortSignal, life: Life): Promise<never> {
  const stopped = new Promise<never>((_, reject) => {
    life.onStalled = (failure) => reject(new FailureError(failure));
  });
  return Promise.race([rejectWhenAborted(signal), stopped]);
}
