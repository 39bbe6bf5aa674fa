/** What requests used and cost: the ledger's lines, and their sums for `baleen usage` and the usage page. */
import type { ThinkingLevel, Usage, WireName, Workflow } from './events.js';
import type { Cost } from './money.js';

/** Why a request was made. A primer makes pack and change log a stored unit of the prefix cache. */
export type Purpose = Workflow | 'primer' | 'compaction';

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
  /** Random; the line that was written before the request has it too. */
  id: string;
  /** When it was sent, ISO 8601 UTC. */
  at: string;
  purpose: Purpose;
  session: string;
  /** Of the session; a primer has that of the request that it goes ahead of. */
  turn: number;
  /** Our id of the model, and what the server says answered. */
  model: string;
  answeredBy: string | null;
  host: string;
  /** Of the base URL. */
  origin: string;
  wire: WireName;
  thinking: ThinkingLevel;
  /** Our own count of the input, and how much of it was expected in the prefix cache. */
  countedTokens: number;
  expectedHitTokens: number;
  /** `null` where the server told none: it failed, or was cancelled. */
  usage: Usage | null;
  /** `null` where the host's prices are not known. */
  rates: LedgerRates | null;
  /** `null` where usage or prices are not known. */
  cost: Cost;
  /** What it can have cost at most: `cost` where that is known, nothing where it was refused. Caps count this. */
  atMost: Cost;
  /**
   * The server's own word for the end (`stop`, `length` …), else the kind of the failure, or `aborted`. `open` while it
   * runs; a process that died leaves it so.
   */
  finish: string;
  firstTokenMs: number | null;
  durationMs: number;
  requestId: string | null;
  fingerprint: string | null;
  prefix: LedgerPrefix;
}

/** Hashes that stand for the prefix of a request, so that a later one knows how much of its own is in the cache. */
export interface LedgerPrefix {
  /** What keeps caches apart: host, wire, account, model and what of the thinking level is in the prompt. */
  lane: string;
  /** Pack and change log, as far as they stand at the beginning of the session; absent where a request has neither. */
  base?: { hash: string; tokens: number };
  input: string;
  /** The input and the answer to it, where the next request begins with both as the server wrote them. */
  output?: string;
}

/** Sums of the lines of one local day with the same purpose, model and host. */
export interface UsageGroup {
  /** `YYYY-MM-DD`, local time. */
  day: string;
  purpose: Purpose;
  model: string;
  host: string;
  requests: number;
  /** Without an answer: refused, cut, or cancelled. */
  failed: number;
  /** Of those, the ones whose usage never came although the server may have billed them; they are in no other figure. */
  unsettled: { requests: number; atMost: Cost };
  usage: Usage;
  /** `null` where a price is not known, or the sums are of two currencies. */
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
