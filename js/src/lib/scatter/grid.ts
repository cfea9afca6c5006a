// Which point is near a place: points sorted into the cells of a uniform grid, in flat arrays.
// Built in one pass, so that a new frame of 60,000 points costs about a millisecond, and only when asked.

import { clamp } from "../clamp";
import { type Box, type Cloud, extent, inBox } from "./viewbox";

export class PointGrid {
  readonly #bounds: Box;
  readonly #side: number;
  /** Points of cell c are `#rows[#starts[c]] … #rows[#starts[c + 1] - 1]`. */
  readonly #starts: Int32Array;
  readonly #rows: Int32Array;

  /** Places by row, in score units; the rows of the cloud all have finite ones. */
  constructor(private readonly cloud: Cloud) {
    const { rows, x, y } = cloud;
    this.#bounds = extent(cloud) ?? [0, 0, 0, 0];
    this.#side = clamp(Math.ceil(Math.sqrt(rows.length / 2)), 1, 512);
    const cells = new Int32Array(rows.length);
    this.#starts = new Int32Array(this.#side * this.#side + 1);
    for (let i = 0; i < rows.length; i++) {
      const cell = this.#cell(0, x[rows[i]]) + this.#side * this.#cell(1, y[rows[i]]);
      cells[i] = cell;
      this.#starts[cell + 1]++;
    }
    for (let c = 0; c < this.#side * this.#side; c++) this.#starts[c + 1] += this.#starts[c];
    const next = this.#starts.slice();
    this.#rows = new Int32Array(rows.length);
    for (let i = 0; i < rows.length; i++) this.#rows[next[cells[i]]++] = rows[i];
  }

  /** The column of an x (axis 0) or the line of a y (axis 1). */
  #cell(axis: 0 | 1, value: number): number {
    const [low, high] = [this.#bounds[axis], this.#bounds[axis + 2]];
    return clamp(Math.floor(((value - low) / (high - low || 1)) * this.#side), 0, this.#side - 1);
  }

  /**
   * The row nearest to (x, y), or null where none lies within `reach` pixels; a unit is `sx` pixels wide and
   * `sy` high.
   */
  nearest(x: number, y: number, sx: number, sy: number, reach: number): number | null {
    const [rx, ry] = [reach / sx, reach / sy];
    const { x: xs, y: ys } = this.cloud;
    let best: number | null = null;
    let least = reach * reach;
    this.#visit([x - rx, y - ry, x + rx, y + ry], (row) => {
      const distance = ((xs[row] - x) * sx) ** 2 + ((ys[row] - y) * sy) ** 2;
      if (distance < least || (distance === least && best === null)) {
        least = distance;
        best = row;
      }
      return true;
    });
    return best;
  }

  /** The rows inside the box, in ascending order. */
  within(box: Box): number[] {
    const found: number[] = [];
    this.#visit(box, (row) => found.push(row) > 0);
    return found.sort((a, b) => a - b);
  }

  /** How many points are inside the box, counted up to `most`. */
  count(box: Box, most = Infinity): number {
    let n = 0;
    this.#visit(box, () => ++n < most);
    return n;
  }

  /** Until `found` answers false. */
  #visit(box: Box, found: (row: number) => boolean): void {
    const { x, y } = this.cloud;
    for (let line = this.#cell(1, box[1]); line <= this.#cell(1, box[3]); line++) {
      const first = this.#starts[line * this.#side + this.#cell(0, box[0])];
      const last = this.#starts[line * this.#side + this.#cell(0, box[2]) + 1];
      for (let i = first; i < last; i++) {
        const row = this.#rows[i];
        if (inBox(box, x[row], y[row]) && !found(row)) return;
      }
    }
  }
}
