/** What an account has left, and whether a key is accepted: asked before any work is begun. */
import { failureOfMalformed } from './failures.js';
import { getJson } from './getJson.js';
import type { Failure } from './types.js';

export interface Balance {
  /** The server's own verdict: requests will be answered. */
  isAvailable: boolean;
  /** Amounts as the server writes them, for instance `12.34`. */
  amounts: { currency: string; total: string }[];
}

export type BalanceAnswer = { balance: Balance } | { failure: Failure };

/** `balance` is absent at hosts that accept the key but tell no balance. */
export type KeyAnswer = { accepted: true; balance?: Balance } | { accepted: false; failure: Failure };

/** `GET /user/balance`; a failure of kind `bad_request` with status 404 at hosts that have no such address. */
export async function readBalance(
  baseUrl: string,
  apiKey: string,
  send: typeof fetch,
  signal?: AbortSignal,
): Promise<BalanceAnswer> {
  const answer = await getJson(`${rootOf(baseUrl)}/user/balance`, apiKey, send, signal);
  if ('failure' in answer) return answer;
  const { is_available: isAvailable, balance_infos: infos } = answer.value as {
    is_available?: unknown;
    balance_infos?: unknown;
  };
  if (!Array.isArray(infos)) return { failure: failureOfMalformed('the balance has another form than documented') };
  const amounts = (infos as { currency?: unknown; total_balance?: unknown }[]).map((info) => ({
    currency: String(info.currency),
    total: String(info.total_balance),
  }));
  return { balance: { isAvailable: isAvailable === true, amounts } };
}

/** One or two small requests that cost nothing. */
export async function checkKey(
  baseUrl: string,
  apiKey: string,
  send: typeof fetch,
  signal?: AbortSignal,
): Promise<KeyAnswer> {
  const answer = await readBalance(baseUrl, apiKey, send, signal);
  if ('balance' in answer) return { accepted: true, balance: answer.balance };
  if (answer.failure.status !== 404) return { accepted: false, failure: answer.failure };
  const models = await getJson(`${rootOf(baseUrl)}/models`, apiKey, send, signal);
  return 'failure' in models ? { accepted: false, failure: models.failure } : { accepted: true };
}

/** Both addresses stand at the root of the API, beside the wires' own paths. */
function rootOf(baseUrl: string): string {
  return baseUrl.replace(/\/+$/, '').replace(/\/(anthropic|beta)$/, '');
}
