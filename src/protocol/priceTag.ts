import type { Cost } from './money.js';

/** What the next send will cost, said before it is sent. */
export interface PriceTag {
  /** Of the whole input. */
  tokens: number;
  /** How many of them are expected in the prefix cache. */
  expectedHitTokens: number;
  /** The input at the expected hit, without any answer. */
  input: Cost;
  /** Between these the first request's cost is expected, answer included; `worst` is all miss and the longest answer. */
  low: Cost;
  expected: Cost;
  high: Cost;
  worst: Cost;
  /** Of the primer that goes ahead, if one does; it is in the other figures. */
  primer: Cost | undefined;
}
