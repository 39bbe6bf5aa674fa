/** Whether primers pay at a host: the next request over the same pack shows it by its hits. */
import type { LedgerLine } from '../../protocol/usage.js';

export interface PrimerRecord {
  note(line: LedgerLine): void;
  isOff(place: Place, nowMs: number): boolean;
}

/** A server, by its host's name and origin. */
export type Place = Pick<LedgerLine, 'host' | 'origin'>;

/** After so many in a row: a single miss happens to every host. */
const failuresUntilOff = 2;
export const daysUntilRetry = 7;
const retryMs = daysUntilRetry * 24 * 3_600_000;
/** What comes later says nothing about the primer. */
const longestWaitMs = 3_600_000;

interface Known {
  /** Primed packs whose next request has not come yet, with the time. */
  waiting: Map<string, number>;
  failures: number;
  failedAt: number;
}

export function createPrimerRecord(): PrimerRecord {
  const places = new Map<string, Known>();
  return {
    note(line) {
      const { base, lane } = line.prefix;
      if (line.usage === null || base === undefined) return;
      const key = keyOf(line);
      const known = places.get(key) ?? { waiting: new Map<string, number>(), failures: 0, failedAt: 0 };
      places.set(key, known);
      const pack = `${lane} ${base.hash}`;
      const at = Date.parse(line.at);
      const primedAt = known.waiting.get(pack);
      if (line.purpose === 'primer') known.waiting.set(pack, at);
      else if (primedAt !== undefined) {
        known.waiting.delete(pack);
        if (at - primedAt > longestWaitMs) return;
        const hasPaid = line.usage.cacheHitTokens >= base.tokens / 2;
        known.failures = hasPaid ? 0 : known.failures + 1;
        if (!hasPaid) known.failedAt = at;
      }
    },
    isOff(place, nowMs) {
      const known = places.get(keyOf(place));
      return known !== undefined && known.failures >= failuresUntilOff && nowMs - known.failedAt < retryMs;
    },
  };
}

function keyOf({ host, origin }: Place): string {
  return `${host} ${origin}`;
}
