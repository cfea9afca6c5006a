// Columns of the user's own as colours: texts by category, numbers by a ramp; and as sizes.

import type { ReadonlySignal } from "@preact/signals";
import type { ViewContext } from "../../context";
import { derived } from "../bound";
import { clamp } from "../clamp";
import { formatCount, plural } from "../format";
import { type Binary, decodeText, float32, type Titles } from "../wire";
import type { One } from "../wording";
import type { Colors } from "./paint";
import { BINS, binOf, type ColorScale, type Rgb } from "./palette";
import { type Colouring, SIZES } from "./points";

/** A value a row; of a text its number among `names`, most frequent first. NaN is no value. */
export interface OwnColumn {
  /** Null while only the name is here. */
  values: Float32Array | null;
  names: Titles | null;
}

export function ownColumns({ model, signal: abort }: ViewContext): ReadonlySignal<Map<string, OwnColumn>> {
  return derived(model, ["_columns"], abort, () => {
    const sent = (model.get("_columns") ?? {}) as Record<string, { kind: string } & Record<string, Binary>>;
    return new Map(
      Object.entries(sent).map(([name, { kind, values, names }]) => [
        name,
        {
          values: values ? float32(values) : null,
          names: kind === "text" ? decodeText(names) : null,
        },
      ]),
    );
  });
}

/**
 * Okabe and Ito's colours (2008), those first that pass 3:1 on white. Between them stands the theme's foreground, their
 * black, and their yellow is left out: on white it has 1.3:1.
 */
const FIRST: readonly Rgb[] = [
  [0, 114, 178],
  [213, 94, 0],
  [0, 158, 115],
  [204, 121, 167],
];
const LAST: readonly Rgb[] = [
  [230, 159, 0],
  [86, 180, 233],
];
/** Categories with a colour of their own; the next bin is all others, the one after no value. */
export const CATEGORIES = 7;

export function categoryColors({ foreground, neutral, border }: Colors): Rgb[] {
  return [...FIRST, foreground, ...LAST, neutral, border];
}

/** The bins of a column of texts, and the names of those that occur among the rows, by bin. */
export function byCategory(by: string, values: Float32Array, names: Titles, rows: Int32Array): Colouring {
  const bins = Uint8Array.from(values, (value) =>
    Number.isFinite(value) ? Math.min(value, CATEGORIES) : CATEGORIES + 1,
  );
  const seen = new Set<number>();
  for (const row of rows) seen.add(bins[row]);
  const named = (bin: number) =>
    bin < CATEGORIES ? names.at(bin) : bin === CATEGORIES ? "other" : "no value";
  const legend = [...seen].sort((a, b) => a - b).map((bin) => [named(bin), bin] as const);
  return { scale: { by, low: 0, high: 1, log: false, own: "categories", legend }, bins };
}

/** The values below and above which lie 2 % of the rows' finite ones each; null where there is none. */
export function middleRange(values: ArrayLike<number>, rows: Int32Array): [number, number] | null {
  const known = Float64Array.from(rows, (row) => values[row])
    .filter(Number.isFinite)
    .sort();
  const at = (share: number) => known[Math.round(share * (known.length - 1))];
  return known.length ? [at(0.02), at(0.98)] : null;
}

/** The bins of a column of numbers along a ramp; a bin of its own, after the last, is for those without a value. */
export function byNumber(by: string, values: ArrayLike<number>, rows: Int32Array, one: One): Colouring {
  const [low, high] = middleRange(values, rows) ?? [0, 1];
  const scale: ColorScale = { by, low, high, log: false, own: "numbers" };
  const bins = new Uint8Array(values.length).fill(BINS);
  let without = 0;
  for (const row of rows)
    if (Number.isFinite(values[row])) bins[row] = binOf(values[row], scale);
    else without++;
  if (without) scale.legend = [[`no value (${formatCount(without)} of ${plural(rows.length, one)})`, BINS]];
  return { scale, bins };
}

/** The size by row, from the 2nd to the 98th percentile of the rows; the smallest without a value. */
export function sizesByNumber(values: ArrayLike<number>, rows: Int32Array): Uint8Array {
  const [low, high] = middleRange(values, rows) ?? [0, 1];
  const step = (SIZES - 1) / (high - low || 1);
  // What is no number becomes 0 in an array of bytes.
  return Uint8Array.from(values, (value) => clamp((value - low) * step, 0, SIZES - 1));
}
