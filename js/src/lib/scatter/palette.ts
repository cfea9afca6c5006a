// Values to colours: two ramps cut into bins, so that a point's colour is one byte and points of a bin share a sprite.

import { clamp } from "../clamp";

export type Rgb = readonly [number, number, number];

const colors = (hex: string): Rgb[] =>
  hex.split(" ").map((each) => {
    const number = Number.parseInt(each, 16);
    return [number >> 16, (number >> 8) & 255, number & 255];
  });

/** Colours a ramp is cut into; odd, so that zero has a bin of its own in a diverging one. */
export const BINS = 33;

/** matplotlib's viridis at equal steps (van der Walt and Smith, 2015). */
export const VIRIDIS = colors("440154 482878 3e4a89 31688e 26828e 1f9e89 35b779 6dcd59 b4de2c fde725");

/** `bins` colours along the stops, taken between `from` and `to` of the ramp's length. */
export function ramp(stops: readonly Rgb[], from = 0, to = 1, bins = BINS): Rgb[] {
  return Array.from({ length: bins }, (_, i) => {
    const along = (from + ((to - from) * i) / (bins - 1)) * (stops.length - 1);
    const k = Math.min(stops.length - 2, Math.floor(along));
    const t = along - k;
    const mix = (c: 0 | 1 | 2) => Math.round(stops[k][c] + (stops[k + 1][c] - stops[k][c]) * t);
    return [mix(0), mix(1), mix(2)];
  });
}

/** matplotlib's cividis (Nuñez, Anderton and Renslow, 2018), likewise: for columns of the user's own. */
export const CIVIDIS = colors("00224e 123570 3b496c 575d6d 707173 8a8678 a59c74 c3b369 e1cc55 fee838");

/** "bias", "count", "mean", "year", "none", or the name of a column of the user's own. */
export type ColorBy = string;

/** What the colours stand for: the values at the ends of the ramp, and whether the way between is logarithmic. */
export interface ColorScale {
  by: ColorBy;
  low: number;
  high: number;
  log: boolean;
  /** Of a column that is coloured by its values alone; without it the names above have their own ways. */
  own?: "categories" | "numbers";
  /** Names of bins that stand for more than a place on the ramp. */
  legend?: readonly (readonly [name: string, bin: number])[];
}

/** The bin of a value, clamped to the ends; a value that is no number gets the middle bin. */
export function binOf(value: number, { low, high, log }: ColorScale, bins = BINS): number {
  const share = log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  if (!Number.isFinite(share)) return (bins - 1) >> 1;
  return clamp(Math.round(share * (bins - 1)), 0, bins - 1);
}
