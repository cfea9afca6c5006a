// Who speaks to a screen reader, and what is said: each change of the training is one message.
import assert from "node:assert/strict";
import { test } from "node:test";
import { outcome, type Situation, speaker, trainingAnnouncement } from "../src/lib/wording";
import type { MountedView } from "../src/store";
import { history } from "./harness/state";

const state: Situation = {
  status: "training",
  connection: "connected",
  epoch: 3.2,
  shownEpoch: 3.2,
  epochs: 5,
  progress: 0.64,
  message: "",
  bestEpoch: 3,
  elapsed: 41.3,
  lastEpoch: 3,
  keepBest: false,
};

test("one view of a page speaks: the training panel, else the first, however many there are of a kind", () => {
  const view = (kind: string) => ({ kind }) as MountedView;
  const [table, other, panel, second] = ["BiasTable", "BiasTable", "TrainingPanel", "TrainingPanel"].map(
    view,
  );
  assert.equal(speaker([table, other]), table);
  assert.equal(speaker([table, other, panel, second]), panel);
  assert.equal(speaker([]), undefined);
});

test("an epoch is a message, and so is what becomes of the training", () => {
  const said = (change: Partial<Situation>, epochs = 3) =>
    trainingAnnouncement({ ...state, ...change }, history(epochs));
  assert.equal(said({}, 0), "Training.");
  assert.equal(said({}), "Epoch 3 of 5. Validation loss 0.840, best so far.");
  assert.equal(said({ progress: 0.7, epoch: 3.5 }), said({}));
  assert.equal(said({ progress: 0, epoch: 3 }), "Training.", "a second fit has no epoch to tell of yet");
  assert.equal(said({ progress: 0.2, epoch: 4 }), "Training.");
  assert.match(said({ progress: 0.2, epoch: 4 }, 4), /^Epoch 1 of 5 of this fit, 4 in all\./);
  assert.equal(said({ status: "paused" }), "Paused at epoch 3.2; weights kept.");
  assert.match(said({ status: "diverged" }), /NaN/);
  assert.equal(
    said({ status: "ready", epoch: 5, progress: 1, bestEpoch: 5, lastEpoch: 5 }, 5),
    "Epoch 5 of 5. Validation loss 0.824. Done in 00:41. The last epoch was the best.",
  );
  assert.match(said({ connection: "disconnected" }), /^Not connected/);
  assert.equal(said({ status: "untrained" }, 0), "");
});

test("the outcome counts the epochs of the last fit, and of all", () => {
  const ready = { ...state, status: "ready" as const, progress: 1, epoch: 10 };
  assert.equal(outcome(ready), "epoch 5 of 5 of this fit, 10 in all, done in 00:41");
  assert.equal(
    outcome({ ...ready, status: "stopped", epoch: 2.5, progress: 0.5 }),
    "epoch 2.5 of 5 stopped after 00:41",
  );
  assert.equal(outcome({ ...state, epoch: 0 }), "");
});
