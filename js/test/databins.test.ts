// Bins of rating counts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { doublingBins, medianCount } from "../src/lib/databins";

test("every rated row is in the bin whose bounds hold its count, and no other", () => {
  const counts = Int32Array.from({ length: 700 }, (_, n) => (n * 37) % 1100);
  const bins = doublingBins(counts);
  for (const { low, high, count } of bins)
    assert.equal(count, counts.filter((n) => n >= low && n <= high).length);
  assert.equal(
    bins.reduce((sum, { count }) => sum + count, 0),
    counts.filter((n) => n > 0).length,
  );
});

test("gaps between bins show, and powers of two begin one", () => {
  assert.deepEqual(doublingBins([0, 1, 1, 8, 7]), [
    { low: 1, high: 1, count: 2 },
    { low: 2, high: 3, count: 0 },
    { low: 4, high: 7, count: 1 },
    { low: 8, high: 15, count: 1 },
  ]);
  assert.deepEqual(doublingBins([0, 0]), []);
});

test("the median leaves out what nobody rated", () => {
  assert.equal(medianCount([0, 5, 1, 3, 0]), 3);
  assert.equal(medianCount([0]), null);
});
