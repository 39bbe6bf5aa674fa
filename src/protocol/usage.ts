/** What requests used and cost: the ledger's lines, their sums for `baleen usage` and the usage page, and the price tag. */
import type { ThinkingLevel, Usage, WireName, Workflow } from './events.js';
import type { Cost } from './money.js';

/** Why a request was made. A primer makes pack and change log a stored unit of the prefix cache. */
export type Purpose = Workflow | 'primer';

/** Per million tokens, as they held when the request was sent. */
export interface LedgerRates {
  hit: number;
  miss: number;
  output: number;
  isPeak: boolean;
}

/** One request, also one that failed or was repeated. */
export interface LedgerLine {
  version: 1;
  /** When it was sent, ISO 8601 UTC. */
  at: string;
  purpose: Purpose;
  session: string;
  /** Our id of the model, and what the server says answered. */
  model: string;
  answeredBy: string | null;
  host: string;
  wire: WireName;
  thinking: ThinkingLevel;
  /** Our own count of the input. */
  countedTokens: number;
  /** `null` where the server told none: it failed, or was cancelled. */
  usage: Usage | null;
  /** `null` where the host's prices are not known. */
  rates: LedgerRates | null;
  cost: Cost;
  /** The server's own word for the end (`stop`, `length` …), else the kind of the failure, or `aborted`. */
  finish: string;
  firstTokenMs: number | null;
  durationMs: number;
  requestId: string | null;
  fingerprint: string | null;
}

/** Sums of the lines of one local day with the same purpose, model and host. */
export interface UsageGroup {
  /** `YYYY-MM-DD`, local time. */
  day: string;
  purpose: Purpose;
  model: string;
  host: string;
  requests: number;
  failed: number;
  usage: Usage;
  cost: Cost;
  /** What the cached tokens would have cost more, had nothing been cached. */
  saved: Cost;
}

export interface LatencyPoint {
  at: string;
  model: string;
  purpose: Purpose;
  inputTokens: number;
  hitTokens: number;
  firstTokenMs: number;
  durationMs: number;
}

export interface UsageReport {
  /** First and last local day, both included. */
  from: string;
  to: string;
  groups: UsageGroup[];
  /** The newest, oldest first. */
  latencies: LatencyPoint[];
  /** Lines that could not be read; they stay on disk and are counted here only. */
  damaged: number;
}

/** What the next send will cost. */
export interface PriceTag {
  /** Of the whole input. */
  tokens: number;
  /** How many of them are expected in the prefix cache. */
  expectedHitTokens: number;
  /** The input at the expected hit, without any answer. */
  input: Cost;
  /** The range in which the first request's cost is expected, answer included; `worst` is all miss and the longest answer. */
  low: Cost;
  expected: Cost;
  high: Cost;
  worst: Cost;
  /** Of the primer that goes ahead, if one does; it is in the other figures. */
  primer: Cost | undefined;
}
