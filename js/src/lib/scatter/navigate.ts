// From point to point by keyboard: the next point in a direction, the one in the middle, the nearest ones.

import { bisector } from "d3-array";
import type { Cloud, Projection } from "./viewbox";

/** The `n` rows of the least cost, the least first, ties in the order given; rows without a finite cost are left out. */
export function cheapest(rows: Int32Array, n: number, cost: (row: number) => number): number[] {
  const best: number[] = [];
  const place = bisector(cost);
  let limit = Infinity;
  for (const row of rows) {
    const here = cost(row);
    if (!(here < limit)) continue;
    best.splice(place.right(best, here), 0, row);
    if (best.length > n) best.pop();
    if (best.length === n) limit = cost(best[n - 1]);
  }
  return best;
}

/**
 * The row to go to from `from` with an arrow key; (dx, dy) is the arrow on the screen, y downwards. Among the
 * points in the 90 degree cone around the arrow it is the one with the least distance / cos(angle); null if none.
 */
export function inDirection({ rows, x, y }: Cloud, view: Projection, from: number, dx: number, dy: number) {
  const [found] = cheapest(rows, 1, (row) => {
    const px = (x[row] - x[from]) * view.ax;
    const py = (y[row] - y[from]) * view.ay;
    const along = px * dx + py * dy;
    if (row === from || Math.abs(px * dy - py * dx) > along) return Infinity;
    // distance / cos = distance² / the part along the arrow
    return (px * px + py * py) / along;
  });
  return found ?? null;
}

/** The `limit` rows nearest to `from` on the screen, nearest first, without itself. */
export function nearestOnMap({ rows, x, y }: Cloud, view: Projection, from: number, limit: number): number[] {
  return cheapest(rows, limit, (row) =>
    row === from ? Infinity : ((x[row] - x[from]) * view.ax) ** 2 + ((y[row] - y[from]) * view.ay) ** 2,
  );
}
