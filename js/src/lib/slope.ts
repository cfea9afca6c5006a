// The slope view: two scales of ranks, a line a title from its rank by mean to its rank by bias. No DOM.

export interface Slope {
  row: number;
  /** Rank by mean and rank by bias, from 1. */
  from: number;
  to: number;
}

export interface SlopeLine extends Slope {
  /** Where the ranks lie on the scales, in pixels from the top. */
  fromY: number;
  toY: number;
  /** Where there is room for their labels. */
  fromLabelY: number;
  toLabelY: number;
}

/** Middles of labels of height `gap`, as near to `wanted` (ascending) as they go without touching, in [0, height]. */
export function spreadOut(wanted: readonly number[], gap: number, height: number): number[] {
  const placed: number[] = [];
  let lowest = gap / 2;
  for (const y of wanted) {
    placed.push(Math.max(y, lowest));
    lowest = placed[placed.length - 1] + gap;
  }
  let highest = height - gap / 2;
  for (let i = placed.length - 1; i >= 0 && placed[i] > highest; i--) {
    placed[i] = highest;
    highest -= gap;
  }
  return placed;
}

/**
 * Lines for `slopes` among `n` ranked titles, ordered by `to`. Both scales are logits of the rank's share: wide at their
 * ends, where rankings are read. Needs `slopes.length * gap <= height`.
 */
export function slopeLines(slopes: readonly Slope[], n: number, height: number, gap: number): SlopeLine[] {
  const logit = (rank: number) => Math.log((rank - 0.5) / (n - rank + 0.5));
  const y = (rank: number) => height / 2 + (n > 1 ? (logit(rank) / logit(n) / 2) * (height - gap) : 0);
  const lines = [...slopes]
    .sort((a, b) => a.to - b.to)
    .map((slope) => ({ ...slope, fromY: y(slope.from), toY: y(slope.to), fromLabelY: 0, toLabelY: 0 }));
  const toLabels = spreadOut(
    lines.map(({ toY }) => toY),
    gap,
    height,
  );
  for (const [i, line] of lines.entries()) line.toLabelY = toLabels[i];
  const byFrom = [...lines].sort((a, b) => a.from - b.from);
  const fromLabels = spreadOut(
    byFrom.map(({ fromY }) => fromY),
    gap,
    height,
  );
  for (const [i, line] of byFrom.entries()) line.fromLabelY = fromLabels[i];
  return lines;
}
