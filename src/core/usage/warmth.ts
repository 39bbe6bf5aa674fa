/** What a lane has in the prefix cache, by the host's documented rules: the ends of inputs and answers, and what hits have shown. */
import type { LedgerLine } from '../../protocol/usage.js';

/**
 * "Unused entries are cleared within a few hours to a few days" (https://api-docs.deepseek.com/guides/kv_cache). What is
 * younger than the first is taken for granted; up to the second a hit is expected, and a miss no surprise.
 */
export const surelyWarmMs = 2 * 3_600_000;
export const longestWarmMs = 24 * 3_600_000;

/** Hits are multiples of this. */
export const unitTokens = 128;
/** The template's mark of the model's turn, which is no part of the user's input. */
export const markTokens = 2;

/** The prefix of a request that is to be sent. */
export interface PrefixOfRequest {
  lane: string;
  /** A hash for each message: of it and all before it. */
  chain: readonly string[];
  base?: { hash: string; tokens: number };
}

export interface Expectation {
  hitTokens: number;
  /** The most that can be there, if the host stores more than its rules promise (units at intervals of a long input). */
  mostHitTokens: number;
  /** Pack and change log are in a unit that ends at them or behind them, however the service counts their tokens. */
  coversBase: boolean;
  /** Used within hours. */
  isSure: boolean;
}

export interface Warmth {
  note(line: LedgerLine): void;
  expect(prefix: PrefixOfRequest, nowMs: number): Expectation;
}

interface Unit {
  tokens: number;
  at: number;
  /** The end of an input or of an answer, and not what hits have shown of one. */
  isWhole: boolean;
}

interface Lane {
  /** By the hash of all that they hold. */
  units: Map<string, Unit>;
  /** Packs with their change logs that were sent, whether or not they are units of their own. */
  bases: Map<string, Unit>;
}

const mostUnits = 512;

export function createWarmth(): Warmth {
  const lanes = new Map<string, Lane>();
  return {
    note({ at: sentAt, usage, prefix, durationMs, expectedHitTokens }) {
      if (usage === null) return;
      const at = Date.parse(sentAt) + durationMs;
      const lane: Lane = lanes.get(prefix.lane) ?? { units: new Map<string, Unit>(), bases: new Map<string, Unit>() };
      lanes.set(prefix.lane, lane);
      const input = usage.cacheHitTokens + usage.cacheMissTokens;
      // Anew, so that the order of the map is that of the last use.
      keep(lane.units, prefix.input, { tokens: input - markTokens, at, isWhole: true });
      if (prefix.output !== undefined)
        keep(lane.units, prefix.output, { tokens: input + usage.outputTokens, at, isWhole: true });
      if (prefix.base === undefined) return;
      const { hash, tokens } = prefix.base;
      keep(lane.bases, hash, { tokens: tokens - markTokens, at, isWhole: false });
      // More hits than the units that are known can give show what else is there.
      const shown = Math.min(usage.cacheHitTokens, tokens - markTokens);
      if (shown > expectedHitTokens) {
        const known = lane.units.get(hash);
        keep(lane.units, hash, { tokens: Math.max(shown, known?.tokens ?? 0), at, isWhole: known?.isWhole ?? false });
      }
    },
    expect({ lane: name, chain, base }, nowMs) {
      const lane = lanes.get(name);
      const isAlive = (unit: Unit | undefined): unit is Unit => unit !== undefined && nowMs - unit.at < longestWarmMs;
      const found = chain.map((one) => lane?.units.get(one)).filter(isAlive);
      const longest = found.reduce<Unit>((a, b) => (b.tokens > a.tokens ? b : a), {
        tokens: 0,
        at: nowMs,
        isWhole: false,
      });
      const behind = base === undefined ? [] : chain.slice(chain.indexOf(base.hash));
      const seen = base === undefined ? undefined : lane?.bases.get(base.hash);
      return {
        hitTokens: wholeUnits(longest.tokens),
        mostHitTokens: wholeUnits(Math.max(longest.tokens, isAlive(seen) ? seen.tokens : 0)),
        coversBase: behind.map((one) => lane?.units.get(one)).some((unit) => isAlive(unit) && unit.isWhole),
        isSure: nowMs - longest.at < surelyWarmMs,
      };
    },
  };
}

/** As a hit would be told of them. */
export function wholeUnits(tokens: number): number {
  return Math.max(0, Math.floor(tokens / unitTokens) * unitTokens);
}

function keep<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > mostUnits && oldest !== undefined) map.delete(oldest);
}
