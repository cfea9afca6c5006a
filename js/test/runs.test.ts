// Earlier runs, cut from the wire, placed on each axis and read by the crosshair.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { LossFacts } from "../src/lib/loss/layout";
import { layOutLoss, mappingOf } from "../src/lib/loss/layout";
import { placeText, readings, readingText } from "../src/lib/loss/readings";
import { drawnRuns, earlierRuns, runMapping } from "../src/lib/loss/runs";
import type { RunRow } from "../src/protocol";

const row = (run: number, points: [number, number]): RunRow => ({
  run,
  name: `run ${run}: wd 0.${run}`,
  present: points[0] === 0,
  epochs: 2,
  valid_loss: 0.9,
  best_epoch: 2,
  seconds: 8,
  bs: 32,
  points,
});
const pairs = Float32Array.from([0.5, 3, 1, 2, 2, 1, 1, 1.4, 2, 1.2, 1, 5, 1, 6]);
const rows = [row(1, [3, 2]), row(2, [1, 1]), row(3, [0, 0])];

const facts = (changed: Partial<LossFacts> = {}): LossFacts => ({
  curve: { x: Float32Array.of(1, 4), loss: Float32Array.of(0.9, 0.7) },
  smoothed: Float32Array.of(0.9, 0.75),
  history: [{ epoch: 1, train_loss: 0.9, valid_loss: 0.85, rmse: 0.922, seconds: 2, lr: 1e-3 }],
  bestEpoch: 1,
  meta: { n_train: 6400, loss_name: "MSE", baseline: null, y_range: [0, 5.5] },
  recipe: { bs: 64, epochs: 1, fit_epochs: 1 },
  status: "ready",
  xAxis: "epoch",
  yScale: "linear",
  earlier: drawnRuns(earlierRuns(rows, pairs), [1, 2], 0),
  ...changed,
});

test("curves of runs are cut one after the other, and none is shown before all have come", () => {
  const [first, second, ...others] = earlierRuns(rows, pairs);
  assert.deepEqual([...first.train.x, ...first.train.loss], [0.5, 1, 2, 3, 2, 1]);
  assert.deepEqual(
    [...first.valid.x].concat([...first.valid.loss].map((loss) => +loss.toFixed(3))),
    [1, 2, 1.4, 1.2],
  );
  assert.deepEqual([...second.train.loss, ...second.valid.loss], [5, 6]);
  assert.equal(others.length, 0);
  assert.deepEqual(earlierRuns(rows, pairs.subarray(0, 4)), []);
});

test("batches and seconds of a run are its own", () => {
  const at = (axis: "epoch" | "step" | "time") => runMapping(axis, rows[0], 6400)(2);
  assert.deepEqual([at("epoch"), at("step"), at("time")], [2, 400, 8]);
});

test("the chart reaches as far, and as high, as the runs in it", () => {
  const room = { left: 0, right: 100, top: 0, bottom: 100 };
  const layout = layOutLoss(facts({ curve: { x: Float32Array.of(1), loss: Float32Array.of(0.9) } }), room);
  assert.equal(layout.end, 2);
  assert.ok(layout.toY(6) >= 0, "the highest validation loss is in sight");
});

test("the crosshair reads each curve where it is, and none beyond its end", () => {
  const read = (at: number) => readings(facts(), mappingOf(facts()), at, "this run");
  assert.deepEqual(
    read(1).map(({ name, train }) => [name, train]),
    [
      ["this run", Math.fround(0.9)],
      ["run 1: wd 0.1", 2],
      ["run 2: wd 0.2", 5],
    ],
  );
  assert.deepEqual(
    read(2).map(({ name }) => name),
    ["this run", "run 1: wd 0.1"],
  );
  assert.equal(readingText(read(1)[0], facts()), "train 0.9000 · valid 0.8500 (RMSE 0.922 stars) at epoch 1");
  assert.equal(readingText({ name: "", train: 0.5, valid: null, epoch: null }, facts()), "train 0.5000");
});

test("the crosshair's place is named by what the axis counts", () => {
  assert.equal(placeText(facts(), 3), "epoch 3");
  assert.equal(placeText(facts(), 2.417), "epoch 2.42");
  assert.equal(placeText(facts({ xAxis: "step" }), 99.7), "batch 100");
  assert.equal(placeText(facts({ xAxis: "time" }), 1.234), "1.23 s");
});
