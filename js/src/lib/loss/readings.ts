// What the crosshair of the loss chart reads at a place: every visible curve's value there. No DOM.
import { bisectCenter } from "d3-array";
import { formatLoss, formatNumber, formatRmse } from "../format";
import type { CurvePoints } from "./curve";
import { type LossFacts, scoredOf } from "./layout";
import { runMapping } from "./runs";
import type { Room } from "./scales";

/** Where a chart has its curves; `end` is the last value of the x axis. */
export type Plot = Room & { end: number };

export interface Reading {
  name: string;
  train: number | null;
  valid: number | null;
  /** The epoch at whose end `valid` was measured. */
  epoch: number | null;
}

/** Values at `at` on the x axis: of the present run first, then of the earlier ones that reach so far. */
export function readings(facts: LossFacts, mapX: (epoch: number) => number, at: number, name: string) {
  const rows = scoredOf(facts);
  const scored = {
    x: Float32Array.from(rows, (row) => row.epoch),
    loss: Float32Array.from(rows, (row) => row.valid_loss as number),
  };
  const own = { name, map: mapX, train: { x: facts.curve.x, loss: facts.smoothed }, valid: scored };
  const earlier = facts.earlier.map((run) => ({
    name: run.name,
    map: runMapping(facts.xAxis, run, facts.meta.n_train),
    train: { x: run.train.x, loss: run.smoothed },
    valid: run.valid,
  }));
  return [own, ...earlier].flatMap(({ name, map, train, valid }) => {
    const value = ({ x, loss }: CurvePoints): [number | null, number | null] => {
      const i = bisectCenter(Float32Array.from(x, map), at);
      return x.length ? [loss[i], x[i]] : [null, null];
    };
    // Beyond its end a curve has no value; half an epoch is as near as the last one gets.
    const last = train.x.at(-1);
    if (last === undefined || at > map(last + 0.5)) return [];
    const [loss, epoch] = value(valid);
    return [{ name, train: value(train)[0], valid: loss, epoch }];
  });
}

/** One reading's numbers; given the chart's facts, with the error in stars and the epoch it was measured after. */
export function readingText({ train, valid, epoch }: Reading, facts?: LossFacts): string {
  const more =
    facts?.meta.loss_name === "MSE" &&
    valid !== null &&
    ` (RMSE ${formatRmse(Math.sqrt(valid), facts.meta.y_range)}) at epoch ${epoch}`;
  return [
    train !== null && `train ${formatLoss(train)}`,
    valid !== null && `valid ${formatLoss(valid)}${more || ""}`,
  ]
    .filter(Boolean)
    .join(" \u00b7 ");
}

/** Where the crosshair stands, in words. */
export function placeText(facts: LossFacts, at: number): string {
  switch (facts.xAxis) {
    case "epoch":
      return `epoch ${formatNumber(at, Number.isInteger(at) ? 0 : 2)}`;
    case "step":
      return `batch ${Math.round(at)}`;
    default:
      return `${formatNumber(at, at < 10 ? 2 : 0)} s`;
  }
}
