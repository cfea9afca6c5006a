// The map as a table.
import type { Side } from "../../store";
import { type Cell, shortest32 } from "../delimited";
import type { MapFrame } from "./frame";

/** Another column of the table, by row. */
export type Extra = readonly [name: string, cell: (row: number) => Cell];

/** The map as a table: names, coordinates on all components that travel, counts, means, and the rest. */
export function mapTable(
  side: Side,
  frame: MapFrame,
  rows: Iterable<number>,
  nameColumn: string,
  extras: readonly Extra[] = [],
): Cell[][] {
  const axes = Array.from({ length: frame.m }, (_, j) => j);
  const header = [
    nameColumn,
    ...axes.map((j) => `PC${j + 1}`),
    "count",
    "mean",
    ...extras.map(([name]) => name),
  ];
  const cells = Array.from(rows, (row): Cell[] => [
    side.names.at(row),
    ...axes.map((j) => shortest32(frame.scores[row * frame.m + j])),
    side.counts[row],
    shortest32(side.means[row]),
    ...extras.map(([, cell]) => cell(row)),
  ]);
  return [header, ...cells];
}
