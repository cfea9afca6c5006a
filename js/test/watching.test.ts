// A view that nobody sees hears nothing of a training, and all of it once it is seen.
import assert from "node:assert/strict";
import { test } from "node:test";
import { effect, signal } from "@preact/signals";
import { watchedStore } from "../src/lib/watching";
import { createStore } from "../src/store";
import { storeState, view } from "./harness/state";
import { StoreModel } from "./harness/storemodel";

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test("published values stand still while unseen and catch up in one step", async () => {
  const model = new StoreModel(storeState("training"));
  const life = new AbortController();
  const visible = signal(true);
  const store = watchedStore(createStore(model.asModel(), life.signal), visible, life.signal);
  let renders = 0;
  const stop = effect(() => {
    void store.itemBias.value;
    void store.epoch.value;
    renders++;
  });
  model.update({ epoch: 3.1 });
  await settled();
  assert.equal(renders, 2);
  visible.value = false;
  for (let epoch = 4; epoch < 9; epoch++) {
    model.update({ epoch, _item_bias: view(new Float32Array(1665).fill(epoch)) });
    await settled();
  }
  assert.deepEqual([renders, store.epoch.value], [2, 3.1]);
  visible.value = true;
  assert.deepEqual([store.epoch.value, store.itemBias.value?.[7]], [8, 8]);
  assert.ok(renders <= 4, `${renders} renders`);
  stop();
  life.abort();
});

test("what the page itself shares goes on in views that nobody sees", async () => {
  const model = new StoreModel(storeState("ready"));
  const life = new AbortController();
  const store = watchedStore(createStore(model.asModel(), life.signal), signal(false), life.signal);
  store.shared.selection.value = [4];
  store.failure.value = "";
  await settled();
  assert.deepEqual(model.get("selection"), [4]);
  model.update({ failure: "KeyError: 'x'" });
  assert.equal(store.failure.value, "KeyError: 'x'");
  life.abort();
  assert.equal(model.listeners(), 0);
});
