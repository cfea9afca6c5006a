// Numbers as shown, as typed, and time left in words.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  etaText,
  formatBias,
  formatClock,
  formatLoss,
  formatRate,
  formatRmse,
  formatShare,
  parseNumber,
  progressLine,
  ratingUnit,
} from "../src/lib/format";

test("numbers have fixed digits and a true minus, and what is none is a dash", () => {
  assert.equal(formatLoss(0.82314), "0.8231");
  assert.equal(formatBias(0.254), "+0.25");
  assert.equal(formatBias(-1.026), "\u22121.03");
  assert.equal(formatBias(-0.0004), "0.00");
  assert.equal(formatBias(0.0004), "0.00");
  assert.equal(formatShare(0.124), "12.4 %");
  for (const none of [Number.NaN, null, undefined, Number.POSITIVE_INFINITY])
    assert.equal(formatLoss(none), "\u2013");
});

test("errors are in stars only where ratings look like stars", () => {
  assert.equal(formatRmse(0.9072, [0, 5.5]), "0.907 stars");
  assert.equal(formatRmse(0.9072, [0, 10]), "0.907");
  assert.equal(formatRmse(0.9072, null), "0.907");
  assert.equal(ratingUnit([0.5, 5]), "stars");
});

test("rates are shown as people type them, and read back the same", () => {
  const shown: [number, string][] = [
    [5e-3, "5e-3"],
    [0.1, "0.1"],
    [0, "0"],
    [1.5e-3, "1.5e-3"],
    [0.02, "0.02"],
    [1, "1"],
    [1e-5, "1e-5"],
  ];
  for (const [value, text] of shown) {
    assert.equal(formatRate(value), text);
    assert.deepEqual(parseNumber(text, { name: "Rate", min: 0, max: 10 }), { ok: true, value });
  }
});

test("numbers are read as typed: exponents, a bare dot, a true minus, grouped digits", () => {
  const rule = { name: "Number", min: -1e6, max: 1e6 };
  const read: [string, number][] = [
    ["5e-3", 0.005],
    [" .01 ", 0.01],
    ["5.", 5],
    ["\u22122", -2],
    ["+3", 3],
    ["1E2", 100],
    ["100 000", 100_000],
  ];
  for (const [text, value] of read) assert.deepEqual(parseNumber(text, rule), { ok: true, value });
});

test("what cannot be used is answered with a sentence that names the setting", () => {
  const rule = { name: "Learning rate", min: 0, max: 10 };
  const reason = (text: string) => {
    const parsed = parseNumber(text, rule);
    return parsed.ok ? "" : parsed.reason;
  };
  assert.equal(reason("fast"), "Learning rate: 'fast' is not a number; try 5e-3.");
  assert.equal(reason(""), "Learning rate is empty; type a number.");
  assert.equal(reason("11"), "Learning rate must be between 0 and 10.");
  assert.equal(reason("0,005"), "Learning rate: write 0.005 with a dot.");
  for (const text of ["1e", "0x10", "Infinity", "NaN", "1 2", "--1", "1e400"])
    assert.notEqual(reason(text), "", text);
  const whole = parseNumber("2.5", { name: "Epochs", min: 1, max: 1000, integer: true });
  assert.deepEqual(whole, { ok: false, reason: "Epochs must be a whole number." });
});

test("time left is rounded to what can be believed", () => {
  const said: [number | null, string][] = [
    [null, ""],
    [Number.NaN, ""],
    [-1, ""],
    [0.4, "less than 1 s left"],
    [3.4, "about 3 s left"],
    [12.3, "about 10 s left"],
    [13, "about 15 s left"],
    [44, "about 40 s left"],
    [58, "about 1 min left"],
    [125, "about 2 min left"],
    [3700, "about 1 h 2 min left"],
  ];
  for (const [seconds, text] of said) assert.equal(etaText(seconds), text);
});

test("clocks and the progress line are fastprogress's", () => {
  assert.equal(formatClock(36.2), "00:36");
  assert.equal(formatClock(3725), "1:02:05");
  assert.equal(progressLine(3, 5, 36, 24), "3/5 · 00:36 < 00:24");
});
