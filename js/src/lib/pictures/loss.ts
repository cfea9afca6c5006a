// The loss chart as a picture: raw and smoothed training loss, validation with markers, baseline, best epoch.
import { formatLoss, formatRmse, ratingUnit } from "../format";
import { type LossFacts, layOutLoss } from "../losslayout";
import type { Pen } from "./pen";
import { heading, type Look, type Picture, write } from "./picture";

const WIDTH = 760;
const HEIGHT = 400;
const ROOM = { left: 64, right: WIDTH - 64, top: 76, bottom: HEIGHT - 76 };

export function lossPicture(facts: LossFacts, look: Look, words: string): Picture {
  const { left, right, top, bottom } = ROOM;
  return {
    title: "Loss",
    width: WIDTH,
    height: HEIGHT,
    look,
    draw(pen) {
      const at = layOutLoss(facts, ROOM);
      const { y_range } = facts.meta;
      const small = { size: 11, color: look.soft };
      heading(pen, look, WIDTH, "Loss", words);
      write(pen, look, "MSE", left - 8, top - 14, { ...small, align: "right" });
      const unit = ratingUnit(y_range) === "stars" ? "RMSE, stars" : "RMSE";
      write(pen, look, unit, WIDTH - 16, top - 14, { ...small, align: "right" });
      pen.lineWidth = 1;
      pen.strokeStyle = look.line;
      for (const { y, mse, rmse } of at.yTicks) {
        stroke(pen, [left, right], [y, y]);
        write(pen, look, mse, left - 8, y + 4, { ...small, align: "right" });
        write(pen, look, rmse, right + 8, y + 4, small);
      }
      stroke(pen, [left, right], [bottom, bottom]);
      for (const { x, text } of at.xTicks)
        write(pen, look, text, x, bottom + 16, { ...small, align: "center" });
      write(pen, look, at.xName, right, bottom + 34, { align: "right" });

      pen.save();
      pen.beginPath();
      pen.rect(left, top - 4, right - left + 6, bottom - top + 6);
      pen.clip();
      const xs = Float32Array.from(facts.curve.x, at.toX);
      pen.strokeStyle = faint(look.train);
      stroke(pen, xs, facts.curve.loss.map(at.toY));
      if (at.baselineY !== null) {
        pen.strokeStyle = look.soft;
        pen.lineWidth = 1.5;
        pen.setLineDash([2, 3]);
        stroke(pen, [left, right], [at.baselineY, at.baselineY]);
        pen.setLineDash([]);
      }
      pen.lineWidth = 2;
      pen.lineJoin = "round";
      pen.strokeStyle = look.train;
      stroke(pen, xs, facts.smoothed.map(at.toY));
      const valid = at.scored.map((row) => ({
        row,
        x: at.toX(row.epoch),
        y: at.toY(row.valid_loss as number),
      }));
      pen.strokeStyle = pen.fillStyle = look.valid;
      stroke(
        pen,
        valid.map(({ x }) => x),
        valid.map(({ y }) => y),
      );
      pen.strokeStyle = look.background;
      for (const { row, x, y } of valid) {
        pen.beginPath();
        pen.arc(x, y, row === at.best ? 6 : 4, 0, 2 * Math.PI);
        pen.fillStyle = look.valid;
        pen.fill();
        if (row === at.best) pen.stroke();
      }
      pen.restore();
      key(pen, look, facts, at.best);
    },
  };
}

function key(pen: Pen, look: Look, facts: LossFacts, best: LossFacts["history"][number] | undefined): void {
  const y = HEIGHT - 18;
  let x = ROOM.left;
  const entries: [string, string, number[]][] = [
    ["train, smoothed", look.train, []],
    ["validation", look.valid, []],
  ];
  if (facts.meta.baseline_mse !== null) entries.push(["predict the mean", look.soft, [2, 3]]);
  for (const [name, color, dash] of entries) {
    pen.strokeStyle = color;
    pen.lineWidth = 2;
    pen.setLineDash(dash);
    stroke(pen, [x, x + 24], [y - 4, y - 4]);
    pen.setLineDash([]);
    write(pen, look, name, x + 30, y, { color: look.soft });
    x += 48 + pen.measureText(name).width;
  }
  if (!best) return;
  const rmse = best.rmse === null ? "" : `, RMSE ${formatRmse(best.rmse, facts.meta.y_range)}`;
  const words = `best: ${formatLoss(best.valid_loss)}${rmse}, epoch ${best.epoch}`;
  write(pen, look, words, WIDTH - 16, y, { align: "right" });
}

/** A line through points, broken where one is not finite. */
function stroke(pen: Pen, xs: ArrayLike<number>, ys: ArrayLike<number>): void {
  pen.beginPath();
  let drawing = false;
  for (let i = 0; i < xs.length; i++) {
    const known = Number.isFinite(ys[i]);
    if (known && drawing) pen.lineTo(xs[i], ys[i]);
    else if (known) pen.moveTo(xs[i], ys[i]);
    drawing = known;
  }
  pen.stroke();
}

/** The colour of the losses of single batches: the same, a quarter as strong. */
const faint = (color: string): string => {
  const numbers = color.match(/[\d.]+/g)?.slice(0, 3);
  return numbers ? `rgb(${numbers.join(" ")} / 0.28)` : color;
};
