// The bias ranking: centred biases, what they mean in stars, ranks, orders and the rows to show. No DOM.

export type SortKey = "bias" | "count" | "mean" | "rank_by_mean" | "title" | "rank";
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
  yRange: readonly [number, number] | null;
  ratingMean: number;
}

export interface Ranking {
  /** Trained rows with enough ratings, highest bias first. */
  rows: Int32Array;
  /** By row: bias as shown (centred if asked). */
  bias: Float64Array;
  /** By row: change in the prediction for an average user at the mean rating, from the centred bias. */
  effect: Float64Array;
  /** By row: 1-based place among `rows`; 0 for rows that are not in it. */
  rank: Int32Array;
  /** By row: 1-based place by mean rating among `rows`; 0 for rows that are not in it. */
  rankByMean: Int32Array;
  /** Trained rows in all, whatever their count. */
  nTrained: number;
  /** Half the width of the bias axis: the largest |bias| of the rows. */
  biasDomain: number;
  effectDomain: number;
}

/**
 * Change in a rating of `mean` when `bias` is added before the squeeze: f(f⁻¹(mean) + bias) − mean with
 * f(z) = lo + (hi − lo)·sigmoid(z). Without a range the model adds the bias as it is.
 */
export function effectAtMean(bias: number, mean: number, yRange: readonly [number, number] | null): number {
  if (!yRange) return bias;
  const [lo, hi] = yRange;
  const share = (mean - lo) / (hi - lo);
  if (!(share > 0 && share < 1)) return Number.NaN;
  const z = Math.log(share / (1 - share)) + bias;
  return lo + (hi - lo) / (1 + Math.exp(-z)) - mean;
}

/** The `share` quantile of |values| of the rows, nearest rank; 1 where there are none or all are 0. */
export function spread(rows: Int32Array, values: Float64Array, share = 0.98): number {
  const sizes = Float64Array.from(rows, (row) => Math.abs(values[row]))
    .filter((size) => Number.isFinite(size))
    .sort();
  if (sizes.length === 0) return 1;
  return sizes[Math.min(sizes.length - 1, Math.ceil(share * sizes.length) - 1)] || 1;
}

/** The largest |value| of the rows; 1 where there are none or all are 0. */
export function reachOf(rows: Int32Array, values: Float64Array): number {
  let reach = 0;
  for (const row of rows) {
    const size = Math.abs(values[row]);
    if (Number.isFinite(size) && size > reach) reach = size;
  }
  return reach || 1;
}

/** Rows in descending order of `values`; NaN last, ties by row. */
function descending(rows: Int32Array, values: ArrayLike<number>): Int32Array {
  const height = (row: number) => (Number.isNaN(values[row]) ? -Infinity : values[row]);
  return Int32Array.from(rows).sort((a, b) => height(b) - height(a) || a - b);
}

function places(sorted: Int32Array, n: number): Int32Array {
  const place = new Int32Array(n);
  for (let i = 0; i < sorted.length; i++) place[sorted[i]] = i + 1;
  return place;
}

export function rankBiases(input: RankingInput): Ranking {
  const n = input.bias.length;
  let sum = 0;
  let nTrained = 0;
  for (let row = 1; row < n; row++) {
    if (!input.trained[row]) continue;
    sum += input.bias[row];
    nTrained++;
  }
  const center = nTrained > 0 ? sum / nTrained : 0;
  const centered = Float64Array.from(input.bias, (raw) => raw - center);
  const bias = input.center ? centered : Float64Array.from(input.bias);
  // What moves a prediction is the distance from the average row, however the column is shown.
  const effect = centered.map((b) => effectAtMean(b, input.ratingMean, input.yRange));
  const kept: number[] = [];
  for (let row = 1; row < n; row++) {
    if (input.trained[row] && input.counts[row] >= input.minCount) kept.push(row);
  }
  const rows = descending(Int32Array.from(kept), bias);
  return {
    rows,
    bias,
    effect,
    rank: places(rows, n),
    rankByMean: places(descending(Int32Array.from(kept), input.means), n),
    nTrained,
    biasDomain: reachOf(rows, bias),
    effectDomain: reachOf(rows, effect),
  };
}

export interface TitleColumn {
  at(row: number): string;
}

/** The order of `rows` under a header; `ascending` turns it round, ties stay in order of bias. */
export function orderRows(
  ranking: Ranking,
  rows: Int32Array,
  key: SortKey,
  ascending: boolean,
  columns: { counts: ArrayLike<number>; means: ArrayLike<number>; titles: TitleColumn },
): Int32Array {
  const sign = ascending ? 1 : -1;
  const place = (row: number) => ranking.rank[row];
  if (key === "title") {
    const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
    return Int32Array.from(rows).sort(
      (a, b) => sign * collator.compare(columns.titles.at(a), columns.titles.at(b)) || place(a) - place(b),
    );
  }
  const values = {
    bias: ranking.bias,
    rank: ranking.rank,
    rank_by_mean: ranking.rankByMean,
    count: columns.counts,
    mean: columns.means,
  }[key];
  return Int32Array.from(rows).sort((a, b) => {
    const x = values[a];
    const y = values[b];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
    return sign * (x - y) || place(a) - place(b);
  });
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
