// The geometry of the loss chart: what is on the axes, in which range, as which SVG paths. No DOM.
import { cumsum } from "d3-array";
import type { EpochRow } from "../../protocol";
import { type Ticks, ticks } from "../ticks";

export type XAxis = "epoch" | "step" | "time";
export type YScale = "linear" | "log";

/** From epochs (fractional) to what the x axis counts; `seconds` of each epoch are even within it. */
export function xMapping(axis: XAxis, seconds: readonly number[], nTrain: number, bs: number) {
  if (axis === "step") return (epoch: number) => epoch * Math.max(1, Math.floor(nTrain / bs));
  if (axis === "epoch") return (epoch: number) => epoch;
  const ends = [0, ...cumsum(seconds)];
  return (epoch: number) => {
    const whole = Math.min(Math.floor(epoch), seconds.length);
    return ends[whole] + (epoch - whole) * (seconds[whole] ?? seconds.at(-1) ?? 1);
  };
}

/** Where the curves are, in pixels of the chart. */
export interface Room {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface Range {
  low: number;
  high: number;
}

/** The loss range that shows what matters: all validation points and the smoothed curve but its first leap. */
export function lossRange(
  smoothed: Float32Array,
  history: readonly EpochRow[],
  baseline: number | null,
  others: readonly number[] = [],
): Range {
  const settled = Array.from(smoothed.subarray(Math.floor(smoothed.length * 0.02))).filter(Number.isFinite);
  settled.sort((a, b) => a - b);
  const at = (share: number) => settled[Math.min(settled.length - 1, Math.floor(share * settled.length))];
  const values = settled.length ? [at(0.002), at(0.985)] : [];
  values.push(...others);
  for (const row of history) {
    for (const loss of [row.train_loss, row.valid_loss]) if (loss !== null) values.push(loss);
  }
  if (baseline !== null) values.push(baseline);
  const known = values.filter((value) => Number.isFinite(value) && value >= 0);
  if (!known.length) return { low: 0, high: 1 };
  const low = Math.min(...known);
  const high = Math.max(...known);
  const room = (high - low || high || 1) * 0.08;
  return { low: Math.max(0, low - room), high: high + room };
}

/** A scale as a function from value to pixel. */
export function yMapping(scale: YScale, { low, high }: Range, top: number, bottom: number) {
  if (scale === "log") {
    const from = Math.log(Math.max(low, high / 1000, 1e-9));
    const span = Math.log(high) - from || 1;
    return (loss: number) => bottom - ((Math.log(Math.max(loss, 1e-9)) - from) / span) * (bottom - top);
  }
  const span = high - low || 1;
  return (loss: number) => bottom - ((loss - low) / span) * (bottom - top);
}

/** Ticks on whole epochs or steps; halves of an epoch say nothing. */
export function xTicks(axis: XAxis, end: number, count: number): Ticks {
  const found = ticks(0, end, count);
  if (axis === "time" || found.digits === 0) return found;
  return { values: found.values.filter(Number.isInteger), digits: 0 };
}

/** An SVG path through points, broken where one is not finite, and cut where it leaves the room above or below. */
export function linePath(xs: ArrayLike<number>, ys: ArrayLike<number>, { top, bottom }: Room): string {
  const inside = (i: number) => ys[i] >= top - 4 && ys[i] <= bottom + 2;
  const place = (x: number, y: number) => `${x.toFixed(1)},${y.toFixed(1)}`;
  const edge = (i: number, from: number) => {
    const y = ys[i] < top ? top - 4 : bottom + 2;
    return place(xs[from] + ((xs[i] - xs[from]) * (y - ys[from])) / (ys[i] - ys[from]), y);
  };
  let path = "";
  for (let i = 0; i < xs.length; i++) {
    const known = Number.isFinite(ys[i - 1]) && Number.isFinite(ys[i]);
    if (inside(i)) {
      if (known && !inside(i - 1)) path += `M${edge(i - 1, i)}`;
      path += `${known ? "L" : "M"}${place(xs[i], ys[i])}`;
    } else if (known && inside(i - 1)) path += `L${edge(i, i - 1)}`;
  }
  return path;
}
