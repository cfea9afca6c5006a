import assert from "node:assert/strict";
import { test } from "node:test";
import { MEAN, METRICS, type Metric, type Order, scoreBar } from "../src/lib/metrics";

test("a cosine's bar is the cosine, whatever else is in the list", () => {
  for (const largest of [0.2, 1, 7]) {
    assert.deepEqual(scoreBar(0.25, "cosine", "nearest", largest), { from: 0, to: 0.25 });
    assert.deepEqual(scoreBar(-0.5, "centered_cosine", "farthest", largest), { from: 0.25, to: 0.5 });
  }
  assert.deepEqual(scoreBar(-0.5, "cosine", "nearest", 1), { from: 0, to: 0 });
});

test("products and distances fill the bar at the largest of the list", () => {
  assert.deepEqual(scoreBar(6, "euclidean", "nearest", 6), { from: 0, to: 1 });
  assert.deepEqual(scoreBar(3, "dot", "nearest", 6), { from: 0, to: 0.5 });
  assert.deepEqual(scoreBar(-6, "dot", "farthest", 6), { from: 0, to: 0.5 });
});

test("under every list stands whose likeness it is", () => {
  for (const { note } of Object.values(METRICS)) assert.match(note, /a similar audience, not a similar plot/);
});

test("no bar leaves its track", () => {
  for (const metric of Object.keys(METRICS) as Metric[]) {
    for (const order of ["nearest", "farthest"] as Order[]) {
      for (const score of [
        -9,
        -1.0000001,
        -0.3,
        0,
        0.3,
        1.0000001,
        9,
        Number.NaN,
        Number.POSITIVE_INFINITY,
      ]) {
        for (const largest of [0, 0.5, 9]) {
          const { from, to } = scoreBar(score, metric, order, largest);
          assert.ok(from >= 0 && from <= to && to <= 1, `${score} ${metric} ${order} of ${largest}`);
        }
      }
    }
  }
});

test("of several titles the product is told to be with vectors of length 1", () => {
  assert.match(MEAN.dot, /products with vectors of length 1/);
  assert.doesNotMatch(MEAN.cosine, /products/);
});
