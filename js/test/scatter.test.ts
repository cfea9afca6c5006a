import assert from "node:assert/strict";
import { test } from "node:test";
import { PointGrid } from "../src/lib/scatter/grid";
import { labelOrder } from "../src/lib/scatter/labels";
import type { Rgb } from "../src/lib/scatter/palette";
import { inOrder, Raster, Sprites } from "../src/lib/scatter/splat";
import { project } from "../src/lib/scatter/viewbox";
import { goesWith, isNoise, keptShare, noiseEdge, pointLines } from "../src/lib/scatter/words";
import { seeded } from "./seeded";

const next = seeded(4);
const random = () => next(2 ** 32) / 2 ** 32;
const AREA = { left: 0, top: 0, width: 200, height: 200 };
const VIEW = project([0, 0, 1, 1], AREA, true, false, false);

/** Points spread over the unit square, row 0 being nobody. */
function cloud(n: number) {
  const x = Float32Array.from({ length: n + 1 }, random);
  const y = Float32Array.from({ length: n + 1 }, random);
  return { rows: Int32Array.from({ length: n }, (_, i) => i + 1), x, y };
}

test("of very many points every one leaves its colour at its place, and the later one is on top", () => {
  const n = 200_000;
  const { rows, x, y } = cloud(n);
  const color = new Uint8Array(n + 1).fill(0);
  // The last is of another colour, in a spot of its own.
  color[n] = 1;
  [x[n], y[n]] = [0.505, 0.505];
  const colors: Rgb[] = [
    [200, 10, 20],
    [10, 20, 200],
  ];
  const raster = new Raster(200, 200, new ArrayBuffer(200 * 200 * 4));
  raster.clear([255, 255, 255]);
  const sprites = new Sprites(colors, [1], [255, 255, 255], 0.8);
  const points = inOrder(rows, { x, y, color, radius: new Uint8Array(n + 1) });
  raster.discs(points, 200, 0, 200, 0, sprites);
  const at = (row: number) => raster.pixels[Math.floor(200 * y[row]) * 200 + Math.floor(200 * x[row])];
  const paint = ([r, g, b]: Rgb) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
  assert.equal(at(n), paint(colors[1]));
  for (let row = 1; row < n; row += 997) {
    const inside = Math.min(x[row], y[row]) > 0.02 && Math.max(x[row], y[row]) < 0.98;
    if (inside) assert.notEqual(at(row), paint([255, 255, 255]));
  }
});

test("the rows worth a label are the ends of both axes and the most rated in sight", () => {
  const { rows, x, y } = cloud(5000);
  x[77] = 1.5; // out of sight, and the most rated
  const counts = Int32Array.from(x, () => Math.floor(5000 * random()));
  counts[77] = 10_000;
  const merit = {
    counts,
    primary: null,
    pinned: null,
    selection: [77, 9],
    asked: new Set<number>(),
    n: 16,
    by: "auto",
  };
  const found = labelOrder({ rows, x, y }, VIEW, merit);
  assert.deepEqual(found.rows.slice(0, found.chosen), [9]);
  const seen = [...rows].filter((row) => row !== 77);
  const ends = [x, y].flatMap((values) => {
    const sorted = [...seen].sort((a, b) => values[a] - values[b]);
    return [...sorted.slice(0, 2), ...sorted.slice(-2)];
  });
  const rated = [...seen].sort((a, b) => counts[b] - counts[a] || a - b).slice(0, 64);
  assert.deepEqual(new Set(found.rows), new Set([9, ...ends, ...rated]));
});

test("a chosen title that the filter hides is named all the same", () => {
  const { x, y } = cloud(3);
  const merit = {
    counts: new Int32Array(4),
    primary: 3,
    pinned: null,
    selection: [],
    asked: new Set<number>(),
    n: 5,
    by: "auto",
  };
  const found = labelOrder({ rows: Int32Array.of(1, 2), x, y }, VIEW, merit);
  assert.equal(found.rows[0], 3);
  assert.equal(found.chosen, 1);
});

test("of a large selection the most rated are named, whatever the order of picking", () => {
  const { rows, x, y } = cloud(200);
  const counts = Int32Array.from(x, (_, row) => (row * 37) % 211);
  const merit = {
    counts,
    primary: null,
    pinned: null,
    selection: [...rows],
    asked: new Set<number>(),
    n: 0,
    by: "auto",
  };
  const found = labelOrder({ rows, x, y }, VIEW, merit);
  assert.deepEqual(found.rows, [...rows].sort((a, b) => counts[b] - counts[a]).slice(0, 60));
});

test("points in a box are counted as far as anybody wants to know", () => {
  const { rows, x, y } = cloud(2000);
  const grid = new PointGrid({ rows, x, y });
  const inside = [...rows].filter((row) => x[row] <= 0.5 && y[row] <= 0.25);
  assert.equal(grid.count([0, 0, 0.5, 0.25]), inside.length);
  assert.equal(grid.count([0, 0, 0.5, 0.25], 64), 64);
  assert.deepEqual(grid.within([0, 0, 0.5, 0.25]), inside);
});

test("the picture says what it keeps, and a title with few ratings that it has few", () => {
  assert.equal(keptShare([1, 2], [0.124, 0.081]), "20.5 % of the variance kept");
  assert.equal(keptShare([2], [0.124, 0.081]), "8.1 % of the variance kept");
  const lines = (count: number) =>
    pointLines({ title: "A", count, mean: 4, bias: null, effect: null, unit: "", places: [] });
  assert.equal(lines(19)[0], "19 ratings (few: uncertain), mean 4.00");
  assert.equal(lines(20)[0], "20 ratings, mean 4.00");
});

test("random components are told from learnt ones by the edge of Marchenko and Pastur, not by their mean", () => {
  // Variance shares of a table of 931 x 50 standard normal numbers, by NumPy; and of the chapter's trained model.
  const random = { noise_level: 0.02, fit_count: 931, explained_variance: [0.0296, 0.0291, 0.0282] };
  assert.ok(Math.abs(noiseEdge(random) - (1 + Math.sqrt(50 / 931)) ** 2 / 50) < 1e-12);
  assert.equal(isNoise(random), true);
  assert.equal(isNoise({ ...random, explained_variance: [0.219, 0.06, 0.04] }), false);
  assert.equal(isNoise({ noise_level: 0.02, fit_count: 12, explained_variance: [0.168, 0.15] }), true);
  assert.equal(isNoise({ noise_level: 1, fit_count: 931, explained_variance: [1] }), false); // a model of one factor
});

test("what an axis goes with is said of the logarithm of the ratings", () => {
  const found = goesWith(1, {
    axis_correlations: { 1: { count: 0.71, mean: -0.3, year: 0.1 } },
    correlation_counts: { count: 1664, mean: 1664, year: 40 },
  });
  const words = "PC 1 goes with: log ratings r = 0.71, mean r = −0.30 (n = 1,664)";
  assert.equal(found.replaceAll("\u00a0", " "), words);
});
