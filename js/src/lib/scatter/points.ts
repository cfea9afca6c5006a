// The columns the map is drawn from: coordinates, colours and sizes by row, and the rows to draw, in typed arrays.

import { extent, max, quantile } from "d3-array";
import type { Side } from "../../store";
import { clamp } from "../clamp";
import { formatCount, plural } from "../format";
import { numberKeys, sortedByKey } from "../radix";
import { averageBias, spread } from "../ranking";
import type { One } from "../wording";
import type { MapFrame } from "./frame";
import { BINS, binOf, type ColorBy, type ColorScale } from "./palette";

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
export function isShown(side: Side, minCount: number, x: Float32Array, y: Float32Array, row: number) {
  return side.trained[row] === 1 && side.counts[row] >= minCount && Number.isFinite(x[row] + y[row]);
}

/** Rows 1 … n − 1 by falling count, ties by row: drawn last, on top, are the small ones. Made once for a side. */
export const drawOrder = (counts: Int32Array): Int32Array =>
  sortedByKey(counts.map((_, row) => row).subarray(1), numberKeys(counts, false));

/** Biases relative to the mean of the trained rows, in the model's own unit; NaN for other rows. */
export function centred(bias: Float32Array, trained: Uint8Array): Float64Array {
  const average = averageBias(bias, trained);
  return Float64Array.from(bias, (value, row) => (trained[row] ? value - average : Number.NaN));
}

export interface Colouring {
  scale: ColorScale;
  /** Bin by row. */
  bins: Uint8Array;
}

/** The values below and above which lie 2 % of the rows' numbers each; 0 and 1 where there is none. */
export function middleRange(values: ArrayLike<number>, rows: Int32Array): [number, number] {
  const at = (share: number) => quantile(rows, share, (row) => values[row]);
  return [at(0.02) ?? 0, at(0.98) ?? 1];
}

/** Bias: symmetric around 0, the ends at the 98th percentile of its size. Count: logarithmic. Null without values. */
function scaleOf(by: ColorBy, values: ArrayLike<number>, rows: Int32Array): ColorScale | null {
  if (by === "bias") {
    const end = spread(rows, values);
    return { by, low: -end, high: end, log: false };
  }
  if (by === "count" || by === "mean") {
    const [least, high] = extent(rows, (row) => values[row]);
    if (least === undefined) return null;
    return { by, low: by === "count" ? Math.max(1, least) : least, high, log: by === "count" };
  }
  const [low, high] = middleRange(values, rows);
  return { by, low, high, log: false, own: "numbers" };
}

/** The bins of values along a ramp; the one after the last is for those without. Where there is no value, "none". */
export function colouring(
  by: ColorBy,
  values: ArrayLike<number> | null,
  rows: Int32Array,
  n: number,
  one: One,
): Colouring {
  const scale = values && scaleOf(by, values, rows);
  if (!scale) return { scale: { by: "none", low: 0, high: 1, log: false }, bins: new Uint8Array(n) };
  const bins = new Uint8Array(n).fill(BINS);
  let without = 0;
  for (const row of rows)
    if (Number.isFinite(values[row])) bins[row] = binOf(values[row], scale);
    else without++;
  if (without) scale.legend = [[`no value (${formatCount(without)} of ${plural(rows.length, one)})`, BINS]];
  return { scale, bins };
}

/** Radii of the sizes in CSS pixels, smallest first: smaller where there are many points. */
export function radii(shown: number): number[] {
  const shrink = clamp((1500 / Math.max(1, shown)) ** 0.3, 0.35, 1);
  return Array.from({ length: SIZES }, (_, i) => shrink * (2.2 + (4.8 * i) / (SIZES - 1)));
}

/**
 * The size by row: of a count the area grows up to the largest; other values go from the 2nd to the 98th percentile of
 * the rows, the smallest without a value; without a column all are alike.
 */
export function sizes(by: SizeBy, values: ArrayLike<number> | null, rows: Int32Array, n: number): Uint8Array {
  if (!values) return new Uint8Array(n).fill(3);
  if (by === "count") {
    const most = max(Float64Array.from(values)) || 1;
    return Uint8Array.from(values, (count) => Math.round(Math.sqrt(count / most) * (SIZES - 1)));
  }
  const [low, high] = middleRange(values, rows);
  const step = (SIZES - 1) / (high - low || 1);
  // What is no number becomes 0 in an array of bytes.
  return Uint8Array.from(values, (value) => clamp((value - low) * step, 0, SIZES - 1));
}
