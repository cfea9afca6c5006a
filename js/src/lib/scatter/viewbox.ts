// The part of the map in sight: boxes in score units, their projection to pixels, zoom and pan. No DOM.

import { clamp } from "../clamp";

/** Left, lower, right, upper bound in score units: x0 < x1, y0 < y1. */
export type Box = readonly [number, number, number, number];

/** Whether a place lies in the box. */
export const inBox = ([x0, y0, x1, y1]: Box, x: number, y: number): boolean =>
  x >= x0 && x <= x1 && y >= y0 && y <= y1;

/** Points: some rows, and the places of all by row, in score units. */
export interface Cloud {
  rows: Int32Array;
  x: Float32Array;
  y: Float32Array;
}

/** The plot inside its axes, in CSS pixels from the canvas' upper left corner. */
export interface Area {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Whether a pixel lies in the area. */
export function inArea(x: number, y: number, { left, top, width, height }: Area): boolean {
  return x >= left && y >= top && x <= left + width && y <= top + height;
}

/** px = ax·x + bx and py = ay·y + by; ay < 0 unless the axis is flipped. `box` is what the area shows. */
export interface Projection {
  ax: number;
  bx: number;
  ay: number;
  by: number;
  box: Box;
  area: Area;
}

/** The smallest box around the points, or null where no point has both coordinates. */
export function extent({ rows, x, y }: Cloud): Box | null {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const row of rows) {
    const [u, v] = [x[row], y[row]];
    if (!(Number.isFinite(u) && Number.isFinite(v))) continue;
    if (u < x0) x0 = u;
    if (u > x1) x1 = u;
    if (v < y0) y0 = v;
    if (v > y1) y1 = v;
  }
  return x0 <= x1 ? [x0, y0, x1, y1] : null;
}

/** `box` while it holds all points; else it grows by their extent and a tenth of that on each side. */
function grown(box: Box | null, points: Box): Box {
  const [x0, y0, x1, y1] = points;
  const [left, low, right, high] = box ?? [Infinity, Infinity, -Infinity, -Infinity];
  if (left <= x0 && low <= y0 && right >= x1 && high >= y1) return [left, low, right, high];
  const [cx, cy] = [(x0 + x1) / 2, (y0 + y1) / 2];
  // Points on one place get a box of size 1.
  const [rx, ry] = [0.6 * (x1 - x0 || 1), 0.6 * (y1 - y0 || 1)];
  return [Math.min(left, cx - rx), Math.min(low, cy - ry), Math.max(right, cx + rx), Math.max(high, cy + ry)];
}

/**
 * The box that is shown unless someone zooms: it only grows while `key` stays the same (a run, its axes, its
 * filter), so that a picture in training does not breathe.
 */
export class HomeBox {
  #key: string | null = null;
  #box: Box | null = null;

  fit(key: string, points: Box | null): Box | null {
    const box = key === this.#key ? this.#box : null;
    this.#key = key;
    this.#box = points ? grown(box, points) : box;
    return this.#box;
  }
}

/** The box from `from` to `to`, t in 0…1. */
export function between(from: Box, to: Box, t: number): Box {
  const mix = (i: 0 | 1 | 2 | 3) => from[i] + (to[i] - from[i]) * t;
  return [mix(0), mix(1), mix(2), mix(3)];
}

/** Where the area shows the box; with `equal` a unit is as long on both axes and the box is widened to fit. */
export function project(box: Box, area: Area, equal: boolean, flipX: boolean, flipY: boolean): Projection {
  let sx = area.width / (box[2] - box[0]);
  let sy = area.height / (box[3] - box[1]);
  if (equal) sx = sy = Math.min(sx, sy);
  const cx = (box[0] + box[2]) / 2;
  const cy = (box[1] + box[3]) / 2;
  const rx = area.width / sx / 2;
  const ry = area.height / sy / 2;
  const ax = flipX ? -sx : sx;
  const ay = flipY ? sy : -sy;
  return {
    ax,
    bx: area.left + area.width / 2 - ax * cx,
    ay,
    by: area.top + area.height / 2 - ay * cy,
    box: [cx - rx, cy - ry, cx + rx, cy + ry],
    area,
  };
}

/** The box in sight, `factor` times closer, with the point under the pixel (px, py) where it was. */
export function zoomedAt(view: Projection, px: number, py: number, factor: number): Box {
  const u = (px - view.bx) / view.ax;
  const v = (py - view.by) / view.ay;
  const [x0, y0, x1, y1] = view.box;
  return [u + (x0 - u) / factor, v + (y0 - v) / factor, u + (x1 - u) / factor, v + (y1 - v) / factor];
}

/** The factor within which a zoom from `box` stays between 1/200 and 8 times the width of `home`. */
export function allowedZoom(box: Box, home: Box, factor: number): number {
  const scale = (box[2] - box[0]) / (home[2] - home[0]);
  return clamp(factor, scale / 8, scale * 200);
}

/** The box in sight after the points were dragged by (dx, dy) pixels. */
export function panned(view: Projection, dx: number, dy: number): Box {
  const u = dx / view.ax;
  const v = dy / view.ay;
  const [x0, y0, x1, y1] = view.box;
  return [x0 - u, y0 - v, x1 - u, y1 - v];
}

/** The box in score units under a rectangle of pixels, corners in any order. */
export function boxUnder(view: Projection, px0: number, py0: number, px1: number, py1: number): Box {
  const us = [px0, px1].map((px) => (px - view.bx) / view.ax);
  const vs = [py0, py1].map((py) => (py - view.by) / view.ay);
  return [Math.min(...us), Math.min(...vs), Math.max(...us), Math.max(...vs)];
}
