export interface Random {
  /** An integer from 0 to `limit - 1`. */
  below: (limit: number) => number;
  choose: <T>(from: readonly T[]) => T;
}

/** Mulberry32: small, fast, and the same on every machine. Not for secrets. */
export function makeRandom(seed: number): Random {
  let state = seed >>> 0;
  const below = (limit: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
  return {
    below,
    choose(from) {
      const chosen = from[below(from.length)];
      if (chosen === undefined) throw new Error('There is nothing to choose from.');
      return chosen;
    },
  };
}
