import assert from "node:assert/strict";
import { test } from "node:test";
import { fileStem, plainColor } from "../src/lib/files";
import { mapTable } from "../src/lib/scatter/maps";
import { decodeText } from "../src/lib/wire";
import type { Side } from "../src/store";
import { encodeText } from "./harness/encode";

function side(names: string[], counts: number[]): Side {
  const titles = decodeText(encodeText(["#na#", ...names]));
  return {
    names: titles,
    counts: Int32Array.of(0, ...counts),
    means: Float32Array.of(Number.NaN, ...counts.map((_, i) => 1 + i)),
    known: Uint8Array.of(0, ...counts.map(() => 1)),
    trained: Uint8Array.of(0, ...counts.map(() => 1)),
    n: counts.length + 1,
  };
}

test("the map's table has every component that travels", () => {
  const frame = {
    scores: Float32Array.of(Number.NaN, Number.NaN, 0.1, 0.2, 0.3, 0.4),
    m: 2,
    n: 3,
    plane: [],
  };
  const table = mapTable(side(["A", "B"], [5, 7]), frame as never, [2, 1], "title");
  assert.deepEqual(table, [
    ["title", "PC1", "PC2", "count", "mean"],
    ["B", 0.3, 0.4, 7, 2],
    ["A", 0.1, 0.2, 5, 1],
  ]);
});

test("colours become what every reader of SVG knows", () => {
  assert.equal(plainColor("color(srgb 1 0.5 1e-8)"), "rgb(255, 128, 0)");
  assert.equal(plainColor("color(srgb 1 0.5 0 / 0.25)"), "rgba(255, 128, 0, 0.25)");
  assert.equal(plainColor("rgba(1, 2, 3, 0.25)"), "rgba(1, 2, 3, 0.25)");
  assert.equal(plainColor("2px"), "2px");
});

test("a file is named by what is in it", () => {
  assert.equal(fileStem("nearest to Léon: The Professional (1994)"), "nearest-to-léon-the-professional-1994");
});
