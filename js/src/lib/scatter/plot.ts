// The picture: two canvases, one of pixels for the points and one for what stands over them, painted at most once
// a frame and never while nobody can see it. It is told what to show and knows nothing of stores or gestures.

import { clamp } from "../clamp";
import { ticks } from "../ticks";
import { type AxisFacts, logTicks } from "./axes";
import { PointGrid } from "./grid";
import { type Candidates, type Label, labelOrder, type Merit, placeLabels } from "./labels";
import {
  type Axes,
  type Colors,
  type Ink,
  LABEL_FONT,
  LABEL_HEIGHT,
  LABEL_PADDING,
  paintAxes,
  paintLabels,
  paintNeighbors,
  paintOutline,
  paintRing,
  paintTag,
  paintWatermark,
  type Ring,
} from "./paint";
import type { Rgb } from "./palette";
import { inOrder, type Painted, Raster, Sprites } from "./splat";
import { type Box, between, boxUnder, type Cloud, inArea, type Projection, project } from "./viewbox";

export interface Scene extends Cloud {
  counts: Int32Array;
  /** Colour index and size index by row. */
  bins: Uint8Array;
  sizes: Uint8Array;
  colors: readonly Rgb[]; // the last one is that of hollow points
  /** CSS pixels by size index. */
  radii: readonly number[];
  box: Box;
  equal: boolean;
  flipX: boolean;
  flipY: boolean;
  /** Horizontal and vertical. */
  axes: readonly [AxisFacts, AxisFacts];
  /** What the picture keeps of all there is, for its corner. */
  kept: string;
  watermark: string;
  /** The shortened title of a row. */
  title: (row: number) => string;
}

export interface Marks extends Omit<Merit, "counts"> {
  hovered: number | null;
  /** Whether the hovered point is named in the picture: not where a tooltip does. */
  tagHovered: boolean;
  /** Rows to draw lines to from the primary one. */
  neighbors: readonly number[];
}

/** Points under a label are counted up to here: what covers more is as bad. */
const MOST_COUNTED = 64;
/** From one picture of a training to the next; and from one training to another, whose setting is still at hand. */
export const MOVE_MS = 300;
export const RETRAINED_MS = 120;
/** Movement is shown 30 times a second: twice as often nobody sees, and the training next to it feels. */
const MOVE_FRAME_MS = 30;

export class Plot {
  /** Called with the labelled rows when they have changed. */
  onLabels: (rows: readonly number[]) => void = () => {};
  #scene: Scene | null = null;
  #marks: Marks | null = null;
  #colors: Colors | null = null;
  #family = "sans-serif";
  #width = 0;
  #height = 0;
  #visible = false;
  #outline: readonly number[] | null = null;
  readonly #grid = lastMade<PointGrid>();
  readonly #sprites = lastMade<Sprites>();
  readonly #painted = lastMade<Painted>();
  readonly #drawn = lastMade<Uint8Array>();
  #image: { raster: Raster; data: ImageData } | null = null;
  #move: { from: Cloud & { box: Box }; start: number; ms: number } | null = null;
  #now: (Cloud & { box: Box }) | null = null;
  #request = 0;
  #paintedAt = 0;
  #stalePoints = true;
  #candidates: Candidates | null = null;
  #labels: Label[] | null = null;
  #slots = new Map<number, number>();

  constructor(
    private readonly points: HTMLCanvasElement,
    private readonly overlay: HTMLCanvasElement,
  ) {}

  /**
   * `scene`: null where there is nothing to see. `ms`: of movement from the last scene to this one, 0 for none.
   * `keepLabels`: the same titles stay labelled.
   */
  show(scene: Scene | null, ms: number, keepLabels: boolean): void {
    const before = this.#scene;
    const moved = before?.x !== scene?.x || before?.y !== scene?.y;
    if (scene && moved && ms > 0 && this.#now?.x.length === scene.x.length && this.#visible) {
      const { rows, x, y, box } = this.#now;
      // The first frame already shows some of the way.
      const start = performance.now() - MOVE_FRAME_MS;
      this.#move = { from: { rows, x: x.slice(), y: y.slice(), box }, start, ms };
    } else if (moved || ms === 0) {
      this.#move = null;
    }
    if (!scene) this.#now = null;
    if (!scene || !keepLabels) this.#candidates = null;
    this.#labels = null;
    this.#scene = scene;
    this.#schedule(true);
  }

  /** Another part of the same scene, under a finger: labels stay the same ones until `settle`. */
  look(box: Box): void {
    if (!this.#scene) return;
    this.#scene = { ...this.#scene, box };
    this.#move = null;
    this.#labels = null;
    this.#schedule(true);
  }

  /** A gesture is over: the labels may be chosen anew. */
  settle(): void {
    this.#candidates = null;
    this.#labels = null;
    this.#schedule(false);
  }

  mark(marks: Marks): void {
    const labelled = ({ primary, pinned, selection, asked, n, by }: Marks) =>
      JSON.stringify([primary, pinned, selection, [...asked], n, by]);
    const same = this.#marks && labelled(this.#marks) === labelled(marks);
    this.#marks = marks;
    if (same) this.#schedule(false);
    else this.settle();
  }

  paintWith(colors: Colors, family: string): void {
    this.#colors = colors;
    this.#family = family;
    this.#schedule(true);
  }

  /** In CSS pixels; 0 by 0 is a plot in a hidden tab. */
  resize(width: number, height: number): void {
    if (width === this.#width && height === this.#height) return;
    this.#width = width;
    this.#height = height;
    this.#candidates = null;
    this.#labels = null;
    this.#schedule(true);
  }

  setVisible(visible: boolean): void {
    this.#visible = visible;
    if (visible) this.#schedule(true);
  }

  /** What a box or a lasso has gone around so far, in pixels, or null. */
  outline(loop: readonly number[] | null): void {
    this.#outline = loop;
    this.#schedule(false);
  }

  destroy(): void {
    cancelAnimationFrame(this.#request);
    this.#visible = false;
  }

  /** Where the scene will be once all movement has ended; null while there is nothing to see. */
  get view(): Projection | null {
    const scene = this.#scene;
    return scene && this.#width > 0 ? this.#project(scene, scene.box) : null;
  }

  get cloud(): Cloud | null {
    return this.#scene;
  }

  get grid(): PointGrid | null {
    const scene = this.#scene;
    if (!scene) return null;
    return this.#grid([scene.rows, scene.x, scene.y], () => new PointGrid(scene));
  }

  /** The row within `reach` pixels of a place in the plot. */
  hit(px: number, py: number, reach: number): number | null {
    const view = this.view;
    if (!view || !inArea(px, py, view.area)) return null;
    const x = (px - view.bx) / view.ax;
    const y = (py - view.by) / view.ay;
    return this.grid?.nearest(x, y, Math.abs(view.ax), Math.abs(view.ay), reach) ?? null;
  }

  /** Where a row's point is, and how big; null if it has no place or is out of sight. */
  locate(row: number): { x: number; y: number; radius: number } | null {
    const view = this.view;
    const scene = this.#scene;
    if (!view || !scene) return null;
    const x = scene.x[row] * view.ax + view.bx;
    const y = scene.y[row] * view.ay + view.by;
    return inArea(x, y, view.area) ? { x, y, radius: scene.radii[scene.sizes[row]] } : null;
  }

  /** What both canvases show, on one, with `ratio` pixels to a CSS pixel; null where nothing is shown. */
  picture(ratio: number): HTMLCanvasElement | null {
    if (!this.view) return null;
    this.#paint(performance.now(), ratio);
    const picture = this.points.ownerDocument.createElement("canvas");
    picture.width = this.points.width;
    picture.height = this.points.height;
    const context = picture.getContext("2d");
    context?.drawImage(this.points, 0, 0);
    context?.drawImage(this.overlay, 0, 0);
    this.#paint(performance.now(), this.#screenRatio);
    return picture;
  }

  #project(scene: Scene, box: Box): Projection {
    const left = this.#width < 420 ? 38 : 46;
    const area = {
      left,
      // The buttons for the zoom stand in the strip above, so that they cover no title.
      top: 40,
      width: Math.max(1, this.#width - left - 8),
      height: Math.max(1, this.#height - 40 - 38),
    };
    return project(box, area, scene.equal, scene.flipX, scene.flipY);
  }

  #schedule(points: boolean): void {
    this.#stalePoints ||= points;
    if (this.#request || !this.#visible || this.#width <= 0 || this.#height <= 0) return;
    this.#request = requestAnimationFrame((time) => {
      this.#request = 0;
      if (this.#move && time - this.#paintedAt < MOVE_FRAME_MS) this.#schedule(true);
      else this.#paint(time, this.#screenRatio);
    });
  }

  /** Pixels of the canvases to a CSS pixel. */
  get #screenRatio(): number {
    return this.points.ownerDocument.defaultView?.devicePixelRatio || 1;
  }

  #paint(time: number, ratio: number): void {
    const colors = this.#colors;
    const marks = this.#marks;
    if (!colors || !marks || this.#width <= 0) return;
    this.#paintedAt = time;
    const resized = fit(this.points, this.#width, this.#height, ratio);
    fit(this.overlay, this.#width, this.#height, ratio);
    const context = this.overlay.getContext("2d");
    const canvas = this.points.getContext("2d", { alpha: false });
    if (!context || !canvas) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.#width, this.#height);
    const scene = this.#scene;
    if (!scene) {
      canvas.fillStyle = `rgb(${colors.background.join(" ")})`;
      canvas.fillRect(0, 0, this.points.width, this.points.height);
      return;
    }
    this.#now = this.#positions(scene, time);
    const view = this.#project(scene, this.#now.box);
    const axes = axesOf(scene, view);
    if (this.#stalePoints || resized || this.#move) {
      this.#paintPoints(canvas, scene, this.#now, view, axes, colors, ratio);
      this.#stalePoints = false;
    }
    this.#paintOver({ context, colors, family: this.#family }, scene, marks, this.#now, view, axes);
    if (this.#move) this.#schedule(true);
  }

  /** Points on their way from the last scene, or where they belong. */
  #positions(scene: Scene, time: number): Cloud & { box: Box } {
    if (!this.#move) return scene;
    const t = clamp((time - this.#move.start) / this.#move.ms, 0, 1);
    if (t >= 1) {
      this.#move = null;
      return scene;
    }
    const eased = t * t * (3 - 2 * t);
    const { from } = this.#move;
    const x = scene.x.slice();
    const y = scene.y.slice();
    for (let row = 0; row < x.length; row++) {
      const dx = from.x[row] - x[row];
      const dy = from.y[row] - y[row];
      // A point that was not there before does not fly in.
      if (!Number.isFinite(dx + dy)) continue;
      x[row] += dx * (1 - eased);
      y[row] += dy * (1 - eased);
    }
    return { rows: scene.rows, x, y, box: between(from.box, scene.box, eased) };
  }

  #paintPoints(
    canvas: CanvasRenderingContext2D,
    scene: Scene,
    now: Cloud,
    view: Projection,
    axes: Axes,
    colors: Colors,
    ratio: number,
  ): void {
    const { area } = view;
    const width = Math.round(area.width * ratio);
    const height = Math.round(area.height * ratio);
    const left = Math.round(area.left * ratio);
    const top = Math.round(area.top * ratio);
    if (this.#image?.raster.width !== width || this.#image.raster.height !== height) {
      const data = new ImageData(width, height);
      this.#image = { raster: new Raster(width, height, data.data.buffer), data };
    }
    const { raster, data } = this.#image;
    raster.clear(colors.background);
    const line = Math.max(1, Math.round(ratio));
    const faint = mixed(colors.background, colors.border, 0.45);
    const atX = (value: number) => Math.round((value * view.ax + view.bx) * ratio - left - line / 2);
    const atY = (value: number) => Math.round((value * view.ay + view.by) * ratio - top - line / 2);
    for (const value of axes.x.values) raster.fill(atX(value), 0, line, height, faint);
    for (const value of axes.y.values) raster.fill(0, atY(value), width, line, faint);
    raster.fill(atX(0), 0, line, height, colors.border);
    raster.fill(0, atY(0), width, line, colors.border);
    raster.discs(
      this.#paintedFor(scene, now),
      view.ax * ratio,
      view.bx * ratio - left,
      view.ay * ratio,
      view.by * ratio - top,
      this.#spritesFor(scene, colors, ratio),
    );
    canvas.fillStyle = `rgb(${colors.background.join(" ")})`;
    canvas.fillRect(0, 0, this.points.width, this.points.height);
    canvas.putImageData(data, left, top);
  }

  /** Panning and zooming paint the same points, whose columns stay as they are. */
  #paintedFor({ bins, sizes }: Scene, { rows, x, y }: Cloud): Painted {
    return this.#painted([rows, x, y, bins, sizes], () =>
      inOrder(rows, { x, y, color: bins, radius: sizes }),
    );
  }

  #spritesFor(scene: Scene, colors: Colors, ratio: number): Sprites {
    return this.#sprites([scene.colors, scene.radii.join(), colors.background, ratio], () => {
      const radii = scene.radii.map((radius) => radius * ratio);
      return new Sprites(scene.colors, radii, colors.background, 0.8 * ratio, colors.foreground);
    });
  }

  #paintOver(ink: Ink, scene: Scene, marks: Marks, now: Cloud, view: Projection, axes: Axes): void {
    const { context } = ink;
    paintAxes(ink, view, axes);
    context.save();
    context.beginPath();
    context.rect(view.area.left, view.area.top, view.area.width, view.area.height);
    context.clip();
    const along = (xs: readonly number[], ys: readonly number[]) =>
      xs.flatMap((x, i) => [x * view.ax + view.bx, ys[i] * view.ay + view.by]);
    const { primary } = marks;
    if (primary !== null && Number.isFinite(now.x[primary] + now.y[primary])) {
      const ends = marks.neighbors.filter((row) => this.#isDrawn(scene, row));
      const lines = ends.map((row) => along([now.x[primary], now.x[row]], [now.y[primary], now.y[row]]));
      paintNeighbors(ink, lines);
    }
    const shown = new Set<number>();
    const ring = (row: number, kind: Ring["kind"]): Ring | null => {
      const x = now.x[row] * view.ax + view.bx;
      const y = now.y[row] * view.ay + view.by;
      if (!inArea(x, y, view.area)) return null;
      const drawn = this.#isDrawn(scene, row);
      const radius = scene.radii[scene.sizes[row]];
      return { x, y, radius, fill: drawn ? scene.colors[scene.bins[row]] : null, kind };
    };
    const paint = (row: number | null, kind: Ring["kind"]): Ring | null => {
      if (row === null) return null;
      const found = ring(row, kind);
      if (found) paintRing(ink, found);
      shown.add(row);
      return found;
    };
    for (const row of marks.selection)
      if (row !== marks.primary && row !== marks.pinned) paint(row, "selected");
    paint(marks.pinned, "pinned");
    paint(marks.primary, "primary");
    const labels = this.#layout(context, scene, marks);
    const target = this.view ?? view;
    paintLabels(
      ink,
      labels.map((label) => {
        const { row } = label;
        const x = now.x[row] * view.ax + view.bx;
        const y = now.y[row] * view.ay + view.by;
        // Places are found for where the points will be; on the way there the labels move with them.
        const dx = x - (scene.x[row] * target.ax + target.bx);
        const dy = y - (scene.y[row] * target.ay + target.by);
        const place = { ...label, left: label.left + dx, top: label.top + dy };
        return { label: place, text: scene.title(row), x, y, strong: shown.has(row) };
      }),
    );
    if (scene.watermark) paintWatermark(ink, scene.watermark, view);
    const hovered = paint(marks.hovered, "hovered");
    if (hovered && marks.hovered !== null && marks.tagHovered) {
      paintTag(ink, scene.title(marks.hovered), hovered, view);
    }
    if (this.#outline) paintOutline(ink, this.#outline);
    context.restore();
  }

  #isDrawn(scene: Scene, row: number): boolean {
    const flags = this.#drawn([scene.rows], () => {
      const made = new Uint8Array(scene.x.length);
      for (const drawn of scene.rows) made[drawn] = 1;
      return made;
    });
    return flags[row] === 1;
  }

  #layout(context: CanvasRenderingContext2D, scene: Scene, marks: Marks): Label[] {
    const view = this.view;
    if (this.#labels || !view) return this.#labels ?? [];
    const fresh = this.#candidates === null;
    const n = scene.watermark ? 0 : marks.n;
    this.#candidates ??= labelOrder(scene, view, { ...marks, counts: scene.counts, n });
    context.font = `${LABEL_FONT} ${this.#family}`;
    const { chosen } = this.#candidates;
    this.#labels = placeLabels(this.#candidates, scene, view, {
      width: (row) => context.measureText(scene.title(row)).width + 2 * LABEL_PADDING,
      height: LABEL_HEIGHT,
      radius: (row) => scene.radii[scene.sizes[row]],
      limit: marks.n,
      before: fresh ? new Map() : this.#slots,
      crowd: (left, top, width, height) =>
        this.grid?.count(boxUnder(view, left, top, left + width, top + height), MOST_COUNTED) ?? 0,
    });
    const placed = this.#labels.map((label) => label.row);
    this.#slots = new Map(this.#labels.map((label) => [label.row, label.slot]));
    if (fresh) {
      // From now on only these: a set that changes with every frame cannot be read.
      const set = new Set(placed);
      const rows = this.#candidates.rows.filter((row, i) => i < chosen || set.has(row));
      this.#candidates = { rows, chosen };
      this.onLabels(placed);
    }
    return this.#labels;
  }
}

/** Keeps what was made last, until one of the things it is made of is another. */
function lastMade<Value>(): (of: readonly unknown[], make: () => Value) => Value {
  let last: { of: readonly unknown[]; value: Value } | null = null;
  return (of, make) => {
    if (!last || of.some((part, i) => part !== last?.of[i])) last = { of, value: make() };
    return last.value;
  };
}

function axesOf({ axes: [x, y], kept }: Scene, { box, area }: Projection): Axes {
  return {
    x: (x.log ? logTicks : ticks)(box[0], box[2], area.width / 90),
    y: (y.log ? logTicks : ticks)(box[1], box[3], area.height / 70),
    xTitle: x.titles,
    yTitle: y.titles,
    kept,
  };
}

function mixed(a: Rgb, b: Rgb, share: number): Rgb {
  const mix = (c: 0 | 1 | 2) => Math.round(a[c] + (b[c] - a[c]) * share);
  return [mix(0), mix(1), mix(2)];
}

/** Gives a canvas its pixels; true if they were others before. */
function fit(canvas: HTMLCanvasElement, width: number, height: number, ratio: number): boolean {
  const w = Math.round(width * ratio);
  const h = Math.round(height * ratio);
  if (canvas.width === w && canvas.height === h) return false;
  canvas.width = w;
  canvas.height = h;
  return true;
}
