// Round numbers along an axis, and the decimals that tell them apart.
import { ticks as roundNumbers, tickIncrement } from "d3-array";

export interface Ticks {
  values: number[];
  /** Decimals that tell neighbouring values apart. */
  digits: number;
  /** What is written at them, where it is not themselves. */
  texts?: string[];
}

/** Multiples of 1, 2 or 5 · 10ⁿ within [low, high], about `count` of them; none where the range is empty. */
export function ticks(low: number, high: number, count: number): Ticks {
  if (!(high > low) || !Number.isFinite(high - low)) return { values: [], digits: 0 };
  const step = tickIncrement(low, high, count);
  // For a step below 1, d3 returns its negative inverse: −20 for 0.05.
  const digits = step < 0 ? Math.ceil(Math.log10(-step) - 1e-9) : 0;
  return { values: roundNumbers(low, high, count), digits };
}
