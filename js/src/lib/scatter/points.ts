// The columns the map is drawn from: coordinates, colours and sizes by row, and the rows to draw, in typed arrays.

import { max } from "d3-array";
import type { Side } from "../../store";
import { clamp } from "../clamp";
import { integerKeys, sortedByKey } from "../radix";
import { averageBias, spread } from "../ranking";
import type { MapFrame } from "./frame";
import { BINS, binOf, type ColorBy, type ColorScale } from "./palette";
import { extent } from "./viewbox";

/** "count", "none", or the name of anything else that is a number. */
export type SizeBy = string;

/** Sizes a point can have; one sprite each. */
export const SIZES = 12;

/** Scores of one component by row; NaN where a row has none. `component` counts from 1. */
export function scoresOf(frame: MapFrame, component: number): Float32Array {
  const column = new Float32Array(frame.n);
  const { scores, m, n } = frame;
  if (component < 1 || component > m) return column.fill(Number.NaN);
  for (let row = 0, at = component - 1; row < n; row++, at += m) column[row] = scores[at];
  return column;
}

/** Whether a row is trained, has at least `minCount` ratings and a place on the map. */
export function isShown(
  side: Side,
  minCount: number,
  x: Float32Array,
  y: Float32Array,
  row: number,
): boolean {
  return side.trained[row] === 1 && side.counts[row] >= minCount && Number.isFinite(x[row] + y[row]);
}

/** Rows 1 … n − 1 by falling count, ties by row: drawn last, on top, are the small ones. Made once for a side. */
export const drawOrder = (counts: Int32Array): Int32Array =>
  sortedByKey(counts.map((_, row) => row).subarray(1), integerKeys(counts, false));

/** Biases relative to the mean of the trained rows, in the model's own unit. */
export function centred(bias: Float32Array, trained: Uint8Array): Float64Array {
  const average = averageBias(bias, trained);
  return Float64Array.from(bias, (value) => value - average);
}

export interface Colouring {
  scale: ColorScale;
  /** Bin by row. */
  bins: Uint8Array;
}

/**
 * The bin of each row. Bias: symmetric around 0, the ends at the 98th percentile of |bias| of the shown rows.
 * Count: logarithmic. What cannot be shown (no bias in the model) is coloured as "none".
 */
export function colouring(by: ColorBy, rows: Int32Array, side: Side, bias: Float64Array | null): Colouring {
  const bins = new Uint8Array(side.n);
  const none: Colouring = { scale: { by: "none", low: 0, high: 1, log: false }, bins };
  let values: ArrayLike<number>;
  let scale: ColorScale;
  if (by === "bias" && bias) {
    const end = spread(rows, bias);
    values = bias;
    scale = { by, low: -end, high: end, log: false };
  } else if (by === "count" || by === "mean") {
    values = by === "count" ? side.counts : side.means;
    const box = extent(rows, values, values);
    if (!box) return none;
    const [least, , high] = box;
    scale = { by, low: by === "count" ? Math.max(1, least) : least, high, log: by === "count" };
  } else {
    return none;
  }
  for (let i = 0; i < rows.length; i++) bins[rows[i]] = binOf(values[rows[i]], scale, BINS);
  return { scale, bins };
}

/** Radii of the sizes in CSS pixels, smallest first: smaller where there are many points. */
export function radii(shown: number): number[] {
  const shrink = clamp((1500 / Math.max(1, shown)) ** 0.3, 0.35, 1);
  return Array.from({ length: SIZES }, (_, i) => shrink * (2.2 + (4.8 * i) / (SIZES - 1)));
}

/** The size by row: the area grows with the count, up to the largest count; without a column all are alike. */
export function sizes(by: SizeBy, side: Side): Uint8Array {
  if (by === "none") return new Uint8Array(side.n).fill(3);
  const most = max(side.counts) || 1;
  return Uint8Array.from(side.counts, (count) => Math.round(Math.sqrt(count / most) * (SIZES - 1)));
}
