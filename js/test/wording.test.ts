// The sentences of every state.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  badge,
  chartSummary,
  epochAnnouncement,
  membersNote,
  retrainHint,
  type Situation,
  sentence,
} from "../src/lib/wording";
import type { EpochRow } from "../src/protocol";

const calm: Situation = {
  status: "ready",
  connection: "connected",
  epoch: 5,
  shownEpoch: 5,
  epochs: 5,
  progress: 1,
  message: "",
  bestEpoch: 4,
  elapsed: 41,
  lastEpoch: 5,
  keepBest: true,
};
const rows = (...losses: (number | null)[]): EpochRow[] =>
  losses.map((valid_loss, i) => ({
    epoch: i + 1,
    train_loss: 0.7,
    valid_loss,
    rmse: null,
    seconds: 1,
    lr: 1e-3,
  }));

test("the badge counts the epochs of this fit, and says how many there are in all", () => {
  const again = { ...calm, status: "training" as const, epoch: 7.4, progress: 0.48 };
  assert.equal(badge(again).text, "epoch 3 of 5 of this fit, 8 in all · live");
  assert.equal(badge({ ...again, epoch: 5, progress: 0 }).text, "epoch 1 of 5 of this fit, 6 in all · live");
  assert.equal(badge({ ...again, epoch: 5, progress: 1 }).text, "epoch 5 of 5 · live");
});

test("a whole epoch is said without a decimal, another to a tenth", () => {
  assert.equal(badge({ ...calm, status: "ready", shownEpoch: 4 }).text, "ready · epoch 4 of 5");
  assert.equal(badge({ ...calm, status: "ready" }).text, "ready · 5 epochs");
  assert.equal(badge({ ...calm, status: "stopped", epoch: 168 }).text, "stopped at epoch 168");
  assert.equal(badge({ ...calm, status: "paused", epoch: 3.42 }).text, "paused at epoch 3.4");
  assert.equal(
    sentence({ ...calm, status: "stopped", epoch: 168 })?.text,
    "Stopped at epoch 168; weights kept.",
  );
});

test("several members are told: findings are the first one's, the loss is their average's", () => {
  assert.equal(membersNote(1, false), "");
  assert.equal(membersNote(8, false), "member 1 of 8");
  assert.equal(membersNote(8, true), "8 members, averaged");
});

test("a lost kernel is told before anything else", () => {
  const gone = { ...calm, status: "training" as const, connection: "disconnected" as const };
  assert.equal(sentence(gone)?.text, "Not connected. Showing the last state.");
  assert.equal(
    sentence(gone, "Bias ranking")?.text,
    "Not connected. Showing the last state; sorting and search still work.",
  );
  assert.equal(badge(gone).text, "not connected");
});

test("a kernel that does not answer says what to do to stop now", () => {
  const text = sentence({ ...calm, connection: "busy" })?.text ?? "";
  assert.match(text, /^No answer from Python: it is busy, such as in a cell, or gone\./);
  assert.match(text, /use the kernel.s stop button\.$/);
});

test("when done, the loaded epoch is named only if weights were put back", () => {
  assert.equal(sentence(calm)?.text, "Done in 00:41. Loaded weights of best epoch (4).");
  assert.equal(sentence({ ...calm, keepBest: false })?.text, "Done in 00:41. Epoch 4 was the best.");
  assert.equal(sentence({ ...calm, bestEpoch: 5 })?.text, "Done in 00:41. The last epoch was the best.");
});

test("a diverged run says what Python found, and nothing twice", () => {
  const diverged = { ...calm, status: "diverged" as const };
  const said = "Loss became NaN. In a trial on fresh weights learning rate 0.0015 lowered it.";
  assert.equal(sentence({ ...diverged, message: said })?.text, said);
  assert.equal(sentence(diverged)?.text, "The loss became NaN.");
});

test("a screen reader is told each epoch, and whether it is the best so far", () => {
  assert.equal(epochAnnouncement([], 5, 0), "");
  assert.equal(epochAnnouncement(rows(0.9), 5, 0), "Epoch 1 of 5. Validation loss 0.900.");
  assert.equal(epochAnnouncement(rows(0.9, 0.84), 5, 0), "Epoch 2 of 5. Validation loss 0.840, best so far.");
  assert.equal(epochAnnouncement(rows(0.84, 0.9), 5, 0), "Epoch 2 of 5. Validation loss 0.900.");
  assert.equal(epochAnnouncement(rows(null), 5, 0), "Epoch 1 of 5. Training loss 0.700.");
  assert.equal(
    epochAnnouncement(rows(0.9, 0.8, 0.7), 2, 1),
    "Epoch 2 of 2 of this fit, 3 in all. Validation loss 0.700, best so far.",
  );
  assert.equal(
    epochAnnouncement(rows(0.9, 0.8, 0.7), 2, 0),
    "Epoch 3. Validation loss 0.700, best so far.",
    "of a reset that is on its way",
  );
});

test("the chart says in words where validation was lowest", () => {
  assert.equal(
    chartSummary(rows(0.9, 0.8231, 0.83)),
    "Two curves over 3 epochs; validation lowest 0.823 at epoch 2.",
  );
  assert.equal(chartSummary(rows(null, null)), "Training loss over 2 epochs.");
});

test("the switch says what it will cost before it costs anything", () => {
  assert.match(retrainHint(false, true), /forgets the weights/);
  assert.match(retrainHint(true, true), /forgets these weights.*until then nothing is lost/);
  assert.doesNotMatch(retrainHint(true, false), /forget/);
});
