// The loss curve: smoothing is a weighted mean, the chart's geometry is right.
import assert from "node:assert/strict";
import { test } from "node:test";
import { appended, curveOf, smooth } from "../src/lib/loss/curve";
import { linePath, lossRange, xMapping, yMapping } from "../src/lib/loss/scales";
import { ticks } from "../src/lib/ticks";
import type { EpochRow } from "../src/protocol";
import { generator } from "./harness/state";

function noisy(n: number, seed: number) {
  const random = generator(seed);
  const x = Float32Array.from({ length: n }, (_, i) => (i + 1) / 100);
  return { x, loss: Float32Array.from(x, () => random()) };
}

const row = (epoch: number, valid_loss: number, seconds: number): EpochRow => ({
  epoch,
  train_loss: valid_loss,
  valid_loss,
  rmse: Math.sqrt(valid_loss),
  seconds,
  lr: 1e-3,
});

test("what comes later is behind what was there, which stays as it was", () => {
  const before = curveOf(Float32Array.of(0.1, 1, 0.2, 2));
  const after = appended(before, curveOf(Float32Array.of(0.3, 3)));
  assert.deepEqual([...before.loss], [1, 2]);
  assert.deepEqual(after, { x: Float32Array.of(0.1, 0.2, 0.3), loss: Float32Array.of(1, 2, 3) });
});

test("smoothing is the weighted mean it says: weight s^(25 Δx) on the past", () => {
  const points = noisy(60, 6);
  const s = 0.6;
  const smoothed = smooth(points, s);
  for (const end of [0, 1, 7, 59]) {
    let sum = 0;
    let weights = 0;
    for (let i = 0; i <= end; i++) {
      const step = i ? points.x[i] - points.x[i - 1] : points.x[1] - points.x[0];
      const weight = (1 - s ** (25 * step)) * s ** (25 * (points.x[end] - points.x[i]));
      sum += weight * points.loss[i];
      weights += weight;
    }
    assert.ok(Math.abs(smoothed[end] - sum / weights) < 1e-5);
  }
});

test("a longer run is smoothed over a share of it, so that a line is left at any length", () => {
  const spread = (values: Float32Array) =>
    Math.sqrt(values.reduce((sum, v) => sum + (v - 1) ** 2, 0) / values.length);
  const random = generator(3);
  const loss = Float32Array.from({ length: 2000 }, () => 0.5 + random());
  for (const epochs of [1, 5, 80, 300]) {
    const x = Float32Array.from(loss, (_, i) => ((i + 1) / 2000) * epochs);
    assert.ok(spread(smooth({ x, loss }, 0.6).subarray(200)) < 0.3 * spread(loss), `${epochs} epochs`);
  }
});

test("without smoothing the curve is itself, a constant stays constant, and gaps are skipped", () => {
  const points = noisy(50, 7);
  assert.deepEqual(smooth(points, 0), points.loss);
  const flat = { x: points.x, loss: new Float32Array(50).fill(0.5) };
  assert.ok(smooth(flat, 0.99).every((value) => Math.abs(value - 0.5) < 1e-6));
  const gap = smooth({ x: Float32Array.of(1, 2, 3), loss: Float32Array.of(Number.NaN, 2, Number.NaN) }, 0.6);
  assert.deepEqual([Number.isNaN(gap[0]), gap[1], gap[2]], [true, 2, 2]);
});

test("time on the axis follows the seconds of each epoch, and the last one's beyond", () => {
  const toTime = xMapping("time", [10, 20], 100, 1);
  assert.deepEqual([0, 0.5, 1, 1.5, 2, 2.5].map(toTime), [0, 5, 10, 20, 30, 40]);
  assert.equal(xMapping("step", [], 80_000, 64)(2), 2500);
});

test("every validation loss and the baseline are inside the range shown", () => {
  const history = [row(1, 0.94, 1), row(2, 0.84, 1)];
  const range = lossRange(Float32Array.of(9, 3, 1, 0.9), history, 1.267);
  for (const value of [0.94, 0.84, 1.267]) assert.ok(range.low < value && value < range.high);
  assert.ok(range.low >= 0);
});

test("both scales put the ends of the range at the ends of the picture, higher losses higher", () => {
  for (const scale of ["linear", "log"] as const) {
    const toY = yMapping(scale, { low: 0.5, high: 2 }, 10, 110);
    assert.ok(Math.abs(toY(0.5) - 110) < 1e-9 && Math.abs(toY(2) - 10) < 1e-9);
    assert.ok(toY(1) < toY(0.6));
  }
  assert.ok(Math.abs(yMapping("log", { low: 0.5, high: 2 }, 10, 110)(1) - 60) < 1e-9);
});

test("ticks are round numbers within the range, with the decimals that tell them apart", () => {
  assert.deepEqual(ticks(0, 5, 5), { values: [0, 1, 2, 3, 4, 5], digits: 0 });
  assert.deepEqual(ticks(0.45, 1.3, 5), { values: [0.6, 0.8, 1, 1.2], digits: 1 });
  assert.deepEqual(ticks(0.801, 0.859, 5).digits, 2);
  assert.deepEqual(ticks(1, 1, 5), { values: [], digits: 0 });
  assert.deepEqual(ticks(Number.NaN, 1, 5), { values: [], digits: 0 });
});

test("a curve is cut where it leaves the chart, and broken where it is not a number", () => {
  const room = { left: 0, right: 5, top: 10, bottom: 100 };
  assert.equal(linePath([0, 1, 2], [20, 30, 40], room), "M0.0,20.0L1.0,30.0L2.0,40.0");
  assert.equal(linePath([0, 1, 2, 3], [20, Number.NaN, 30, 40], room), "M0.0,20.0M2.0,30.0L3.0,40.0");
  const cut = linePath([0, 10, 20], [-194, 206, 50], room);
  const heights = [...cut.matchAll(/,([\d.]+)/g)].map(([, y]) => Number(y));
  assert.deepEqual(heights, [102, 50]);
  const crossing = linePath([0, 10, 20, 30], [50, -44, 50, 152], room);
  assert.deepEqual(
    [...crossing.matchAll(/([ML])[\d.]+,([\d.]+)/g)].map(([, step, y]) => `${step}${y}`),
    ["M50.0", "L6.0", "M6.0", "L50.0", "L102.0"],
  );
});
