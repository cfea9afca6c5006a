// A verdict on a fit has evidence behind it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { verdict } from "../src/lib/verdict";
import type { EpochRow } from "../src/protocol";

const facts = { n_valid: 20_000, baseline: 1.25, y_range: [0, 5.5], rating_min: 1, rating_max: 5 };
const rows = (...losses: [number, number][]): EpochRow[] =>
  losses.map(([train_loss, valid_loss], i) => ({
    epoch: i + 1,
    train_loss,
    valid_loss,
    rmse: null,
    seconds: 1,
    lr: 5e-3,
  }));
const rising = rows([0.9, 0.85], [0.6, 0.87], [0.5, 0.89]);

test("by heart is said where the training loss is well below the validation loss and the mean's", () => {
  assert.match(verdict(rising, 2, facts, "ready") ?? "", /above its best since epoch 2: .* by heart/);
  const close = rows([0.86, 0.85], [0.85, 0.87], [0.84, 0.89]);
  assert.equal(
    verdict(close, 2, facts, "ready"),
    "Validation loss has been above its best since epoch 2.",
    "no gap",
  );
  const bad = rows([2, 2.1], [1.6, 2.2], [1.5, 2.3]);
  assert.doesNotMatch(verdict(bad, 2, facts, "ready") ?? "", /by heart/, "the mean would do better");
});

test("nothing is said from under 100 validation ratings, nor of a good fit", () => {
  assert.equal(verdict(rising, 2, { ...facts, n_valid: 99 }, "ready"), null);
  assert.equal(verdict(rows([1.6, 1.4]), null, { ...facts, n_valid: 99 }, "ready"), null);
  assert.equal(verdict(rows([0.9, 0.85]), null, facts, "ready"), null);
  assert.equal(verdict([], null, facts, "ready"), null);
});

test("worse than predicting the mean names what is the case, once the fit has ended", () => {
  const poor = rows([1.6, 1.4], [1.5, 1.31]);
  assert.equal(verdict(poor, null, facts, "training"), null);
  assert.equal(
    verdict(poor, null, facts, "ready"),
    "Worse than predicting the mean: 1.3100, the mean’s 1.2500. Try another learning rate, or more epochs.",
  );
  const cramped = { ...facts, y_range: [0, 1] };
  assert.match(
    verdict(poor, null, cramped, "ready") ?? "",
    /Predictions stay within y_range \(0, 1\), and ratings go from 1 to 5\.$/,
  );
});
