// Lines over the points: to true neighbours, and the loop of the lasso.

import { type Colors, css } from "./paint";

/** Pixels x0 y0 x1 y1 … */
type Line = readonly number[];

function trace(context: CanvasRenderingContext2D, line: Line): void {
  context.beginPath();
  context.moveTo(line[0], line[1]);
  for (let i = 2; i < line.length; i += 2) context.lineTo(line[i], line[i + 1]);
}

/** From one point to each of its true neighbours. */
export function paintNeighbors(
  context: CanvasRenderingContext2D,
  lines: readonly Line[],
  colors: Colors,
): void {
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

/** What a lasso has gone around so far; it is closed by a straight line. */
export function paintLoop(context: CanvasRenderingContext2D, loop: Line, colors: Colors): void {
  context.lineWidth = 1.5;
  context.fillStyle = css(colors.accent, 0.12);
  context.strokeStyle = css(colors.accent);
  context.setLineDash([4, 3]);
  trace(context, loop);
  context.fill();
  context.stroke();
  context.setLineDash([]);
}
