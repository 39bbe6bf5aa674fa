/** The response body on its way to an SDK: every event is parsed here first, and nothing unreadable passes. */
import type { WireName } from '../../protocol/events.js';
import type { Clock } from '../host.js';
import {
  FailureError,
  failureOfAnswer,
  failureOfCut,
  failureOfMalformed,
  failureOfNetworkError,
  failureOfPortal,
  statusOfErrorObject,
} from './failures.js';
import { noteEvent } from './life.js';
import type { Life } from './life.js';
import type { BoundaryLimits } from './networkLimits.js';
import { SseEncodingError, SseLimitError, createSseParser } from './sse.js';
import type { SseItem } from './sse.js';
import type { Failure } from './types.js';

/** What the boundary saw; the SDK's own errors matter only when `failure` is absent. */
export interface BoundaryReport {
  failure?: Failure;
  /** `[DONE]` or `message_stop` arrived. */
  sawEndMarker: boolean;
  requestId?: string;
}

export interface CheckedStreamParts {
  wire: WireName;
  body: ReadableStream<Uint8Array>;
  clock: Clock;
  limits: BoundaryLimits;
  signal: AbortSignal;
  secrets: readonly string[];
  report: BoundaryReport;
  life: Life;
  upstream: AbortController;
  /** Ends the watch over `life`. */
  stop(): void;
}

/** Anthropic events that come before the model begins, or only say that the connection lives. */
const idleTypes: ReadonlySet<unknown> = new Set(['message_start', 'ping']);

export function createCheckedStream(parts: CheckedStreamParts): Response {
  const { life } = parts;
  life.phase = 'queued';
  life.lastByteAt = parts.clock.now();
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => void pump(parts, controller),
    cancel: () => {
      parts.stop();
      parts.upstream.abort();
    },
  });
  return new Response(stream, { status: 200, headers: { 'content-type': 'text/event-stream' } });
}

async function pump(parts: CheckedStreamParts, controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
  const { report, life } = parts;
  const reader = parts.body.getReader();
  let stalled: Failure | undefined;
  const cancel = (): void => void reader.cancel().catch(() => undefined);
  life.onStalled = (failure) => {
    stalled = failure;
    cancel();
  };
  parts.signal.addEventListener('abort', cancel, { once: true });
  try {
    await readEvents(parts, reader, controller);
    parts.signal.throwIfAborted();
    if (stalled !== undefined) throw new FailureError(stalled);
    parts.stop();
    controller.close();
    await drain(parts, reader);
  } catch (error) {
    const failure = stalled ?? failureOfReading(error, parts.secrets);
    if (!parts.signal.aborted) report.failure ??= failure;
    controller.error(parts.signal.aborted ? new DOMException('aborted', 'AbortError') : new FailureError(failure));
  } finally {
    parts.signal.removeEventListener('abort', cancel);
    parts.stop();
    cancel();
    parts.upstream.abort();
  }
}

/** Reads the few bytes after the end mark, so that the connection can serve the next request; gives up after a second. */
async function drain(parts: CheckedStreamParts, reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  const over = new AbortController();
  const patience = parts.clock.sleep(1000, AbortSignal.any([parts.signal, over.signal])).catch(() => undefined);
  const readRest = async (): Promise<void> => {
    for (let chunks = 0; chunks < 16 && !(await reader.read()).done; chunks++);
  };
  await Promise.race([readRest().catch(() => undefined), patience]);
  over.abort();
}

async function readEvents(
  parts: CheckedStreamParts,
  reader: ReadableStreamDefaultReader<Uint8Array>,
  controller: ReadableStreamDefaultController<Uint8Array>,
): Promise<void> {
  const parser = createSseParser(parts.limits.lineChars);
  let received = 0;
  const encoder = new TextEncoder();
  const pass = (item: SseItem): void => {
    const checked = checkItem(parts, item);
    if (checked !== undefined) controller.enqueue(encoder.encode(checked));
  };
  while (!parts.report.sawEndMarker) {
    const { value, done } = await reader.read();
    if (done) break;
    parts.life.lastByteAt = parts.clock.now();
    received += value.byteLength;
    if (received > parts.limits.responseBytes) throw new SseLimitError(`more than ${parts.limits.responseBytes} bytes`);
    parser.push(value).forEach(pass);
  }
  if (!parts.report.sawEndMarker) parser.end().filter(isWhole).forEach(pass);
}

/** At the end of the stream a half-sent event is a cut, which the missing end mark shows, and not bad JSON. */
function isWhole(item: SseItem): boolean {
  if (item.kind !== 'data' || item.data.startsWith('[DONE]')) return true;
  try {
    JSON.parse(item.data);
    return true;
  } catch {
    return false;
  }
}

/** The event as the SDK gets it; `undefined` for what it need not see. */
function checkItem(parts: CheckedStreamParts, item: SseItem): string | undefined {
  if (item.kind === 'comment' || parts.report.sawEndMarker) return undefined;
  if (item.kind === 'stray') return checkStray(parts, item.line);
  if (item.data.startsWith('[DONE]')) {
    parts.report.sawEndMarker = true;
    return 'data: [DONE]\n\n';
  }
  const value = parseObject(item.data);
  const type = 'type' in value ? value.type : undefined;
  if (!idleTypes.has(type)) noteEvent(parts.life, parts.clock.now());
  if ('error' in value && value.error !== null && value.error !== undefined) {
    throw new FailureError(failureOfErrorObject(parts, value.error));
  }
  if (type === 'message_stop') parts.report.sawEndMarker = true;
  const data = item.data
    .split('\n')
    .map((line) => `data: ${line}\n`)
    .join('');
  return parts.wire === 'anthropic' ? `event: ${String(type)}\n${data}\n` : `${data}\n`;
}

/** Lines that no event stream has: a page, an unstreamed answer, or a proxy's last words before it hangs up. */
function checkStray(parts: CheckedStreamParts, line: string): undefined {
  const text = line.trimStart();
  if (text.startsWith('<')) throw new FailureError(failureOfPortal(200, parts.report.requestId));
  if (!text.startsWith('{')) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new FailureError(failureOfMalformed('JSON where an event stream was expected'));
  }
  const error = typeof parsed === 'object' && parsed !== null && 'error' in parsed ? parsed.error : undefined;
  if (error === undefined) throw new FailureError(failureOfMalformed('the server answered without streaming'));
  throw new FailureError(failureOfErrorObject(parts, error));
}

function failureOfErrorObject(parts: CheckedStreamParts, error: unknown): Failure {
  return failureOfAnswer({
    status: statusOfErrorObject(error),
    body: JSON.stringify({ error }),
    contentType: 'application/json',
    retryAfter: null,
    requestId: parts.report.requestId,
    nowMs: parts.clock.now(),
    secrets: parts.secrets,
  });
}

function parseObject(data: string): object {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    throw new FailureError(failureOfMalformed('an event of it is not JSON'));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FailureError(failureOfMalformed('an event of it is not a JSON object'));
  }
  return value;
}

function failureOfReading(error: unknown, secrets: readonly string[]): Failure {
  if (error instanceof FailureError) return error.failure;
  if (error instanceof SseLimitError) return { ...failureOfMalformed(error.message), retryable: false };
  if (error instanceof SseEncodingError) return failureOfMalformed(error.message);
  if (error instanceof DOMException && error.name === 'AbortError') return failureOfCut('the connection was closed');
  return failureOfNetworkError(error, 'streaming', secrets);
}
