// The lasso against a sum of angles, and the places of true neighbours against a plain count.
import assert from "node:assert/strict";
import { test } from "node:test";
import { listen, type Meanings } from "../src/lib/scatter/gestures";
import { PointGrid } from "../src/lib/scatter/grid";
import { within } from "../src/lib/scatter/lasso";
import { farOf, farWords, mapRanks } from "../src/lib/scatter/trueneighbors";
import { seeded } from "./seeded";

const next = seeded(11);
const random = () => next(2 ** 32) / 2 ** 32;

function cloud(n: number) {
  const x = Float32Array.from({ length: n + 1 }, random);
  const y = Float32Array.from({ length: n + 1 }, random);
  const rows = Int32Array.from({ length: n }, (_, i) => i + 1);
  return { rows, x, y, grid: new PointGrid({ rows, x, y }) };
}

/** A loop that a shaky hand draws `turns` times around (0.5, 0.5). */
const drawn = (n: number, turns: number) =>
  Array.from({ length: n }, (_, i) => {
    const radius = 0.25 + 0.15 * random();
    const angle = (2 * Math.PI * turns * i) / n;
    return [0.5 + radius * Math.cos(angle), 0.5 + radius * Math.sin(angle)];
  }).flat();

/** How often a loop goes around a point: by adding up the angles under which it sees the edges. */
function turnsAround(loop: readonly number[], x: number, y: number): number {
  let sum = 0;
  for (let i = 0; i < loop.length; i += 2) {
    const [x0, y0] = [loop[i] - x, loop[i + 1] - y];
    const [x1, y1] = [loop[(i + 2) % loop.length] - x, loop[(i + 3) % loop.length] - y];
    sum += Math.atan2(x0 * y1 - x1 * y0, x0 * x1 + y0 * y1);
  }
  return Math.round(sum / (2 * Math.PI));
}

test("a lasso takes exactly the points it goes around, also where it crosses itself or goes around twice", () => {
  const { rows, x, y, grid } = cloud(3000);
  for (const turns of [1, 2, -1]) {
    const loop = drawn(160, turns);
    const expected = [...rows].filter((row) => turnsAround(loop, x[row], y[row]) !== 0);
    assert.ok(expected.length > 300);
    assert.deepEqual(within(grid, { rows, x, y }, loop), expected);
  }
  assert.deepEqual(within(grid, { rows, x, y }, [0, 0, 1, 1]), []);
});

test("a lasso of a thousand corners looks at few edges for each of 60,000 points", () => {
  const points = cloud(60_000);
  const loop = drawn(1000, 1);
  let reads = 0;
  const counted = new Proxy(loop, {
    get(target, name, self) {
      reads++;
      return Reflect.get(target, name, self);
    },
  });
  assert.ok(within(points.grid, points, counted).length > 10_000);
  assert.ok(reads / 60_000 < 400, `${reads / 60_000} corners a point`); // of 1,000 edges with four numbers each
});

test("a drag of any pointer with the lasso draws one loop, kept once at its end, and adds with Shift", () => {
  const said: unknown[] = [];
  const target = Object.assign(new EventTarget(), {
    getBoundingClientRect: () => ({ left: 100, top: 50 }),
    clientLeft: 0,
    clientTop: 0,
    setPointerCapture: () => {},
  });
  const silent = new Proxy({} as Meanings, { get: () => () => undefined });
  const means = {
    hover: silent.hover,
    dragStart: silent.dragStart,
    settled: silent.settled,
    cancelled: () => said.push("cancelled"),
    drag: () => "lasso",
    outline: (loop: readonly number[], done: boolean, add: boolean) => {
      if (done) said.push([loop.length / 2, loop.slice(0, 4), add]);
    },
  } as unknown as Meanings;
  const life = new AbortController();
  const giveUp = listen(target as unknown as HTMLElement, means, life.signal);
  const send = (type: string, x: number, y: number, shiftKey = false) =>
    target.dispatchEvent(
      Object.assign(new Event(type), {
        ...{ clientX: 100 + x, clientY: 50 + y, pointerId: 7, pointerType: "touch", button: 0 },
        ...{ shiftKey, ctrlKey: false, metaKey: false },
      }),
    );
  send("pointerdown", 10, 10);
  send("pointermove", 30, 10);
  send("pointermove", 30, 40);
  send("pointerup", 10, 40, true);
  assert.deepEqual(said, [[4, [10, 10, 30, 10], true]]);
  send("pointerdown", 10, 10);
  send("pointermove", 30, 10);
  assert.equal(giveUp(), true);
  send("pointerup", 30, 40);
  assert.deepEqual(said.slice(1), ["cancelled"]);
  life.abort();
});

test("the place of a neighbour on the map is one more than the titles that lie nearer", () => {
  const { rows, x, y } = cloud(400);
  for (let row = 0; row < y.length; row++) y[row] *= 50;
  const wanted = [5, 77, 300];
  for (const equal of [true, false]) {
    const range = (values: Float32Array) => Math.max(...values.slice(1)) - Math.min(...values.slice(1));
    const [sx, sy] = equal ? [1, 1] : [range(x), range(y)];
    const far = (row: number) => Math.hypot((x[row] - x[9]) / sx, (y[row] - y[9]) / sy);
    const expected = wanted.map(
      (row) => 1 + [...rows].filter((other) => other !== 9 && far(other) < far(row)).length,
    );
    assert.deepEqual(mapRanks({ rows, x, y }, 9, wanted, equal), expected);
  }
});

test("far is what is not among the nearest tenth, nor the nearest k", () => {
  assert.equal(farOf([1, 93, 94, 95], 931, 10), 1);
  assert.equal(farOf([1, 10, 11], 50, 10), 1);
  assert.equal(farWords(2, 10, 0, "title"), "2 of 10 true neighbours are far on the map.");
  assert.equal(
    farWords(1, 10, 3, "title"),
    "1 of 10 true neighbours is far on the map; 3 nearer titles are hidden by min ratings.",
  );
});
