import assert from "node:assert/strict";
import test from "node:test";
import { helpfulMinCount } from "../src/lib/minratings";

const counts = [0, ...Array.from({ length: 30 }, (_, i) => 10 * (i + 1))];
const trained = Array(31).fill(1);

test("the limit offered is round and shows ten rows at least", () => {
  assert.equal(helpfulMinCount(counts, trained, 5000), 200);
  assert.equal(helpfulMinCount(counts, trained, 200), 100);
  assert.equal(helpfulMinCount(counts, trained, 100), 10);
});

test("among the rows a search has found, the limit shows some of those", () => {
  const few = counts.map((count) => Number(count === 70 || count === 30));
  assert.equal(helpfulMinCount(counts, trained, 5000, few), 20);
  assert.equal(helpfulMinCount(counts, trained, 30, few), null);
});

test("rows that were never trained are not offered", () => {
  assert.equal(helpfulMinCount(counts, Array(31).fill(0), 5000), null);
});
