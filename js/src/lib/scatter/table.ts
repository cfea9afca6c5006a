// The map as a table.
import type { Side } from "../../store";
import { type Cell, type CellColumns, shortest32, tableOf } from "../delimited";
import type { MapFrame } from "./frame";

/** The map as a table: names, coordinates on all components that travel, counts, means, and the rest. */
export function mapTable(
  side: Side,
  frame: MapFrame,
  rows: Iterable<number>,
  nameColumn: string,
  extras: CellColumns<number> = [],
): Cell[][] {
  const { m, scores } = frame;
  const axes = Array.from(
    { length: m },
    (_, j) => [`PC${j + 1}`, (row: number) => shortest32(scores[row * m + j])] as const,
  );
  const columns: CellColumns<number> = [
    [nameColumn, (row) => side.names.at(row)],
    ...axes,
    ["count", (row) => side.counts[row]],
    ["mean", (row) => shortest32(side.means[row])],
    ...extras,
  ];
  return tableOf(columns, rows);
}
