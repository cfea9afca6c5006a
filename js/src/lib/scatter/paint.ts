// What stands over the points, drawn with the canvas' own means: axes, labels, rings, lines, tools, watermarks.

import { clamp } from "../clamp";
import { formatNumber } from "../format";
import type { Ticks } from "../ticks";
import type { Label } from "./labels";
import type { Rgb } from "./palette";
import type { Projection } from "./viewbox";

/** The colours of a theme, by the custom properties that they are resolved from. */
export const COLORS = {
  background: "--cw-bg",
  foreground: "--cw-fg",
  soft: "--cw-fg2",
  border: "--cw-line",
  accent: "--cw-accent",
  neutral: "--cw-scatter-neutral",
  biasLow: "--cw-scatter-low",
  biasMiddle: "--cw-scatter-middle",
  biasHigh: "--cw-scatter-high",
} as const;

export type Colors = Record<keyof typeof COLORS, Rgb>;

/** What is drawn on, and with. */
export interface Ink {
  context: CanvasRenderingContext2D;
  colors: Colors;
  /** The font family of the page. */
  family: string;
}

/** Room for the buttons of the page, above the plot on the right. */
const ZOOM_BUTTONS = 116;

export function css([r, g, b]: Rgb, opacity = 1): string {
  return `rgb(${r} ${g} ${b} / ${opacity})`;
}

/** How text is written next: its font without the family, its colour, and where it is held. */
function write(
  { context, family }: Ink,
  font: string,
  color: Rgb,
  align: CanvasTextAlign,
  baseline: CanvasTextBaseline,
): void {
  context.font = `${font} ${family}`;
  context.fillStyle = css(color);
  context.textAlign = align;
  context.textBaseline = baseline;
}

export interface Axes {
  x: Ticks;
  y: Ticks;
  /** Longest first. */
  xTitle: readonly string[];
  yTitle: readonly string[];
  kept: string;
}

export function paintAxes(ink: Ink, view: Projection, axes: Axes): void {
  const { context, colors } = ink;
  const { left, top, width, height } = view.area;
  context.strokeStyle = css(colors.border);
  context.lineWidth = 1;
  context.strokeRect(left - 0.5, top - 0.5, width + 1, height + 1);
  write(ink, "11px", colors.soft, "center", "top");
  for (const [i, value] of axes.x.values.entries()) {
    const text = axes.x.texts?.[i] ?? formatNumber(value, axes.x.digits);
    const half = context.measureText(text).width / 2;
    // Moved inwards at the corners rather than cut off.
    const at = clamp(value * view.ax + view.bx, left + half, left + width - half);
    context.fillText(text, at, top + height + 5);
  }
  write(ink, "11px", colors.soft, "right", "middle");
  for (const [i, value] of axes.y.values.entries()) {
    const at = clamp(value * view.ay + view.by, top + 5, top + height - 5);
    context.fillText(axes.y.texts?.[i] ?? formatNumber(value, axes.y.digits), left - 6, at);
  }
  const fitting = (titles: readonly string[], room: number) =>
    titles.find((title) => context.measureText(title).width <= room) ?? titles.at(-1) ?? "";
  const yLeft = Math.max(2, left - 36);
  // What is kept stands in the lower corner, wherever the short title of the axis leaves it the room.
  const kept = context.measureText(axes.kept).width + 16;
  write(ink, "600 12px", colors.foreground, "right", "alphabetic");
  const room = left + width - yLeft;
  const xTitle = fitting(axes.xTitle, room - kept);
  context.fillText(xTitle, left + width, top + height + 31);
  const hasRoom = context.measureText(xTitle).width + kept <= room;
  context.textAlign = "left";
  context.fillText(fitting(axes.yTitle, room - ZOOM_BUTTONS), yLeft, top - 8);
  write(ink, "11px", colors.soft, "left", "alphabetic");
  if (hasRoom) context.fillText(axes.kept, yLeft, top + height + 31);
}

export interface Ring {
  x: number;
  y: number;
  radius: number;
  /** The point's own colour; null for one that is hidden by the filter. */
  fill: Rgb | null;
  kind: "selected" | "primary" | "pinned" | "hovered";
}

/** Outline and size tell what is chosen; the colours of points keep their meaning. */
export function paintRing({ context, colors }: Ink, { x, y, radius: size, fill, kind }: Ring): void {
  const radius = Math.max(3, size) + (kind === "primary" ? 2.5 : 1.5);
  const circle = (r: number) => {
    context.beginPath();
    context.arc(x, y, r, 0, 2 * Math.PI);
  };
  const disc = (r: number, color: Rgb) => {
    circle(r);
    context.fillStyle = css(color);
    context.fill();
  };
  const line = (color: Rgb, width: number, dash: readonly number[]) => {
    context.setLineDash(dash);
    context.lineWidth = width;
    context.strokeStyle = css(color);
    context.stroke();
    context.setLineDash([]);
  };
  disc(radius + 1.5, colors.background);
  disc(radius, fill ?? colors.background);
  line(colors.foreground, 2, fill ? [] : [2, 2]);
  if (kind === "selected") return;
  circle(radius + (kind === "hovered" ? 2.5 : 3.5));
  line(colors.accent, kind === "hovered" ? 1.5 : 2, kind === "pinned" ? [3, 2] : []);
}

export interface LabelText {
  label: Label;
  text: string;
  /** Where the point is now. */
  x: number;
  y: number;
  strong: boolean;
}

/** Width of the padding around a label's text: the halo needs it. */
export const LABEL_PADDING = 2;
export const LABEL_HEIGHT = 15;

export const LABEL_FONT = "11.5px";

export function paintLabels(ink: Ink, labels: readonly LabelText[]): void {
  const { context, colors } = ink;
  write(ink, LABEL_FONT, colors.foreground, "left", "middle");
  context.lineJoin = "round";
  context.lineWidth = 1;
  context.strokeStyle = css(colors.soft);
  context.beginPath();
  for (const { label, x, y } of labels) {
    if (!label.leader) continue;
    context.moveTo(x, y);
    context.lineTo(
      clamp(x, label.left, label.left + label.width),
      clamp(y, label.top, label.top + label.height),
    );
  }
  context.stroke();
  context.strokeStyle = css(colors.background, 0.9);
  context.lineWidth = 3;
  for (const { label, text } of labels) {
    context.strokeText(text, label.left + LABEL_PADDING, label.top + label.height / 2);
  }
  for (const { label, text, strong } of labels) {
    const at = label.left + LABEL_PADDING;
    const middle = label.top + label.height / 2;
    context.fillText(text, at, middle);
    // Bold is wider than the place that was measured; an underline is not.
    if (strong) context.fillRect(at, middle + 6, label.width - 2 * LABEL_PADDING, 1);
  }
}

/** A box with round corners to write on, in the colours of the canvas. */
function plate({ context, colors }: Ink, left: number, top: number, width: number, height: number): void {
  context.lineWidth = 1;
  context.beginPath();
  context.roundRect(left, top, width, height, 4);
  context.fill();
  context.stroke();
  context.fillStyle = css(colors.foreground);
}

/** A name in a box of its own over everything, for the point another view points at. */
export function paintTag(ink: Ink, text: string, ring: Ring, view: Projection): void {
  const { context, colors } = ink;
  write(ink, `600 ${LABEL_FONT}`, colors.background, "left", "middle");
  const width = context.measureText(text).width + 10;
  const { area } = view;
  const right = ring.x + ring.radius + 8;
  const wanted = right + width <= area.left + area.width ? right : ring.x - ring.radius - 8 - width;
  const left = clamp(wanted, area.left, area.left + area.width - width);
  const top = clamp(ring.y - 10, area.top, area.top + area.height - 20);
  context.strokeStyle = css(colors.foreground);
  plate(ink, Math.round(left) + 0.5, Math.round(top) + 0.5, width, 20);
  context.fillText(text, left + 5.5, top + 10.5);
}

/** Words across the picture that say it means nothing yet. */
export function paintWatermark(ink: Ink, text: string, view: Projection): void {
  const { context, colors } = ink;
  const { left, top, width, height } = view.area;
  let size = 22;
  do write(ink, `600 ${size--}px`, colors.foreground, "center", "middle");
  while (size > 11 && context.measureText(text).width > width - 24);
  // On a plate of its own: letters among as many points would be points themselves.
  const [x, y, wide] = [left + width / 2, top + height / 2, context.measureText(text).width + size];
  context.fillStyle = css(colors.background, 0.92);
  context.strokeStyle = css(colors.border);
  plate(ink, x - wide / 2, y - size, wide, 2 * size);
  context.fillText(text, x, y);
}

/** Pixels x0 y0 x1 y1 … */
type Line = readonly number[];

function trace(context: CanvasRenderingContext2D, line: Line): void {
  context.beginPath();
  context.moveTo(line[0], line[1]);
  for (let i = 2; i < line.length; i += 2) context.lineTo(line[i], line[i + 1]);
}

/** From one point to each of its true neighbours. */
export function paintNeighbors({ context, colors }: Ink, lines: readonly Line[]): void {
  context.setLineDash([]);
  // On a ground of their own: among points of their colour they would be lost.
  for (const [width, color] of [
    [4, css(colors.background, 0.8)],
    [1.75, css(colors.accent)],
  ] as const) {
    context.lineWidth = width;
    context.strokeStyle = color;
    for (const line of lines) {
      trace(context, line);
      context.stroke();
    }
  }
}

/** What a box or a lasso has gone around so far; it is closed by a straight line. */
export function paintOutline({ context, colors }: Ink, loop: Line): void {
  context.lineWidth = 1.5;
  context.fillStyle = css(colors.accent, 0.12);
  context.strokeStyle = css(colors.accent);
  context.setLineDash([4, 3]);
  trace(context, loop);
  context.closePath();
  context.fill();
  context.stroke();
  context.setLineDash([]);
}
