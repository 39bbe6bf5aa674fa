/**
 * The request that has pack and change log read into the prefix cache as a unit of their own, so that every conversation over
 * them finds it there; and the gate at which requests over the same cold prefix wait for the first.
 */
import type { Clock } from '../host.js';
import type { CatalogueHost } from '../model/hosts.js';
import { originOf } from '../model/origin.js';
import type { Failure, FailureKind, ModelClient, ModelEvent, ModelRequest } from '../model/types.js';
import type { Known, Ledger } from './ledger.js';
import { prefixOf } from './prefixes.js';
import { unitTokens, type Expectation } from './warmth.js';

export type PrimerMode = 'auto' | 'on' | 'off';

/** A pack that is shorter is not worth a request of its own. */
export const leastPrimedTokens = 8192;

/** By itself only at the own address of a host whose cache is known to keep whole units. */
export function isPrimerOn(mode: PrimerMode, host: CatalogueHost, baseUrl: string): boolean {
  if (mode !== 'auto') return mode === 'on';
  return host.primerMayPay && Object.values(host.baseUrls).includes(baseUrl);
}

type Primed = Pick<ModelRequest, 'host' | 'baseUrl'> & { account: Pick<ModelRequest['account'], 'base' | 'primer'> };

/** Whether one goes ahead of a request of which so much is expected in the cache. */
export function needsPrimer(
  { primers }: Pick<Known, 'primers'>,
  { host, baseUrl, account }: Primed,
  expected: Expectation,
  nowMs: number,
): boolean {
  if (!account.primer || primers.isOff({ host: host.name, origin: originOf(baseUrl) ?? '' }, nowMs)) return false;
  return account.base !== undefined && account.base.tokens >= leastPrimedTokens && isCold(account.base, expected);
}

function isCold(base: { tokens: number }, { hitTokens, coversBase, isSure }: Expectation): boolean {
  return !isSure || (!coversBase && hitTokens < 0.9 * base.tokens - unitTokens);
}

export interface PrimingClientParts {
  /** The metered one: a primer costs money like any request. */
  client: ModelClient;
  ledger: Ledger;
  clock: Clock;
}

/** In one process: by lane and prefix, what has to end before others read the same. */
type Gates = Map<string, Promise<void>>;

export function createPrimingClient(parts: PrimingClientParts): ModelClient {
  const gates: Gates = new Map();
  return {
    stream: (request, signal) =>
      request.account.rehearsal || request.account.base === undefined
        ? parts.client.stream(request, signal)
        : streamPrimed(parts, gates, request, signal),
  };
}

async function* streamPrimed(
  parts: PrimingClientParts,
  gates: Gates,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<ModelEvent> {
  const prefix = prefixOf(request);
  const key = `${prefix.lane} ${prefix.base?.hash}`;
  const startedAt = parts.clock.now();
  const waiting = (): ModelEvent => {
    const seconds = Math.round((parts.clock.now() - startedAt) / 1000);
    return { type: 'waiting', reason: 'prefix', seconds };
  };
  let plan = await planSend(parts, request);
  let gate = gates.get(key);
  while (gate !== undefined && plan !== 'warm') {
    yield waiting();
    if (!(await passes(gate, signal))) {
      yield { type: 'aborted' };
      return;
    }
    plan = await planSend(parts, request);
    // What the first has read is there by now, if the host keeps it: no reason to go one by one.
    if (plan === 'cold') plan = 'warm';
    gate = gates.get(key);
  }
  if (plan === 'warm') {
    yield* parts.client.stream(request, signal);
    return;
  }
  const open = closeGate(gates, key);
  try {
    if (plan === 'prime') {
      yield waiting();
      const failure = yield* prime(parts.client, request, signal);
      open();
      if (failure !== undefined && isOfServer.has(failure.kind)) {
        yield { type: 'failed', failure };
        return;
      }
    }
    for await (const event of parts.client.stream(request, signal)) {
      // The input has been read when an answer begins.
      if (event.type !== 'waiting' && event.type !== 'notice') open();
      yield event;
    }
  } finally {
    open();
  }
}

async function planSend(
  { ledger, clock }: PrimingClientParts,
  request: ModelRequest,
): Promise<'warm' | 'cold' | 'prime'> {
  const known = await ledger.known();
  const prefix = prefixOf(request);
  const expected = known.warmth.expect(prefix, clock.now());
  if (needsPrimer(known, request, expected, clock.now())) return 'prime';
  return isCold(request.account.base!, expected) ? 'cold' : 'warm';
}

function closeGate(gates: Gates, key: string): () => void {
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  gates.set(key, gate);
  return () => {
    if (gates.get(key) === gate) gates.delete(key);
    open();
  };
}

/** `false` where the wait was given up. */
async function passes(gate: Promise<void>, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  let abort = (): void => undefined;
  const aborted = new Promise<boolean>((resolve) => (abort = () => resolve(false)));
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([gate.then(() => true), aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** The request would meet the same: it is tried again in the primer's place. */
const isOfServer: ReadonlySet<FailureKind> = new Set(['rate_limit', 'server', 'network', 'stalled']);

/** Its answer is no part of the conversation. */
async function* prime(
  client: ModelClient,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<ModelEvent, Failure | undefined> {
  const { account } = request;
  const { messages, tokens } = account.base!;
  const margin = account.mostTokens - account.countedTokens;
  // It is no part of the conversation, so that its bytes are not remembered as what the session sent.
  const { prefix: _prefix, ...alike } = request;
  const primer: ModelRequest = {
    ...alike,
    messages: request.messages.slice(0, messages),
    maxTokens: 1,
    account: {
      ...account,
      purpose: 'primer',
      countedTokens: tokens,
      mostTokens: tokens + margin,
      ahead: account.mostTokens,
    },
  };
  let failure: Failure | undefined;
  for await (const event of client.stream(primer, signal)) {
    if (event.type === 'notice') yield event;
    if (event.type === 'done') yield { type: 'primed', usage: event.usage, cost: event.cost ?? null };
    if (event.type === 'failed') failure = event.failure;
  }
  return failure;
}
