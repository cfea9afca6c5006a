// Columns of the user's own, and those of texts as colours.

import type { ReadonlySignal } from "@preact/signals";
import type { ViewContext } from "../../context";
import { type Binary, decodeText, float32, type Titles } from "../wire";
import type { Colors } from "./paint";
import type { Rgb } from "./palette";
import type { Colouring } from "./points";

/** A value a row; of a text its number among `names`, most frequent first. NaN is no value. */
export interface OwnColumn {
  /** Null while only the name is here. */
  values: Float32Array | null;
  names: Titles | null;
}

export function ownColumns({ model, derived }: ViewContext): ReadonlySignal<Map<string, OwnColumn>> {
  return derived(["_columns"], () => {
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
export function byCategory(by: string, values: ArrayLike<number>, names: Titles, rows: Int32Array) {
  const bins = Uint8Array.from(values, (value) =>
    Number.isFinite(value) ? Math.min(value, CATEGORIES) : CATEGORIES + 1,
  );
  const seen = new Set<number>();
  for (const row of rows) seen.add(bins[row]);
  const named = (bin: number) =>
    bin < CATEGORIES ? names.at(bin) : bin === CATEGORIES ? "other" : "no value";
  const legend = [...seen].sort((a, b) => a - b).map((bin) => [named(bin), bin] as const);
  return { scale: { by, low: 0, high: 1, log: false, own: "categories", legend }, bins } satisfies Colouring;
}
