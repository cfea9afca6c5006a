import assert from "node:assert/strict";
import { test } from "node:test";
import { COLUMNS, columnsFor } from "../src/lib/columns";
import { shortest32, toCsv, toTsv } from "../src/lib/delimited";
import { EpochEnds } from "../src/lib/epochends";
import { numberKeys, sortedByKey } from "../src/lib/radix";
import {
  effectsAt,
  gainedText,
  orderRows,
  type RankingInput,
  rankBiases,
  ranksByBias,
  rowsBetween,
  type Show,
  shownStretches,
  spread,
  standingOf,
  startsAscending,
} from "../src/lib/ranking";
import { drawnRows, rowsInSight } from "../src/lib/windowing";
import { seeded } from "./seeded";

test("the effect of a bias is the published logit-to-stars table for ratings up to 5.5", () => {
  const table: [number, number, number][] = [
    [0.25, 3.53, 0.3],
    [0.5, 3.53, 0.58],
    [1, 3.53, 1.03],
    [0.25, 4.5, 0.19],
    [0.5, 4.5, 0.35],
    [1, 4.5, 0.58],
  ];
  for (const [bias, mean, stars] of table) {
    assert.ok(Math.abs(effectsAt(mean, [0, 5.5])(bias) - stars) < 0.0051, `${bias} at ${mean}`);
  }
});

test("the slope of the effect at 0 is that of the sigmoid, and without a range a bias is itself", () => {
  for (const [mean, slope] of [
    [2.75, 1.375],
    [3.53, 1.264],
    [4, 1.09],
    [5, 0.455],
  ] as const) {
    assert.ok(Math.abs(effectsAt(mean, [0, 5.5])(1e-6) / 1e-6 - slope) < 0.001);
  }
  assert.equal(effectsAt(3.5, null)(0.4), 0.4);
  assert.ok(Number.isNaN(effectsAt(5.5, [0, 5.5])(0.4)));
});

function randomInput(seed: number, n: number): RankingInput {
  const random = seeded(seed);
  return {
    bias: Float32Array.from({ length: n }, () => (random(2000) - 1000) / 700),
    counts: Int32Array.from({ length: n }, (_, row) => (row === 0 ? 0 : random(60))),
    means: Float32Array.from({ length: n }, (_, row) => (row === 0 ? Number.NaN : 1 + random(400) / 100)),
    trained: Uint8Array.from({ length: n }, (_, row) => (row === 0 || random(10) === 0 ? 0 : 1)),
    minCount: 20,
    center: true,
    yRange: [0, 5.5],
    ratingMean: 3.53,
  };
}

test("ranks are those of a plain sort of the trained rows with enough ratings", () => {
  const input = randomInput(1, 500);
  const ranking = rankBiases(input);
  const rows = Array.from({ length: 500 }, (_, row) => row).filter(
    (row) => input.trained[row] === 1 && input.counts[row] >= 20,
  );
  const byBias = [...rows].sort((a, b) => input.bias[b] - input.bias[a] || a - b);
  assert.deepEqual(Array.from(ranking.rows), byBias);
  for (const [i, row] of byBias.entries()) assert.equal(ranking.rank[row], i + 1);
  const byMean = [...rows].sort((a, b) => input.means[b] - input.means[a] || a - b);
  for (const [i, row] of byMean.entries()) assert.equal(ranking.rankByMean[row], i + 1);
  assert.equal(ranking.rank[0], 0);
  assert.equal(
    ranking.nTrained,
    input.trained.reduce((sum, flag) => sum + flag, 0),
  );
});

test("biases are centred on the mean of trained rows, whatever the filter, and only if asked", () => {
  const input = randomInput(2, 300);
  for (const minCount of [0, 20, 55]) {
    const { bias } = rankBiases({ ...input, minCount });
    let sum = 0;
    for (let row = 1; row < 300; row++) if (input.trained[row]) sum += bias[row];
    assert.ok(Math.abs(sum) < 1e-9);
  }
  const raw = rankBiases({ ...input, center: false });
  assert.deepEqual(raw.bias, Float64Array.from(input.bias));
  assert.deepEqual(raw.effect, rankBiases(input).effect);
});

test("an impossible filter leaves no rows and a usable axis", () => {
  const ranking = rankBiases({ ...randomInput(3, 50), minCount: 1000 });
  assert.equal(ranking.rows.length, 0);
  assert.equal(ranking.biasDomain, 1);
});

test("the longest bar is the largest bias shown, and an unusable one does not stretch the axis", () => {
  const input = randomInput(4, 1000);
  const largest = Math.max(
    ...Array.from(rankBiases(input).rows, (row) => Math.abs(rankBiases(input).bias[row])),
  );
  assert.equal(rankBiases(input).biasDomain, largest);
  const hidden = Math.max(...Array.from(rankBiases({ ...input, minCount: 0 }).bias, Math.abs));
  assert.ok(rankBiases({ ...input, minCount: 55 }).biasDomain < hidden);
});

test("98 of 100 sizes lie within the spread", () => {
  const { rows, bias } = rankBiases(randomInput(4, 1000));
  const inside = Array.from(rows).filter((row) => Math.abs(bias[row]) <= spread(rows, bias)).length;
  assert.ok(inside / rows.length >= 0.98 && (inside - 1) / rows.length < 0.98);
});

test("every header orders the rows by its column, either way, with missing values last", () => {
  const input = randomInput(5, 200);
  input.means[7] = Number.NaN;
  const titlePlaces = Int32Array.from(input.counts, (_, row) => (row * 7919) % 211);
  const columns = { counts: input.counts, means: input.means, titlePlaces: () => titlePlaces };
  const ranking = rankBiases({ ...input, minCount: 0 });
  for (const key of ["bias", "count", "mean", "rank", "rank_by_mean", "rank_change", "title"] as const) {
    for (const ascending of [true, false]) {
      const order = Array.from(orderRows(ranking, key, ascending, columns));
      const number = (row: number) =>
        ({
          bias: ranking.raw[row],
          count: input.counts[row],
          mean: input.means[row],
          rank: ranking.rank[row],
          rank_by_mean: ranking.rankByMean[row],
          rank_change: ranking.rankByMean[row] - ranking.rank[row],
          title: titlePlaces[row],
        })[key];
      const sign = ascending ? 1 : -1;
      const missing = (row: number) => Number(Number.isNaN(number(row)));
      const expected = Array.from(ranking.rows).sort(
        (a, b) =>
          missing(a) - missing(b) ||
          (missing(a) ? 0 : sign * (number(a) - number(b))) ||
          ranking.rank[a] - ranking.rank[b],
      );
      assert.deepEqual(order, expected, `${key} ${ascending}`);
    }
  }
  assert.deepEqual([startsAscending("title"), startsAscending("count")], [true, false]);
});

test("sorting by keys is a stable sort, for floats with infinities and signed zeros, and for whole numbers", () => {
  const random = seeded(19);
  const odd = [0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 1e-42, -1e-42, 3, -3];
  for (let i = 0; i < 300; i++) {
    const n = random(400);
    const floats = Float32Array.from({ length: n }, () =>
      random(3) ? odd[random(odd.length)] : random(50) - 25,
    );
    const whole = Int32Array.from({ length: n }, () =>
      random(2) ? random(9) - 4 : random(2 ** 25) - 2 ** 24,
    );
    const rows = Int32Array.from({ length: n }, (_, row) => row).filter(() => random(4) > 0);
    for (const ascending of [true, false]) {
      const sign = ascending ? 1 : -1;
      const last = (row: number) => Number(Number.isNaN(floats[row]));
      const byFloat = Array.from(rows).sort((a, b) => {
        if (last(a) || last(b)) return last(a) - last(b);
        return floats[a] === floats[b] ? 0 : sign * (floats[a] < floats[b] ? -1 : 1);
      });
      assert.deepEqual(Array.from(sortedByKey(rows, numberKeys(floats, ascending))), byFloat);
      const byWhole = Array.from(rows).sort((a, b) => sign * (whole[a] - whole[b]));
      assert.deepEqual(Array.from(sortedByKey(rows, numberKeys(whole, ascending))), byWhole);
    }
  }
});

test("places gained are said in words, higher or lower", () => {
  assert.equal(gainedText(63), "63 places higher by bias than by mean");
  assert.equal(gainedText(-1), "1 place lower by bias than by mean");
});

test("ranks worked out for an earlier epoch are those of its own ranking", () => {
  const input = randomInput(7, 300);
  const standing = standingOf(input);
  assert.deepEqual(ranksByBias(input.bias, standing), rankBiases(input, standing).rank);
  assert.deepEqual(standing.rankByMean, rankBiases(input).rankByMean);
});

test("what has moved is told against the end of the epoch before, never against chance weights or another run", () => {
  const ends = new EpochEnds<string>();
  const epoch = (...args: [string, number, unknown]) => ends.note(...args)?.epoch ?? null;
  assert.equal(epoch("random", 0, 1), null);
  assert.equal(epoch("a", 0.5, 1), null);
  assert.equal(epoch("b", 1, 1), null);
  assert.equal(epoch("c", 1.5, 1), 1);
  assert.equal(ends.note("d", 2, 1)?.values, "b");
  assert.equal(ends.note("d again", 2, 1)?.values, "b");
  assert.equal(ends.note("e", 5, 1)?.values, "d again");
  assert.equal(epoch("f", 1, 2), null);
});

test("columns leave one by one as it gets narrow, and none is lost", () => {
  assert.deepEqual(columnsFor(1000, null), { beside: [...COLUMNS], beneath: [] });
  let before = COLUMNS.length + 1;
  for (let width = 1000; width >= 200; width -= 20) {
    for (const wanted of [null, ["bias"], ["mean", "rank_by_mean"], [...COLUMNS]]) {
      const { beside, beneath } = columnsFor(width, wanted);
      assert.ok(beside.includes("title") && !beneath.includes("title"));
      const all = [...beside, ...beneath].sort();
      const expected = COLUMNS.filter((column) => column === "title" || !wanted || wanted.includes(column));
      const spared = wanted === null && all.length === COLUMNS.length - 1;
      if (!spared) assert.deepEqual(all, [...expected].sort());
      assert.deepEqual(
        beside,
        COLUMNS.filter((column) => beside.includes(column)),
      );
    }
    const { beside, beneath } = columnsFor(width, null);
    assert.ok(beside.length <= before);
    before = beside.length;
    assert.ok([...beside, ...beneath].includes("mean") && [...beside, ...beneath].includes("rank_by_mean"));
  }
});

test("both ends show n rows an end, and everything when the gap would save nothing", () => {
  assert.deepEqual(shownStretches(931, "both_ends", 5), [
    [0, 5],
    [926, 931],
  ]);
  assert.deepEqual(shownStretches(11, "both_ends", 5), [[0, 11]]);
  assert.deepEqual(shownStretches(931, "bottom", 5), [[926, 931]]);
  assert.deepEqual(shownStretches(0, "all", 5), []);
  for (const show of ["both_ends", "top", "bottom", "all"] as Show[]) {
    for (let length = 0; length < 30; length++) {
      for (let n = 1; n < 8; n++) {
        const shown = shownStretches(length, show, n).flatMap(([from, to]) =>
          Array.from({ length: to - from }, (_, i) => from + i),
        );
        assert.deepEqual(
          shown,
          [...new Set(shown)].sort((a, b) => a - b),
        );
        assert.ok(shown.every((at) => at >= 0 && at < length));
        if (show === "top" || show === "bottom") assert.equal(shown.length, Math.min(n, length));
        if (show === "both_ends") assert.ok(shown.length >= Math.min(2 * n, length));
      }
    }
  }
});

test("a range of rows is the same from either end", () => {
  const order = [5, 3, 9, 1, 7];
  assert.deepEqual(rowsBetween(order, 3, 1), [3, 9, 1]);
  assert.deepEqual(rowsBetween(order, 1, 3), [3, 9, 1]);
  assert.deepEqual(rowsBetween(order, 42, 9), [9]);
  assert.deepEqual(rowsBetween(order, 9, 42), []);
});

test("a windowed table draws the rows in sight and the kept one, each once and in order", () => {
  const random = seeded(9);
  for (let i = 0; i < 2000; i++) {
    const length = random(500);
    const scrollTop = random(32 * 600);
    const [from, to] = rowsInSight(length, 32, scrollTop, 400);
    const kept = random(2) ? random(500) : null;
    const rows = drawnRows(length, [from, to], kept);
    assert.ok(rows.every((row, at) => row < length && (at === 0 || row > rows[at - 1])));
    const drawn = new Set(rows);
    for (let row = 0; row < length; row++) {
      const inSight = (row + 1) * 32 > scrollTop && row * 32 < scrollTop + 400;
      if (inSight || row === kept) assert.ok(drawn.has(row));
    }
    assert.ok(drawn.size <= 400 / 32 + 2 + 16 + 1);
  }
});

/** A reader of RFC 4180 written for this test only. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g;
  let row: string[] = [];
  for (const [, quoted, bare, end] of text.matchAll(cell)) {
    row.push(quoted !== undefined ? quoted.replaceAll('""', '"') : bare!);
    if (end === "\r\n") {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

test("CSV reads back as it was, and TSV keeps one line a row", () => {
  const rows = [
    ["title", "bias"],
    ['He said "no", twice', 0.25],
    ["line\r\nbreak\tand tab", -1e-7],
    ["–", Number.NaN],
    ["", null],
  ];
  assert.deepEqual(readCsv(toCsv(rows)), [
    ["title", "bias"],
    ['He said "no", twice', "0.25"],
    ["line\r\nbreak\tand tab", "-1e-7"],
    ["–", ""],
    ["", ""],
  ]);
  const lines = toTsv(rows).split("\n");
  assert.equal(lines.length, rows.length);
  assert.ok(lines.every((line) => line.split("\t").length === 2));
});

test("float32 values are written short and read back the same", () => {
  assert.equal(shortest32(Math.fround(0.1)), 0.1);
  const random = seeded(5);
  for (let i = 0; i < 2000; i++) {
    const value = Math.fround((random(1 << 30) - (1 << 29)) / (1 + random(1 << 20)));
    assert.equal(Math.fround(shortest32(value)), value);
    assert.ok(String(shortest32(value)).length <= String(value).length);
  }
});
