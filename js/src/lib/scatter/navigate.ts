// From point to point by keyboard: the next point in a direction, the one in the middle, the nearest ones.

import type { Projection } from "./viewbox";

export interface Cloud {
  rows: Int32Array;
  x: Float32Array;
  y: Float32Array;
}

/**
 * The row to go to from `from` with an arrow key; (dx, dy) is the arrow on the screen, y downwards. Among the
 * points in the 90 degree cone around the arrow it is the one with the least distance / cos(angle); null if none.
 */
export function inDirection(
  cloud: Cloud,
  view: Projection,
  from: number,
  dx: number,
  dy: number,
): number | null {
  const { rows, x, y } = cloud;
  const x0 = x[from];
  const y0 = y[from];
  let best: number | null = null;
  let least = Infinity;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    const px = (x[row] - x0) * view.ax;
    const py = (y[row] - y0) * view.ay;
    const along = px * dx + py * dy;
    if (row === from || !(along > 0) || Math.abs(px * dy - py * dx) > along) continue;
    // distance / cos = distance² / the part along the arrow
    const cost = (px * px + py * py) / along;
    if (cost < least) {
      least = cost;
      best = row;
    }
  }
  return best;
}

/** The `limit` rows nearest to `from` on the screen, nearest first, without itself. */
export function nearestOnMap(cloud: Cloud, view: Projection, from: number, limit: number): number[] {
  const { rows, x, y } = cloud;
  const near: number[] = [];
  const distances: number[] = [];
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (row === from) continue;
    const dx = (x[row] - x[from]) * view.ax;
    const dy = (y[row] - y[from]) * view.ay;
    const distance = dx * dx + dy * dy;
    if (near.length === limit && !(distance < distances[limit - 1])) continue;
    let at = near.length;
    while (at > 0 && distances[at - 1] > distance) at--;
    near.splice(at, 0, row);
    distances.splice(at, 0, distance);
    if (near.length > limit) {
      near.pop();
      distances.pop();
    }
  }
  return near;
}
