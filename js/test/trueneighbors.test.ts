// Questions to the kernel about neighbours: few, never in vain, and no stale answer is believed.
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { signal } from "@preact/signals";
import { neighborAnswers } from "../src/lib/scatter/trueneighbors";
import { createStore } from "../src/store";
import { storeState } from "./harness/state";
import { StoreModel } from "./harness/storemodel";

function open(change: Record<string, unknown> = {}) {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const model = new StoreModel({ ...storeState("ready"), ...change });
  const life = new AbortController();
  const store = createStore(model.asModel(), life.signal);
  const minCount = signal(20);
  const k = signal(3);
  const answers = neighborAnswers(
    store,
    "items",
    () => store.status.value === "untrained",
    () => minCount.value,
    () => k.value,
    life.signal,
  );
  const asked = () =>
    model.sent.map(({ content }) => content).filter(({ kind }) => kind === "command") as {
      id: string;
      call: { name: string; row: number };
    }[];
  const answer = async (at: number, rows: number[], revision = 5) => {
    model.receive({ kind: "answer", id: asked()[at].id, ok: true, value: { rows, hidden: 0, revision } });
    await settled();
  };
  const close = () => {
    life.abort();
    mock.timers.reset();
  };
  return { model, store, minCount, answers, ask: answers.asker(), asked, answer, close };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test("a pointer that crosses the map asks about the title it rests on alone, and once", async () => {
  const { answers, ask, asked, answer, close } = open();
  for (const row of [1, 2, 3]) ask(row);
  mock.timers.tick(149);
  assert.equal(asked().length, 0);
  mock.timers.tick(1);
  assert.deepEqual(
    asked().map(({ call }) => call),
    [{ name: "neighbors", row: 3, k: 3, min_count: 20, kind: "items" }],
  );
  assert.equal(answers.of(3), null);
  await answer(0, [8, 9, 10]);
  assert.deepEqual(answers.of(3)?.rows, [8, 9, 10]);
  ask(3);
  mock.timers.tick(1000);
  assert.equal(asked().length, 1);
  close();
});

test("a kernel that takes its time is asked one thing at a time and is not called busy for it", async () => {
  const { store, ask, asked, answer, close } = open();
  for (const row of [1, 2, 3]) {
    ask(row);
    mock.timers.tick(1000);
  }
  assert.equal(asked().length, 1);
  assert.equal(store.connection.value, "connected");
  await answer(0, [8]);
  assert.deepEqual(
    asked().map(({ call }) => call.row),
    [1, 3],
  );
  close();
});

test("an answer holds for its filter and its weights, and one of another run is dropped", async () => {
  const { model, answers, minCount, ask, asked, answer, close } = open();
  ask(3);
  mock.timers.tick(150);
  await answer(0, [8]);
  minCount.value = 50;
  assert.equal(answers.of(3), null);
  minCount.value = 20;
  model.update({ revision: 6 });
  await settled();
  assert.equal(answers.of(3), null);
  ask(3);
  mock.timers.tick(150);
  model.update({ run: 2, revision: 7 });
  await settled();
  await answer(1, [9], 7);
  assert.equal(answers.of(3), null);
  assert.equal(asked().length, 2);
  close();
});

test("nothing is asked of a kernel that is gone, of random weights, or about a title never trained", async () => {
  const { model, store, answers, ask, asked, close } = open();
  const untrained = store.items.value.trained.indexOf(0, 1);
  ask(untrained);
  mock.timers.tick(1000);
  model.update({ status: "untrained" });
  await settled();
  assert.equal(answers.mayAsk(3), false);
  ask(3);
  mock.timers.tick(1000);
  assert.equal(asked().length, 0);
  close();
});
