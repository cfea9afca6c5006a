// The loss chart, drawn: raw and smoothed training loss, validation with markers, baseline, best epoch. The page's
// own chart and the one that is taken away are this drawing.
import { formatLoss, formatRmse, ratingUnit } from "../format";
import type { Room } from "../losschart";
import { type LossFacts, type LossLayout, layOutLoss } from "../losslayout";
import { runMapping } from "../runs";
import type { Pen } from "./pen";
import { heading, type Look, type Picture, write } from "./picture";

const WIDTH = 760;
const HEIGHT = 400;
const ROOM = { left: 64, right: WIDTH - 64, top: 76, bottom: HEIGHT - 76 };

export function lossPicture(facts: LossFacts, look: Look, words: string): Picture {
  return {
    title: "Loss",
    width: WIDTH,
    height: HEIGHT,
    look,
    draw(pen) {
      heading(pen, look, WIDTH, "Loss", words);
      const { best } = drawLoss(pen, look, facts, ROOM);
      const y = HEIGHT - 18;
      const key = (name: string, color: string, x: number) => {
        pen.fillStyle = color;
        pen.fillRect(x, y - 5, 20, 2);
        write(pen, look, name, x + 26, y, { color: look.soft });
      };
      key("train, smoothed", look.train, ROOM.left);
      if (facts.meta.baseline !== null) key("validation", look.valid, ROOM.left + 136);
      if (!best) return;
      const rmse = best.rmse === null ? "" : `, RMSE ${formatRmse(best.rmse, facts.meta.y_range)}`;
      const text = `best: ${formatLoss(best.valid_loss)}${rmse}, epoch ${best.epoch}`;
      write(pen, look, text, WIDTH - 16, y, { align: "right" });
    },
  };
}

export function drawLoss(pen: Pen, look: Look, facts: LossFacts, room: Room): LossLayout {
  const { left, right, top, bottom } = room;
  const at = layOutLoss(facts, room);
  const small = { size: 11, color: look.soft };
  const end = { ...small, align: "right" } as const;
  const { loss_name, y_range } = facts.meta;
  write(pen, look, loss_name, left - 8, top - 12, end);
  if (loss_name === "MSE") {
    write(pen, look, ratingUnit(y_range) === "stars" ? "RMSE, stars" : "RMSE", right + 48, top - 12, end);
  }
  pen.lineWidth = 1;
  pen.strokeStyle = look.line;
  for (const { y, mse, rmse } of at.yTicks) {
    line(pen, [left, right], [y, y], room);
    write(pen, look, mse, left - 8, y + 4, end);
    write(pen, look, rmse, right + 8, y + 4, small);
  }
  line(pen, [left, right], [bottom, bottom], room);
  for (const { x, text } of at.xTicks) write(pen, look, text, x, bottom + 16, { ...small, align: "center" });
  write(pen, look, at.xName, right, bottom + 30, end);

  const { baselineY } = at;
  if (baselineY !== null) {
    pen.strokeStyle = look.soft;
    pen.lineWidth = 1.5;
    pen.setLineDash([2, 4]);
    line(pen, [left, right], [baselineY, baselineY], room);
    pen.setLineDash([]);
  }
  drawEarlier(pen, look, facts, at, room);
  const xs = Float32Array.from(facts.curve.x, at.toX);
  pen.lineJoin = "round";
  pen.strokeStyle = look.train;
  pen.globalAlpha = 0.25;
  pen.lineWidth = 1;
  line(pen, xs, facts.curve.loss.map(at.toY), room);
  pen.globalAlpha = 1;
  pen.lineWidth = 2;
  line(pen, xs, facts.smoothed.map(at.toY), room);
  pen.strokeStyle = look.valid;
  const spots = at.scored.map((row) => [at.toX(row.epoch), at.toY(row.valid_loss as number)] as const);
  const [validXs, validYs] = [0, 1].map((which) => spots.map((spot) => spot[which]));
  line(pen, validXs, validYs, room);
  spots.forEach(([x, y], i) => {
    const best = at.scored[i] === at.best;
    pen.beginPath();
    pen.arc(x, y, best ? 5.5 : 4, 0, 2 * Math.PI);
    pen.fillStyle = best ? look.valid : look.background;
    pen.fill();
    pen.stroke();
  });
  if (baselineY !== null) {
    const y = baselineY > bottom - 20 ? baselineY - 6 : baselineY + 14;
    pen.strokeStyle = look.background;
    pen.lineWidth = 4;
    pen.font = `11px ${look.family}`;
    pen.textAlign = "right";
    pen.textBaseline = "alphabetic";
    pen.strokeText("predict the mean", right - 4, y);
    write(pen, look, "predict the mean", right - 4, y, end);
  }
  return at;
}

/** Faint, validation dashed, and each with its number at its end: colours are the present run's. */
function drawEarlier(pen: Pen, look: Look, facts: LossFacts, at: LossLayout, room: Room): void {
  const { left, right, top, bottom } = room;
  facts.earlier.forEach((run, i) => {
    const map = runMapping(facts.xAxis, run, facts.meta.n_train);
    const along = (xs: Float32Array) => xs.map((x) => left + (map(x) / at.end) * (right - left));
    pen.strokeStyle = look.soft;
    pen.globalAlpha = 0.45;
    pen.lineWidth = 1;
    line(pen, along(run.train.x), run.smoothed.map(at.toY), room);
    pen.globalAlpha = 0.8;
    pen.lineWidth = 1.5;
    pen.setLineDash([5, 3]);
    line(pen, along(run.valid.x), run.valid.loss.map(at.toY), room);
    pen.setLineDash([]);
    pen.globalAlpha = 1;
    const ended = run.valid.x.length ? run.valid : { x: run.train.x, loss: run.smoothed };
    const y = at.toY(ended.loss.at(-1) ?? Number.NaN);
    if (y >= top && y <= bottom) {
      // Above its curve's end, and beside the numbers of others, which may end there too.
      const x = (along(ended.x).at(-1) as number) - 6 - 10 * i;
      write(pen, look, String(run.run), x, y - 5, { size: 11, color: look.soft, bold: true, align: "right" });
    }
  });
}

/** A line through points, broken where one is not finite, and cut where it leaves the room above or below. */
function line(pen: Pen, xs: ArrayLike<number>, ys: ArrayLike<number>, { top, bottom }: Room): void {
  const inside = (i: number) => ys[i] >= top - 4 && ys[i] <= bottom + 2;
  const edge = (i: number, from: number) => {
    const y = ys[i] < top ? top - 4 : bottom + 2;
    return [xs[from] + ((xs[i] - xs[from]) * (y - ys[from])) / (ys[i] - ys[from]), y] as const;
  };
  pen.beginPath();
  for (let i = 0; i < xs.length; i++) {
    const known = Number.isFinite(ys[i - 1]) && Number.isFinite(ys[i]);
    if (inside(i)) {
      if (known && !inside(i - 1)) pen.moveTo(...edge(i - 1, i));
      if (known) pen.lineTo(xs[i], ys[i]);
      else pen.moveTo(xs[i], ys[i]);
    } else if (known && inside(i - 1)) pen.lineTo(...edge(i, i - 1));
  }
  pen.stroke();
}
