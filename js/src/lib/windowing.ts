// Which rows of a long table are in the document: those in sight, a few around them, and the one with the focus.

export interface Stretch {
  /** Rows [from, to); drawn if `drawn`, else one spacer of their height. */
  from: number;
  to: number;
  drawn: boolean;
}

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
  const from = Math.min(Math.max(0, first), length);
  return [from, Math.max(from, Math.min(length, last))];
}

/** Covers rows 0 … length in order: the rows in sight and `kept` (a row with the focus must not be unmounted). */
export function stretches(
  length: number,
  inSight: readonly [number, number],
  kept: number | null,
): Stretch[] {
  const [from, to] = inSight;
  const drawn: [number, number][] = [[from, to]];
  if (kept !== null && kept >= 0 && kept < length && (kept < from || kept >= to)) {
    if (kept < from) drawn.unshift([kept, kept + 1]);
    else drawn.push([kept, kept + 1]);
  }
  const all: Stretch[] = [];
  let at = 0;
  for (const [start, end] of drawn) {
    if (start > at) all.push({ from: at, to: start, drawn: false });
    if (end > start) all.push({ from: start, to: end, drawn: true });
    at = Math.max(at, end);
  }
  if (at < length) all.push({ from: at, to: length, drawn: false });
  return all;
}
