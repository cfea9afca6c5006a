// A number within bounds.

/** `value`, or the bound that it lies beyond; where the bounds cross, the lower one. */
export const clamp = (value: number, low: number, high: number): number =>
  Math.max(low, Math.min(high, value));
