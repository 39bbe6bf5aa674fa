/** The model client with the user's money in view: caps before each attempt, a ledger line for each, and what the cache did. */
import type { Usage } from '../../protocol/events.js';
import { free, type Cost } from '../../protocol/money.js';
import type { LedgerLine } from '../../protocol/usage.js';
import type { Clock } from '../host.js';
import { failureOf } from '../model/failures.js';
import { costOf, dearestRates, ratesAt, usageOf, type Rates } from '../model/prices.js';
import { originOf } from '../model/origin.js';
import type { Account, Failure, ModelClient, ModelEvent, ModelRequest } from '../model/types.js';
import { grantOutput, hasCaps, leastOutputTokens, refuseUnpriced } from './caps.js';
import type { Known, Ledger } from './ledger.js';
import { answerHash, prefixOf } from './prefixes.js';
import { daysUntilRetry } from './primerRecord.js';
import { createMissWatch, type MissWatch } from './suddenMiss.js';
import type { Expectation } from './warmth.js';

export interface MeteredClientParts {
  client: ModelClient;
  ledger: Ledger;
  clock: Clock;
  randomHex: (digits: number) => string;
}

/** Requests of a rehearsal cost nothing and are not written down. */
export function createMeteredClient(parts: MeteredClientParts): ModelClient {
  const misses = createMissWatch();
  return {
    stream: (request, signal) =>
      request.account.rehearsal
        ? streamFree(parts.client.stream(request, signal))
        : streamMetered(parts, misses, request, signal),
  };
}

async function* streamFree(events: AsyncIterable<ModelEvent>): AsyncGenerator<ModelEvent> {
  for await (const event of events) yield event.type === 'done' ? { ...event, cost: free } : event;
}

interface Opened {
  kind: 'opened';
  line: LedgerLine;
  maxTokens: number;
  rates: Rates | null;
  expected: Expectation;
  lowered: string | undefined;
  /** Primers were off here already. */
  isUnprimed: boolean;
}

async function* streamMetered(
  parts: MeteredClientParts,
  misses: MissWatch,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<ModelEvent> {
  if (signal.aborted) {
    yield { type: 'aborted' };
    return;
  }
  const begun = await parts.ledger.begin<Begun>((known) => openRequest(parts, known, request), lineOf);
  if (begun.kind === 'refused') {
    yield { type: 'failed', failure: failureOf('cap', begun.sentence, { unbilled: true }) };
    return;
  }
  const startedAt = parts.clock.now();
  let firstTokenAt: number | undefined;
  let closed = false;
  const close = (end: Partial<LedgerLine>): Promise<Known> => {
    closed = true;
    const firstTokenMs = firstTokenAt === undefined ? null : firstTokenAt - startedAt;
    return parts.ledger.end({ ...begun.line, firstTokenMs, durationMs: parts.clock.now() - startedAt, ...end });
  };
  try {
    const trouble = parts.ledger.takeTrouble();
    if (trouble !== undefined) yield { type: 'notice', level: 'warning', text: trouble };
    if (begun.lowered !== undefined) yield { type: 'notice', level: 'info', text: begun.lowered };
    for await (const event of parts.client.stream({ ...request, maxTokens: begun.maxTokens }, signal)) {
      if (event.type === 'reasoning' || event.type === 'text' || event.type === 'call')
        firstTokenAt ??= parts.clock.now();
      if (event.type === 'done') {
        const end = endOfDone(event, begun, request);
        const known = await close(end);
        yield* noticesOf(parts, misses, { known, begun, request, usage: event.usage });
        yield { ...event, cost: end.cost };
        continue;
      }
      if (event.type === 'failed') await close(endOfFailure(event.failure, begun.line));
      yield event;
    }
  } finally {
    // Also where the caller has stopped reading.
    if (!closed) await close({ finish: 'aborted' });
  }
}

function lineOf(begun: Begun): LedgerLine | undefined {
  return begun.kind === 'opened' ? begun.line : undefined;
}

type Begun = { kind: 'refused'; sentence: string } | Opened;

function openRequest({ clock, randomHex }: MeteredClientParts, known: Known, request: ModelRequest): Begun {
  const { account, model, host, wire, thinking, baseUrl } = request;
  const { caps, currency, session, turn, purpose } = account;
  const nowMs = clock.now();
  const rates = ratesAt({ ...request, currency, rehearsal: false }, nowMs);
  const dearest = dearestRates({ ...request, currency, rehearsal: false }, nowMs);
  let { maxTokens } = request;
  let lowered: string | undefined;
  if (dearest === null) {
    if (hasCaps(caps)) return { kind: 'refused', sentence: refuseUnpriced(host.label) };
  } else {
    const spent = known.spending.spent(currency, { nowMs, session, turn });
    const grant = grantOutput(caps, spent, dearest, askedOf(account, maxTokens));
    if (grant.kind === 'refused') return grant;
    if (account.ahead === undefined) ({ maxTokens, lowered } = grant);
  }
  const prefix = prefixOf(request);
  const expected = known.warmth.expect(prefix, nowMs);
  const atMost = costOf(usageOf(account.mostTokens, 0, maxTokens), dearest);
  const line: LedgerLine = {
    version: 1,
    id: randomHex(16),
    at: new Date(nowMs).toISOString(),
    ...{ purpose, session, turn, model: model.id, answeredBy: null, host: host.name, origin: originOf(baseUrl) ?? '' },
    ...{ wire, thinking, countedTokens: account.countedTokens, expectedHitTokens: expected.hitTokens },
    usage: null,
    rates: rates === null ? null : withoutCurrency(rates),
    ...{ cost: null, atMost, finish: 'open', firstTokenMs: null, durationMs: 0, requestId: null, fingerprint: null },
    prefix: {
      lane: prefix.lane,
      ...(prefix.base === undefined ? {} : { base: prefix.base }),
      input: prefix.chain.at(-1) ?? '',
    },
  };
  const isUnprimed = known.primers.isOff(line, nowMs);
  return { kind: 'opened', line, maxTokens, rates, expected, lowered, isUnprimed };
}

/** A primer has to leave room for the request that it goes ahead of. */
function askedOf({ mostTokens, ahead }: Account, maxTokens: number): { inputTokens: number; maxTokens: number } {
  return ahead === undefined
    ? { inputTokens: mostTokens, maxTokens }
    : { inputTokens: mostTokens + ahead, maxTokens: maxTokens + leastOutputTokens };
}

function endOfDone(
  event: Extract<ModelEvent, { type: 'done' }>,
  { line, rates }: Opened,
  request: ModelRequest,
): Partial<LedgerLine> & Pick<LedgerLine, 'cost'> {
  const { usage, model, requestId, fingerprint, rawFinish, stopReason, message } = event;
  // A host that tells no usage has billed something all the same.
  const isTold = usage.cacheHitTokens + usage.cacheMissTokens > 0;
  const cost = isTold ? costOf(usage, rates) : null;
  const output = answerHash(line.prefix.input, request, message);
  return {
    usage: isTold ? usage : null,
    cost,
    atMost: isTold ? cost : line.atMost,
    finish: rawFinish ?? stopReason,
    answeredBy: model === '' ? null : model,
    requestId: requestId ?? null,
    fingerprint: fingerprint ?? null,
    prefix: { ...line.prefix, ...(output === undefined ? {} : { output }) },
  };
}

function endOfFailure(failure: Failure, line: LedgerLine): Partial<LedgerLine> {
  const atMost: Cost = isUnbilled(failure) && line.atMost !== null ? { ...line.atMost, amount: 0 } : line.atMost;
  return { finish: failure.kind, requestId: failure.requestId ?? null, atMost };
}

/** The server refused it before the model was asked, or it never left. */
function isUnbilled({ unbilled, kind, status, retryable }: Failure): boolean {
  if (unbilled === true || kind === 'secret' || kind === 'tls') return true;
  return (kind === 'bad_request' && status === undefined) || (kind === 'network' && !retryable);
}

function* noticesOf(
  { clock }: MeteredClientParts,
  misses: MissWatch,
  { known, begun, request, usage }: { known: Known; begun: Opened; request: ModelRequest; usage: Usage },
): Generator<ModelEvent> {
  const { line, expected, rates, isUnprimed } = begun;
  const text = misses.note(line.prefix.lane, expected, usage, rates);
  if (text !== undefined) yield { type: 'notice', level: 'warning', text };
  if (isUnprimed || !request.account.primer || !known.primers.isOff(line, clock.now())) return;
  yield {
    type: 'notice',
    level: 'info',
    text: `Reading the pack into the prefix cache ahead of a request did not pay at ${line.origin}: the requests that followed did not find it there. It is left out for ${daysUntilRetry} days.`,
  };
}

function withoutCurrency({ hit, miss, output, isPeak }: Rates): NonNullable<LedgerLine['rates']> {
  return { hit, miss, output, isPeak };
}
