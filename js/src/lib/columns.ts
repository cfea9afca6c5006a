// Which columns of the bias ranking stand beside each other, and which go into a second line of each row. No DOM.

export const COLUMNS = [
  "rank",
  "title",
  "bias",
  "effect",
  "count",
  "mean",
  "rank_by_mean",
  "rank_change",
] as const;
export type Column = (typeof COLUMNS)[number];

/** Pixels that a column needs, with what it leaves to the title; the most needed columns first. */
const NEEDS: readonly [Column, number][] = [
  ["title", 110],
  ["bias", 72],
  ["count", 64],
  ["rank", 140],
  ["effect", 90],
  ["mean", 120],
  ["rank_by_mean", 66],
  ["rank_change", 86],
];

/** In a second line what is compared with the bias comes first; what finds no room there either is left out. */
const BENEATH: readonly Column[] = ["rank", "mean", "rank_by_mean", "rank_change", "count", "bias", "effect"];

export interface Columns {
  /** In the order of the table. */
  beside: Column[];
  /** Shown all the same, so that no check of a bias against the mean needs a wide screen. */
  beneath: Column[];
}

/** `wanted`: names of columns, or null for all. The title is always among them. */
export function columnsFor(width: number, wanted: readonly string[] | null): Columns {
  const asked = (column: Column) => column === "title" || wanted === null || wanted.includes(column);
  const fitting = new Set<Column>();
  let left = width;
  for (const [column, needs] of NEEDS) {
    if (!asked(column)) continue;
    left -= needs;
    if (left < 0) break;
    fitting.add(column);
  }
  fitting.add("title");
  const beneath = BENEATH.filter((column) => asked(column) && !fitting.has(column));
  // The places gained can be read off the two ranks: they alone are not worth a line.
  const spare = wanted === null && beneath.length === 1 && beneath[0] === "rank_change";
  return { beside: COLUMNS.filter((column) => fitting.has(column)), beneath: spare ? [] : beneath };
}
