/** Small questions beside the conversation: a GET that answers with a JSON object, held to the boundary's rules. */
import { refuseOrigin } from './boundary.js';
import {
  failureOf,
  failureOfAnswer,
  failureOfMalformed,
  failureOfNetworkError,
  failureOfPortal,
  looksLikeHtml,
} from './failures.js';
import type { Failure } from './types.js';

const timeoutMs = 15_000;

/** @param apiKey empty: the request carries none. */
export async function getJson(
  address: string,
  apiKey: string,
  send: typeof fetch,
  signal: AbortSignal | undefined,
): Promise<{ value: object } | { failure: Failure }> {
  const secrets = apiKey === '' ? [] : [apiKey];
  try {
    const url = new URL(address);
    const refusal = refuseOrigin(url, url.origin);
    if (refusal !== undefined) return { failure: failureOf('bad_request', refusal) };
    const timeout = AbortSignal.timeout(timeoutMs);
    const response = await send(url, {
      headers: {
        accept: 'application/json',
        'user-agent': 'baleen',
        ...(apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` }),
      },
      redirect: 'manual',
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    });
    const body = await response.text();
    const contentType = response.headers.get('content-type') ?? '';
    if (response.status >= 300 && response.status < 400) return { failure: failureOfPortal(response.status) };
    if (!response.ok) return { failure: failureOfAnswer({ ...answerOf(response, body, contentType), secrets }) };
    if (looksLikeHtml(body, contentType)) return { failure: failureOfPortal(response.status) };
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null) return { value };
    return { failure: failureOfMalformed('it is not a JSON object') };
  } catch (error) {
    if (error instanceof SyntaxError) return { failure: failureOfMalformed('it is not JSON') };
    return { failure: failureOfNetworkError(error, 'connecting', secrets) };
  }
}

function answerOf(
  response: Response,
  body: string,
  contentType: string,
): Omit<Parameters<typeof failureOfAnswer>[0], 'secrets'> {
  return {
    status: response.status,
    body,
    contentType,
    retryAfter: response.headers.get('retry-after'),
    requestId: undefined,
    nowMs: Date.now(),
  };
}
