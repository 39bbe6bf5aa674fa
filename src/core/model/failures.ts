/** What went wrong with a request, as one plain text: what happened, what was done, what to do. */
import type { Failure, FailureKind } from './types.js';

/** A `Failure` on its way through code that can only throw. */
export class FailureError extends Error {
  override readonly name = 'FailureError';
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

/** Server text that is shown or logged: no secrets, no control characters, bounded. */
export function redact(text: string, secrets: readonly string[]): string {
  let shown = text;
  for (const secret of secrets) if (secret.length >= 4) shown = shown.split(secret).join('[secret]');
  return shown
    .replace(/\bsk-[\w-]{8,}/g, '[secret]')
    .replace(/\bBearer\s+[\w.~+/=-]{8,}/gi, 'Bearer [secret]')
    .replace(/\p{C}+/gu, ' ')
    .trim()
    .slice(0, 300);
}

export function failureOf(kind: FailureKind, message: string, extra: Partial<Failure> = {}): Failure {
  return { kind, message, retryable: retryableKinds.has(kind), ...extra };
}

const retryableKinds: ReadonlySet<FailureKind> = new Set([
  'rate_limit',
  'server',
  'network',
  'stalled',
  'cut',
  'malformed',
  'empty',
  'looping',
]);

export interface ErrorAnswer {
  status: number;
  body: string;
  contentType: string;
  /** Raw header value. */
  retryAfter: string | null;
  requestId: string | undefined;
  nowMs: number;
  secrets: readonly string[];
}

export function looksLikeHtml(body: string, contentType: string): boolean {
  return /^text\/html/i.test(contentType) || /^\s*</.test(body);
}

/** An answer with another status than 200, or an error object in the middle of a stream. */
export function failureOfAnswer(answer: ErrorAnswer): Failure {
  const { status } = answer;
  const html = looksLikeHtml(answer.body, answer.contentType);
  if (html && status < 500 && status !== 429) return failureOfPortal(status, answer.requestId);
  const said = html ? '' : redact(messageIn(answer.body), answer.secrets);
  const extra: Partial<Failure> = { status };
  if (answer.requestId !== undefined) extra.requestId = answer.requestId;
  const waitMs = parseRetryAfter(answer.retryAfter, answer.nowMs);
  if (waitMs !== undefined) extra.retryAfterMs = waitMs;
  const quoted = said === '' ? '' : ` It said: "${said}".`;
  return { ...failureOfStatus(status, said, quoted), ...extra };
}

export function failureOfPortal(status: number, requestId?: string): Failure {
  return failureOf(
    'not_the_api',
    `A proxy or login page answered instead of the model's API (status ${status}); nothing more was sent to it. Check the network and the base URL.`,
    requestId === undefined ? { status } : { status, requestId },
  );
}

function failureOfStatus(status: number, said: string, quoted: string): Failure {
  const special = failureOfText(said, quoted);
  if (special !== undefined && status < 500) return special;
  if (status === 401 || status === 403)
    return failureOf(
      'key',
      `The server rejected the API key (${status}); the request was not repeated and the stored key was kept. Set another key.${quoted}`,
    );
  if (status === 402)
    return failureOf(
      'balance',
      `The account's balance is empty (402); your message and the context were kept. Top up the account, then send again.${quoted}`,
    );
  if (status === 404)
    return failureOf(
      'bad_request',
      `The server has nothing at this address (404). Check the base URL and the model's name.${quoted}`,
    );
  if (status === 429)
    return failureOf('rate_limit', `The server has too many requests of this account at once (429).${quoted}`);
  if (status >= 500 || status === 408 || status === 409)
    return failureOf('server', `The server failed or is overloaded (${status}).${quoted}`);
  return failureOf(
    'bad_request',
    `The server refused the request as invalid (${status}); it was not repeated, since the same request would be refused again.${quoted}`,
  );
}

const overflowPattern =
  /maximum context length is (\d+) tokens.*?requested (?:about )?(\d+) tokens(?:\s*\((\d+) in the messages, (\d+) in the completion\))?/is;
const visionOverflowPattern = /maximum context length is (\d+) tokens.*?resolved to (\d+) input tokens/is;

/** Refusals that have no status of their own: matched by substring, a request id may follow. */
function failureOfText(said: string, quoted: string): Failure | undefined {
  if (/in the thinking mode must be passed back|Missing `reasoning_content` field/i.test(said))
    return failureOf(
      'reasoning_missing',
      `The server wants the model's earlier reasoning back and did not find it; the request was not repeated. Start a new session or turn thinking off.${quoted}`,
    );
  if (/Content Exists Risk/i.test(said))
    return failureOf(
      'moderation',
      `The server's content filter refused this conversation; it was not repeated. Rephrase the message, or start a session without the text that it objects to.${quoted}`,
    );
  if (/insufficient balance/i.test(said))
    return failureOf(
      'balance',
      `The account's balance is empty; your message and the context were kept. Top up the account, then send again.${quoted}`,
    );
  return failureOfOverflow(said, quoted);
}

function failureOfOverflow(said: string, quoted: string): Failure | undefined {
  const match = overflowPattern.exec(said) ?? visionOverflowPattern.exec(said);
  if (match === null) return undefined;
  const windowTokens = Number(match[1]);
  const completionTokens = Number(match[4] ?? 0);
  const messageTokens = Number(match[3] ?? match[2]);
  return failureOf(
    'overflow',
    `The request has ${messageTokens + completionTokens} tokens and the window holds ${windowTokens}; nothing was sent to the model. Use a smaller pack or a new session.${quoted}`,
    { overflow: { windowTokens, messageTokens, completionTokens } },
  );
}

/** `{"error":{"message"}}`, `{"error":"text"}`, `{"message"}` or plain text, whatever the content type says. */
function messageIn(body: string): string {
  try {
    const parsed: unknown = JSON.parse(body);
    return messageInValue(parsed) ?? body;
  } catch {
    return body;
  }
}

function messageInValue(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return undefined;
  if ('error' in value) return messageInValue(value.error);
  if ('message' in value) return messageInValue(value.message);
  if ('detail' in value) return messageInValue(value.detail);
  return undefined;
}

/** Milliseconds from a `Retry-After` header in seconds or as an HTTP date; `undefined` when absent or unreadable. */
export function parseRetryAfter(header: string | null, nowMs: number): number | undefined {
  if (header === null || header.trim() === '') return undefined;
  if (/^\s*\d+(\.\d+)?\s*$/.test(header)) return Math.ceil(Number(header) * 1000);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

/** The status that an error object inside a stream stands for. */
export function statusOfErrorObject(error: unknown): number {
  if (typeof error !== 'object' || error === null) return 500;
  const fields = error as { type?: unknown; code?: unknown; status?: unknown };
  for (const value of [fields.status, fields.code]) {
    const status = Number(value);
    if (Number.isInteger(status) && status >= 400 && status < 600) return status;
  }
  const words = [fields.type, fields.code].filter((value) => typeof value === 'string').join(' ');
  if (/rate_limit/i.test(words)) return 429;
  if (/overloaded|service_unavailable/i.test(words)) return 503;
  if (/authentication|invalid_api_key/i.test(words)) return 401;
  if (/balance|billing/i.test(words)) return 402;
  if (/permission/i.test(words)) return 403;
  if (/not_found/i.test(words)) return 404;
  if (/invalid_request/i.test(words)) return 400;
  return 500;
}

const offlineCodes: ReadonlySet<string> = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENETDOWN',
  'UND_ERR_CONNECT_TIMEOUT',
  'ETIMEDOUT',
]);

const certificatePattern =
  /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS_CERT|ERR_SSL_WRONG_VERSION|HOSTNAME_MISMATCH)/;

/** `code` properties along the chain of causes; connection attempts to several addresses are aggregated. */
function codesIn(error: unknown, depth = 0): string[] {
  if (depth > 5 || typeof error !== 'object' || error === null) return [];
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown };
  const inner = Array.isArray(errors) ? errors.flatMap((one) => codesIn(one, depth + 1)) : [];
  return [...(typeof code === 'string' ? [code] : []), ...codesIn(cause, depth + 1), ...inner];
}

/** A `fetch` that rejected (`connecting`), or a response body that broke off (`streaming`). */
export function failureOfNetworkError(
  error: unknown,
  phase: 'connecting' | 'streaming',
  secrets: readonly string[],
): Failure {
  if (error instanceof FailureError) return error.failure;
  const codes = codesIn(error);
  const certificate = codes.find((code) => certificatePattern.test(code));
  if (certificate !== undefined)
    return failureOf(
      'tls',
      `The server's certificate was not accepted (${certificate}), so nothing was sent. Check the base URL, the clock, and whether a proxy intercepts the connection.`,
    );
  if (codes.includes('UND_ERR_HEADERS_OVERFLOW'))
    return failureOf(
      'not_the_api',
      'The server answered with more headers than any API has, so its answer was refused and nothing was repeated. Check the base URL, and whether a proxy answers.',
    );
  const offline = codes.find((code) => offlineCodes.has(code));
  if (phase === 'connecting' && offline !== undefined)
    return failureOf(
      'network',
      `The server cannot be reached (${offline}); nothing was sent. Check the network connection and the base URL, then try again.`,
      { retryable: false },
    );
  const why = codes[0] ?? redact(error instanceof Error ? error.message : String(error), secrets);
  if (phase === 'connecting') return failureOf('network', `The connection broke before the server answered (${why}).`);
  return failureOfCut(why);
}

export function failureOfCut(why: string): Failure {
  return failureOf('cut', `The answer broke off before its end (${why}); no tool call of it was run.`);
}

export function failureOfMalformed(why: string): Failure {
  return failureOf('malformed', `The answer cannot be read (${why}); no tool call of it was run.`);
}
