import assert from "node:assert/strict";
import { test } from "node:test";
import { axisFacts, fittedOn, logTicks, missingWords, placesOf, yearOf } from "../src/lib/scatter/axes";
import { byCategory, categoryColors } from "../src/lib/scatter/categories";
import { labelOrder } from "../src/lib/scatter/labels";
import { BINS } from "../src/lib/scatter/palette";
import { colouring, middleRange, sizes } from "../src/lib/scatter/points";
import { project } from "../src/lib/scatter/viewbox";
import { pointLines } from "../src/lib/scatter/words";
import { decodeText } from "../src/lib/wire";
import { encodeText } from "./harness/encode";

const META = { y_range: [0, 5.5] } as never;
const frame = (more = {}) =>
  ({ explained_variance: [0.124, 0.081], fit_count: 1000, fit_on: "min_count", ...more }) as never;

test("an axis says what it shows, in which unit, and what it was fitted on", () => {
  const title = (choice: string | number, more = {}) =>
    axisFacts(choice, frame(more), META, "title").titles[0];
  assert.equal(title(2), "PC 2 · 8.1 % of the variance of 1,000 titles");
  assert.equal(title(1, { fit_on: "all" }), "PC 1 · 12.4 % of the variance of all 1,000 titles");
  assert.equal(title(1, { fit_on: "top_n" }), "PC 1 · 12.4 % of the variance of the 1,000 most rated titles");
  assert.equal(title("count"), "ratings (log)");
  assert.equal(title("bias"), "bias (logit), relative to the average title");
  assert.equal(title("budget"), "budget");
  assert.equal(fittedOn(frame({ fit_on: "all", fit_count: 1 }), "title"), "all 1 title");
});

test("counts lie at their logarithm, and the numbers along the axis are counts", () => {
  const places = placesOf("count", Int32Array.of(0, 1, 10, 583));
  assert.ok(Number.isNaN(places[0]));
  assert.deepEqual([...places.slice(1)], [0, 1, Math.fround(Math.log10(583))]);
  assert.deepEqual(logTicks(0, 3, 8).texts, ["1", "2", "5", "10", "20", "50", "100", "200", "500", "1,000"]);
  assert.deepEqual(logTicks(0, 6, 8).texts?.length, 7); // powers alone, where there are many
  assert.deepEqual(logTicks(Math.log10(20), Math.log10(60), 4).texts, ["20", "30", "40", "50", "60"]);
});

test("a title without the value is counted, for each axis once", () => {
  assert.equal(yearOf("Fargo (1996)"), 1996);
  assert.ok(Number.isNaN(yearOf("Fargo (1996), a film")));
  const axes = ["year", 1].map((choice) => axisFacts(choice, frame(), META, "title"));
  const x = Float32Array.of(0, Number.NaN, 1990, Number.NaN);
  const words = missingWords(axes, [x, x], Int32Array.of(1, 2, 3), "title");
  assert.deepEqual(words, ["2 titles without a year are not shown."]);
  assert.deepEqual(missingWords([axes[0], axes[0]], [x, x], Int32Array.of(1), "title"), [
    "1 title without a year is not shown.",
  ]);
});

test("seven categories have a colour of their own, the rest one, and no value another", () => {
  const names = decodeText(encodeText([..."abcdefghi"]));
  const values = Float32Array.of(Number.NaN, 0, 6, 7, 8, Number.NaN);
  const { scale, bins } = byCategory("genre", values, names, Int32Array.of(1, 2, 3, 4, 5));
  assert.deepEqual([...bins], [8, 0, 6, 7, 7, 8]);
  assert.deepEqual(scale.legend, [
    ["a", 0],
    ["g", 6],
    ["other", 7],
    ["no value", 8],
  ]);
  const white = { foreground: [31, 31, 31], neutral: [125, 134, 142], border: [220, 220, 220] } as never;
  const colors = categoryColors(white);
  assert.equal(new Set(colors.map(String)).size, 9);
  // Of those that come first every one passes 3:1 on white (WCAG 2.2, relative luminance).
  const linear = (c: number) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
  for (const [r, g, b] of colors.slice(0, 5))
    assert.ok(
      1.05 / (0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b) + 0.05) >= 3,
      `${r} ${g} ${b}`,
    );
});

test("numbers of a column are coloured and sized between their 2nd and 98th percentile", () => {
  // numpy.quantile([0, …, 100], [0.02, 0.98]) is [2, 98].
  const values = Float32Array.from({ length: 103 }, (_, row) => (row < 2 ? Number.NaN : row - 2));
  const rows = Int32Array.from({ length: 102 }, (_, i) => i + 1);
  assert.deepEqual(middleRange(values, rows), [2, 98]);
  const { scale, bins } = colouring("budget", values, rows, 103, "title");
  assert.deepEqual([scale.low, scale.high, scale.legend], [2, 98, [["no value (1 of 102 titles)", BINS]]]);
  assert.deepEqual([bins[1], bins[2], bins[4], bins[52], bins[102]], [BINS, 0, 0, (BINS - 1) / 2, BINS - 1]);
  const sized = sizes("budget", values, rows, 103);
  assert.deepEqual([sized[1], sized[2], sized[102]], [0, 0, 11]);
});

test("labels can be those of the ends, of the most rated, or of what is selected alone", () => {
  const x = Float32Array.of(0, 0.1, 0.9, 0.5, 0.4);
  const cloud = { rows: Int32Array.of(1, 2, 3, 4), x, y: x };
  const view = project([0, 0, 1, 1], { left: 0, top: 0, width: 100, height: 100 }, true, false, false);
  const order = (by: string, n = 1) =>
    labelOrder(cloud, view, {
      counts: Int32Array.of(0, 1, 2, 9, 8),
      primary: null,
      pinned: null,
      selection: [4],
      asked: new Set<number>(),
      n,
      by,
    }).rows;
  assert.deepEqual(order("selection"), [4]);
  assert.deepEqual(order("none"), []);
  assert.deepEqual(order("extremes"), [4, 1, 2]);
  assert.deepEqual(order("count"), [4, 3, 2, 1]);
});

test("a point says the value that its colour stands for", () => {
  const point = { title: "A", count: 30, mean: 4, bias: null, effect: null, unit: "" };
  assert.deepEqual(pointLines({ ...point, places: ["year 1996", "genre: Drama"] }), [
    "30 ratings, mean 4.00",
    "year 1996, genre: Drama",
  ]);
  const of = "0 ratings, from its genres";
  assert.deepEqual(pointLines({ ...point, of, places: [] }), [of]);
});
