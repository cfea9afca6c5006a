// Which rows of a long table are in the document: those in sight, a few around them, and the one with the focus.

import { clamp } from "./clamp";

/** Rows in sight of a scrolled box, with `overscan` more at either side, as [from, to). */
export function rowsInSight(
  length: number,
  rowHeight: number,
  scrollTop: number,
  boxHeight: number,
  overscan = 8,
): [number, number] {
  const first = Math.floor(scrollTop / rowHeight) - overscan;
  const last = Math.ceil((scrollTop + boxHeight) / rowHeight) + overscan;
  const from = clamp(first, 0, length);
  return [from, clamp(last, from, length)];
}

/** The rows to draw, in order: those in sight, and `kept` (a row with the focus must not be unmounted). */
export function drawnRows(length: number, [from, to]: readonly [number, number], kept: number | null) {
  const rows = Array.from({ length: to - from }, (_, i) => from + i);
  if (kept === null || kept < 0 || kept >= length) return rows;
  return kept < from ? [kept, ...rows] : kept >= to ? [...rows, kept] : rows;
}
