// A free-form selection: which points lie inside a line drawn by hand. Exact, and fast enough for all points at once.

import { clamp } from "../clamp";
import type { PointGrid } from "./grid";
import type { Box, Cloud } from "./viewbox";

/** Corners one after the other, x0 y0 x1 y1 …; the last is joined to the first. */
export type Loop = readonly number[];

const SLABS = 256;

/** The box around a loop. */
export function bounds(loop: Loop): Box {
  const xs = loop.filter((_, i) => i % 2 === 0);
  const ys = loop.filter((_, i) => i % 2);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/**
 * A test for points: true inside. A loop that goes twice around a point has it inside (nonzero winding), as a hand that
 * circles twice means it. Edges are sorted into slabs by height, so that a point meets only those beside it.
 */
export function insideOf(loop: Loop): (x: number, y: number) => boolean {
  const [, low, , high] = bounds(loop);
  const slab = (y: number) => clamp(Math.floor(((y - low) / (high - low)) * SLABS), 0, SLABS - 1);
  const edges: number[][] = Array.from({ length: SLABS }, () => []);
  const n = loop.length;
  for (let i = 0; i < n; i += 2) {
    const y0 = loop[i + 1];
    const y1 = loop[(i + 3) % n];
    if (y0 === y1) continue;
    for (let s = slab(Math.min(y0, y1)); s <= slab(Math.max(y0, y1)); s++) edges[s].push(i);
  }
  return (x, y) => {
    if (!(y >= low && y <= high)) return false;
    let winding = 0;
    for (const i of edges[slab(y)]) {
      const y0 = loop[i + 1];
      const x1 = loop[(i + 2) % n];
      const y1 = loop[(i + 3) % n];
      if (y0 <= y === y1 <= y) continue;
      const side = (x1 - loop[i]) * (y - y0) - (x - loop[i]) * (y1 - y0);
      if (y1 > y0 ? side > 0 : side < 0) winding += y1 > y0 ? 1 : -1;
    }
    return winding !== 0;
  };
}

/** The rows inside a loop in score units, ascending. */
export function within(grid: PointGrid, { x, y }: Cloud, loop: Loop): number[] {
  if (loop.length < 6) return [];
  const inside = insideOf(loop);
  return grid.within(bounds(loop)).filter((row) => inside(x[row], y[row]));
}
