// Where everything of the loss chart is, in pixels.

import type { Data, EpochRow, RecipeFacts } from "../../protocol";
import type { Status } from "../../store";
import { clamp } from "../clamp";
import { formatClock, formatNumber } from "../format";
import { ticks } from "../ticks";
import type { CurvePoints } from "./curve";
import { type DrawnRun, runMapping } from "./runs";
import { lossRange, type Room, type XAxis, xMapping, xTicks, type YScale, yMapping } from "./scales";

export interface LossFacts {
  curve: CurvePoints;
  smoothed: Float32Array;
  history: readonly EpochRow[];
  bestEpoch: number | null;
  meta: Pick<Data, "n_train" | "loss_name" | "baseline" | "y_range">;
  recipe: Pick<RecipeFacts, "bs" | "epochs" | "fit_epochs">;
  status: Status;
  xAxis: XAxis;
  yScale: YScale;
  /** Runs before this one, to be drawn behind it. */
  earlier: readonly DrawnRun[];
}

export type LossLayout = ReturnType<typeof layOutLoss>;

/** From epochs of the present run to what the x axis counts. */
export const mappingOf = ({ xAxis, history, meta, recipe }: LossFacts): ((epoch: number) => number) =>
  xMapping(
    xAxis,
    history.map((row) => row.seconds),
    meta.n_train,
    recipe.bs,
  );

/** Epochs with a validation loss. */
export const scoredOf = ({ history }: LossFacts): EpochRow[] =>
  history.filter((row) => row.valid_loss !== null && Number.isFinite(row.valid_loss));

export function layOutLoss(facts: LossFacts, { left, right, top, bottom }: Room) {
  const { curve, history, meta, recipe, xAxis, yScale } = facts;
  const trained = Math.max(curve.x.at(-1) ?? 0, history.at(-1)?.epoch ?? 0);
  const waits = ["training", "paused"].includes(facts.status);
  const planned = (facts.status === "untrained" ? recipe.epochs : waits && recipe.fit_epochs) || 0;
  const mapX = mappingOf(facts);
  const ends = facts.earlier.map((run) => runMapping(xAxis, run, meta.n_train)(run.train.x.at(-1) ?? 0));
  const end = Math.max(mapX(Math.max(trained, planned || (ends.length ? 0 : 1))), ...ends) || 1;
  const scores = facts.earlier.flatMap((run) => [...run.valid.loss]);
  const range = lossRange(facts.smoothed, history, meta.baseline, scores);
  const toY = yMapping(yScale, range, top, bottom);
  const losses = ticks(range.low, range.high, 5);
  const below = xTicks(xAxis, end, clamp((right - left) / 64, 3, 10));
  const scored = scoredOf(facts);
  const clock = (seconds: number) =>
    below.digits > 0 ? `${formatNumber(seconds, below.digits)} s` : formatClock(seconds);
  return {
    /** Where the x axis ends, in what it counts. */
    end,
    toX: (epoch: number) => left + (mapX(epoch) / end) * (right - left),
    toY,
    xName: { epoch: "epoch", step: "batch", time: "time" }[xAxis],
    xTicks: below.values.map((value) => ({
      x: left + (value / end) * (right - left),
      text: xAxis === "time" ? clock(value) : formatNumber(value, below.digits),
    })),
    yTicks: losses.values.map((value) => ({
      y: toY(value),
      mse: formatNumber(value, losses.digits),
      rmse: meta.loss_name === "MSE" ? formatNumber(Math.sqrt(value), 2) : "",
    })),
    scored,
    best: scored.find((row) => row.epoch === facts.bestEpoch),
    baselineY: meta.baseline === null ? null : toY(meta.baseline),
  };
}
