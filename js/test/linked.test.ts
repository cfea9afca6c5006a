// Linked, unlinked and linked again while the view is on the page; and a view's own model as jslink sees it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BoundTraits } from "../src/lib/bound";
import { linkedState } from "../src/lib/linked";
import { createStore } from "../src/store";
import { ShimModel } from "./harness/shim";
import { storeState } from "./harness/state";
import { StoreModel } from "./harness/storemodel";

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

function open(state: Record<string, unknown> = {}) {
  const life = new AbortController();
  const all = new StoreModel(storeState("ready"));
  const store = createStore(all.asModel(), life.signal);
  const model = new ShimModel({
    selection: [],
    primary: null,
    pinned: null,
    min_count: 20,
    linked: true,
    ...state,
  });
  const traits = new BoundTraits(model.asModel(), life.signal);
  const { state: shared, linked } = linkedState(store.shared, traits);
  return { all, store, model, shared, linked, close: () => life.abort() };
}

test("a view that is unlinked later goes its own way, and back", async () => {
  const { store, model, shared, linked, close } = open();
  store.shared.selection.value = [3];
  assert.deepEqual(shared.selection.value, [3]);
  model.update({ linked: false, selection: [3] });
  shared.selection.value = [8];
  shared.hovered.value = 5;
  assert.deepEqual([store.shared.selection.value, store.shared.hovered.value], [[3], null]);
  assert.deepEqual(model.get("selection"), [8]);
  assert.equal(linked.value, false);
  model.update({ linked: true });
  assert.deepEqual(shared.selection.value, [3]);
  shared.selection.value = [1];
  assert.deepEqual(store.shared.selection.value, [1]);
  close();
  await settled();
  assert.equal(model.listeners(), 0);
});

test("linked tables of titles and maps share a search, and nothing else does", async () => {
  const { store, model, shared, close } = open({ _kind: "BiasTable", kind: "items", query: "" });
  store.shared.query.value = "alien";
  assert.equal(shared.query.value, "alien");
  shared.query.value = "star";
  assert.deepEqual([store.shared.query.value, store.shared.minCount.value], ["star", 20]);
  model.update({ kind: "users", query: "" });
  shared.query.value = "12";
  assert.deepEqual([store.shared.query.value, model.get("query")], ["star", "12"]);
  model.update({ kind: "items" });
  assert.deepEqual([store.shared.query.value, shared.query.value], ["star", "star"]);
  close();
  for (const [_kind, linked, expected] of [
    ["PCAScatter", true, "star"],
    ["PCAScatter", false, "own"],
    ["NeighborSearch", true, "own"],
  ] as const) {
    const view = open({ _kind, linked, query: "own" });
    view.store.shared.query.value = "star";
    assert.equal(view.shared.query.value, expected);
    view.close();
  }
});

test("the model of a linked view has what is shared, without telling the kernel, and may set it", async () => {
  const raw = { set_state: (state: Record<string, unknown>) => model.update(state) };
  const { store, model, close } = open({
    _ref: "anywidget:table",
    min_count: 7, // as it was when the view was made
  });
  Object.assign(model, { widget_manager: { get_model: async () => raw } });
  close();
  const again = new AbortController();
  const linked = linkedState(store.shared, new BoundTraits(model.asModel(), again.signal));
  await settled();
  assert.equal(model.get("min_count"), 20);
  store.shared.selection.value = [4, 2];
  assert.deepEqual([model.get("selection"), model.saves], [[4, 2], 0]);
  model.update({ min_count: 35 }); // a jslink
  assert.deepEqual([store.shared.minCount.value, linked.state.minCount.value], [35, 35]);
  again.abort();
});

test("what Python has as None is null, at first and later", () => {
  const life = new AbortController();
  const model = new ShimModel({ item: null });
  const item = new BoundTraits(model.asModel(), life.signal).trait<number | null>("item");
  assert.equal(item.value, null);
  item.value = 3;
  assert.equal(model.get("item"), 3);
  item.value = null;
  assert.deepEqual([item.value, model.get("item")], [null, null]);
  life.abort();
});
