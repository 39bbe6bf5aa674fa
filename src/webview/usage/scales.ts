/** Where values stand on an axis, and which values are named there. */

export interface Tick {
  value: number;
  /** 0 at the foot of the plot, 1 at its top. */
  at: number;
}

export interface Scale {
  ticks: Tick[];
  /** 0 to 1. */
  at: (value: number) => number;
  /** Decimals with which each tick is told exactly, so that all are told alike. */
  decimals: number;
}

/** From 0 to a round number that is not below `most`, in about `steps` round steps. */
export function linearScale(most: number, steps = 4): Scale {
  const top = most > 0 ? most : 1;
  const step = roundUp(top / steps);
  const count = Math.ceil(top / step - 1e-9);
  const end = count * step;
  const at = (value: number): number => value / end;
  // 3 × 0.1 is not 0.3: the division gives the number that is meant.
  const values = Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
  const decimals = Math.max(...values.map((value) => (String(value).split('.')[1] ?? '').length));
  return { ticks: values.map((value) => ({ value, at: at(value) })), at, decimals };
}

/** The next of 1, 2, 2.5, 5 and 10 times a power of ten. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 2.5, 5].find((one) => one * power >= value * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** By powers of ten, with 2 and 5 between them where there is room. Both ends are round. */
export function logScale(least: number, most: number): Scale {
  const marks = [-1, 0, 1, 2, 3, 4, 5, 6].flatMap((power) => [1, 2, 5].map((factor) => factor * 10 ** power));
  const first = marks.findLast((mark) => mark <= least) ?? marks[0]!;
  const last = marks.find((mark) => mark >= most && mark > first) ?? marks.at(-1)!;
  const [low, high] = [Math.log10(first), Math.log10(last)];
  const at = (value: number): number => (Math.log10(Math.max(value, first)) - low) / (high - low);
  const inside = marks.filter((mark) => mark >= first && mark <= last);
  const named = inside.length <= 8 ? inside : inside.filter((mark) => Number.isInteger(Math.log10(mark)));
  return { ticks: named.map((value) => ({ value, at: at(value) })), at, decimals: 0 };
}

/** Which of `count` columns are named, so that names keep their distance; the newest, at the right, always is. */
export function namedColumns(count: number, width: number, leastPx = 64): number[] {
  const every = Math.max(1, Math.ceil((count * leastPx) / Math.max(1, width)));
  return Array.from({ length: count }, (_, index) => index).filter((index) => (count - 1 - index) % every === 0);
}
