/** How long answers were: what the price tag expects of the next one. */
import type { ThinkingLevel } from '../../protocol/events.js';
import type { LedgerLine, Purpose } from '../../protocol/usage.js';

export interface AnswerKind {
  purpose: Purpose;
  model: string;
  thinking: ThinkingLevel;
}

/** Of the answer to one request, reasoning included. */
export interface OutputRange {
  low: number;
  expected: number;
  high: number;
}

export interface Outputs {
  note(line: LedgerLine): void;
  rangeOf(kind: AnswerKind): OutputRange;
}

const mostKept = 200;
/** With fewer answers than this the priors have a say. */
const enough = 10;
/** Left out at either end; the lower one costs the range little. */
const tails = { low: 0.005, high: 0.015 };

/** Before there is a history: answers of agents, from a line to a long plan; thinking multiplies them. */
const priors: Record<ThinkingLevel, OutputRange> = {
  off: { low: 60, expected: 400, high: 2500 },
  low: { low: 150, expected: 900, high: 5000 },
  high: { low: 250, expected: 1500, high: 8000 },
  max: { low: 500, expected: 4000, high: 24_000 },
};

export function createOutputs(): Outputs {
  const kept = new Map<string, number[]>();
  return {
    note(line) {
      if (line.usage === null || line.purpose === 'primer') return;
      const key = keyOf(line);
      const known = kept.get(key) ?? [];
      known.push(line.usage.outputTokens);
      if (known.length > mostKept) known.shift();
      kept.set(key, known);
    },
    rangeOf: (kind) => rangeFrom(kept.get(keyOf(kind)) ?? [], priors[kind.thinking]),
  };
}

function keyOf({ purpose, model, thinking }: AnswerKind): string {
  return JSON.stringify([purpose, model, thinking]);
}

/** Quantiles with the margin that few samples need: beyond their extremes by as much as these are apart from the middle. */
function rangeFrom(samples: readonly number[], prior: OutputRange): OutputRange {
  if (samples.length === 0) return prior;
  const sorted = [...samples].sort((a, b) => a - b);
  const expected = quantile(sorted, 0.5);
  // The extremes of n samples leave out 2 in n + 1 of what comes next.
  const slack = 1 + 6 / sorted.length;
  const low = quantile(sorted, tails.low) / (1.2 * slack);
  const high = quantile(sorted, 1 - tails.high) * slack;
  if (sorted.length >= enough) return { low, expected, high };
  return { low: Math.min(low, prior.low), expected, high: Math.max(high, prior.high) };
}

function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)]!;
  return below + (sorted[Math.ceil(at)]! - below) * (at - Math.floor(at));
}
