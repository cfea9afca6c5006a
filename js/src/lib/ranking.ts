// The bias ranking: centred biases, what they mean in stars, ranks, orders and the rows to show. No DOM.

import { max, mean, quantile } from "d3-array";
import { plural } from "./format";
import { numberKeys, sortedByKey } from "./radix";

export type SortKey = "bias" | "count" | "mean" | "rank_by_mean" | "rank_change" | "title" | "rank";
export type Show = "both_ends" | "top" | "bottom" | "all";

/** Fewer ratings than this are called few. */
export const FEW_RATINGS = 20;

export interface RankingInput {
  /** Raw biases by row (logits when `yRange`), row 0 being '#na#'. */
  bias: Float32Array;
  counts: Int32Array;
  means: Float32Array;
  trained: Uint8Array;
  minCount: number;
  /** Subtract the mean bias of all trained rows. */
  center: boolean;
  yRange: readonly number[] | null;
  ratingMean: number;
}

/** The rows of a ranking and what of it no training moves: worked out once for a side and a filter. */
export interface Standing {
  /** Trained rows with enough ratings, in order. */
  rows: Int32Array;
  /** By row: 1-based place by mean rating; 0 for rows that are not in it. */
  rankByMean: Int32Array;
  /** Trained rows in all, whatever their count. */
  nTrained: number;
}

/** Its `rows` have the highest bias first. */
export interface Ranking extends Standing {
  /** By row: bias as the model has it. */
  raw: Float32Array;
  /** By row: bias as shown (centred if asked). */
  bias: Float64Array;
  /** By row: change in the prediction for an average user at the mean rating, from the centred bias. */
  effect: Float64Array;
  /** By row: 1-based place among `rows`; 0 for rows that are not in it. */
  rank: Int32Array;
  /** Half the width of the bias axis: the largest |bias| of the rows. */
  biasDomain: number;
  effectDomain: number;
}

/**
 * Change in a rating of `mean` when a bias is added before the squeeze: f(f⁻¹(mean) + bias) − mean with
 * f(z) = lo + (hi − lo)·sigmoid(z). Without a range the model adds the bias as it is.
 */
export function effectsAt(mean: number, yRange: readonly number[] | null): (bias: number) => number {
  if (!yRange) return (bias) => bias;
  const [lo, hi] = yRange;
  const share = (mean - lo) / (hi - lo);
  if (!(share > 0 && share < 1)) return () => Number.NaN;
  const odds = share / (1 - share);
  return (bias) => lo + (hi - lo) / (1 + Math.exp(-bias) / odds) - mean;
}

/** The 98th percentile of |values| of the rows; 1 where there are none or all are 0. */
export const spread = (rows: Int32Array, values: ArrayLike<number>): number =>
  quantile(rows, 0.98, (row) => Math.abs(values[row])) || 1;

/** The largest finite |value| of the rows; 1 where there are none or all are 0. */
function reachOf(rows: Int32Array, values: Float64Array): number {
  const sizes = Float64Array.from(rows, (row) => Math.abs(values[row]));
  return max(sizes.filter(Number.isFinite)) || 1;
}

function places(sorted: Int32Array, n: number): Int32Array {
  const place = new Int32Array(n);
  for (let i = 0; i < sorted.length; i++) place[sorted[i]] = i + 1;
  return place;
}

export function standingOf(input: Omit<RankingInput, "bias" | "center" | "yRange" | "ratingMean">): Standing {
  const { counts, means, trained, minCount } = input;
  const all = counts.map((_, row) => row).filter((row) => row > 0 && trained[row]);
  const rows = all.filter((row) => counts[row] >= minCount);
  const rankByMean = places(sortedByKey(rows, numberKeys(means, false)), counts.length);
  return { rows, rankByMean, nTrained: all.length };
}

/** By row: 1-based place by bias among the rows of a standing, highest first; 0 for other rows. */
export function ranksByBias(bias: Float32Array, { rows }: Standing): Int32Array {
  return places(sortedByKey(rows, numberKeys(bias, false)), bias.length);
}

/** The mean of the trained rows; 0 where there are none. */
export const averageBias = (bias: Float32Array, trained: Uint8Array): number =>
  mean(bias.filter((_, row) => row > 0 && trained[row])) ?? 0;

export function rankBiases(input: RankingInput, standing: Standing = standingOf(input)): Ranking {
  const raw = input.bias;
  const center = averageBias(raw, input.trained);
  const shift = input.center ? center : 0;
  const effectOf = effectsAt(input.ratingMean, input.yRange);
  const bias = Float64Array.from(raw, (value) => value - shift);
  // What moves a prediction is the distance from the average row, however the column is shown.
  const effect = Float64Array.from(raw, (value) => effectOf(value - center));
  const rows = sortedByKey(standing.rows, numberKeys(raw, false));
  return {
    ...standing,
    rows,
    raw,
    bias,
    effect,
    rank: places(rows, raw.length),
    biasDomain: reachOf(rows, bias),
    effectDomain: reachOf(rows, effect),
  };
}

/** "63 places higher by bias than by mean". */
export function gainedText(places: number): string {
  if (places === 0) return "the same place by bias and by mean";
  return `${plural(Math.abs(places), "place")} ${places > 0 ? "higher" : "lower"} by bias than by mean`;
}

export interface SortColumns {
  counts: ArrayLike<number>;
  means: ArrayLike<number>;
  /** By row: place by title, asked for only to sort by it. */
  titlePlaces: () => ArrayLike<number>;
}

/** All rows of a ranking under a header; `ascending` turns it round, ties stay in order of bias. */
export function orderRows(ranking: Ranking, key: SortKey, ascending: boolean, columns: SortColumns) {
  if (key === "rank") return ascending ? ranking.rows : ranking.rows.slice().reverse();
  if (key === "bias") {
    return ascending ? sortedByKey(ranking.rows, numberKeys(ranking.raw, true)) : ranking.rows;
  }
  const values = {
    count: () => columns.counts,
    mean: () => columns.means,
    rank_by_mean: () => ranking.rankByMean,
    rank_change: () => ranking.rank.map((place, row) => ranking.rankByMean[row] - place),
    title: columns.titlePlaces,
  }[key]();
  return sortedByKey(ranking.rows, numberKeys(values, ascending));
}

/** Which way a header sorts first: numbers where more is more go down, names and places go up. */
export function startsAscending(key: SortKey): boolean {
  return key === "title" || key === "rank" || key === "rank_by_mean";
}

/** The stretches [from, to) of an ordered list that are shown; rows between two stretches are skipped. */
export function shownStretches(length: number, show: Show, n: number): [number, number][] {
  const ends = Math.max(1, n);
  if (length === 0) return [];
  if (show === "top") return [[0, Math.min(ends, length)]];
  if (show === "bottom") return [[Math.max(0, length - ends), length]];
  // A gap of one row would take the place of the row itself.
  if (show === "all" || length <= 2 * ends + 1) return [[0, length]];
  return [
    [0, ends],
    [length - ends, length],
  ];
}

/** Rows of `selection` from `from` to `to` in the given order, both included. */
export function rowsBetween(order: readonly number[] | Int32Array, from: number, to: number): number[] {
  const start = order.indexOf(from);
  const end = order.indexOf(to);
  if (end < 0) return [];
  if (start < 0) return [to];
  return Array.from(order.slice(Math.min(start, end), Math.max(start, end) + 1));
}

export function sameRows(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
