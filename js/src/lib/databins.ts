// How many titles (or users) have how many ratings, in bins that double: 1, 2–3, 4–7, …
export interface Bin {
  low: number;
  high: number;
  count: number;
}

/** Rows without a rating are in none. Bins between the first and the last that are empty stay, so that gaps show. */
export function doublingBins(counts: ArrayLike<number>): Bin[] {
  const sums: number[] = [];
  for (let row = 0; row < counts.length; row++) {
    if (counts[row] < 1) continue;
    const bin = Math.floor(Math.log2(counts[row]));
    sums[bin] = (sums[bin] ?? 0) + 1;
  }
  const bins: Bin[] = [];
  const first = sums.findIndex((sum) => sum > 0);
  for (let bin = Math.max(first, 0); bin < sums.length; bin++)
    bins.push({ low: 2 ** bin, high: 2 ** (bin + 1) - 1, count: sums[bin] ?? 0 });
  return bins;
}

/** The middle one of the counts above 0, or null. */
export function medianCount(counts: ArrayLike<number>): number | null {
  const rated = Array.from(counts).filter((count) => count > 0);
  if (!rated.length) return null;
  rated.sort((a, b) => a - b);
  return rated[Math.floor((rated.length - 1) / 2)];
}
