// The store against a model in memory: what it reads, writes, sends, and leaves behind.
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { effect } from "@preact/signals";
import { createStore, type LearnerStore } from "../src/store";
import { storeState, view } from "./harness/state";
import { StoreModel } from "./harness/storemodel";

interface Opened {
  model: StoreModel;
  store: LearnerStore;
  close: () => void;
}

function open(change: Record<string, unknown> = {}, status = "ready"): Opened {
  const model = new StoreModel({ ...storeState(status), ...change });
  const lifetime = new AbortController();
  const store = createStore(model.asModel(), lifetime.signal);
  return { model, store, close: () => lifetime.abort() };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
/** After the next drawn frame, which in Node is a timer. */
const drawn = async () => {
  await settled();
  await new Promise<void>((resolve) => setTimeout(resolve, 5));
};
const kinds = (model: StoreModel, kind: string) => model.sent.filter(({ content }) => content.kind === kind);
const greetings = (model: StoreModel) => kinds(model, "beat").filter(({ content }) => content.anew);
const acknowledgements = (model: StoreModel) =>
  kinds(model, "beat").filter(({ content }) => "drawn" in content);

test("everything a reload needs is read from traits alone, with nothing sent in the first paint", () => {
  const { model, store, close } = open();
  assert.equal(store.items.value.names.at(1), "Star Wars (1977)");
  assert.equal(store.items.value.n, 1665);
  assert.equal(store.items.value.counts[1], 583);
  assert.equal(store.history.value.length, 5);
  assert.equal(store.curve.value.x.length, 1200);
  assert.equal(store.map.value?.scores.length, 1665 * 6);
  assert.equal(store.shared.minCount.value, 20);
  assert.equal(model.sent.length, 0);
  close();
});

test("it says hello once it is up", async () => {
  const { model, close } = open();
  await drawn();
  assert.equal(greetings(model).length, 1);
  assert.equal(typeof greetings(model)[0].content.client, "string");
  close();
});

test("traits of one message arrive together: no view sees scores of another width", async () => {
  const { model, store, close } = open();
  const seen: [number, number][] = [];
  const stop = effect(() => {
    const map = store.map.value;
    if (map) seen.push([map.scores.length / map.n, map.m]);
  });
  model.update({ _scores: view(new Float32Array(1665 * 3)), map_m: 3, revision: 6 });
  await settled();
  assert.deepEqual(seen, [
    [6, 6],
    [3, 3],
  ]);
  stop();
  close();
});

test("scores without their width yet leave the last whole map", async () => {
  const { model, store, close } = open();
  model.update({ _scores: view(new Float32Array(1665 * 3)) });
  await settled();
  assert.equal(store.map.value?.m, 6);
  model.update({ map_m: 3 });
  await settled();
  assert.equal(store.map.value?.m, 3);
  close();
});

test("no biases and no scores are null, not empty arrays", () => {
  const { store, close } = open({ _item_bias: view(new Float32Array(0)), _scores: null, map_m: 0 });
  assert.equal(store.itemBias.value, null);
  assert.equal(store.map.value, null);
  close();
});

test("a selection is written through once, and its echo changes nothing", async () => {
  const { model, store, close } = open();
  let changes = 0;
  const stop = store.shared.selection.subscribe(() => changes++);
  store.shared.selection.value = [3, 7];
  store.shared.primary.value = 3;
  await settled();
  assert.deepEqual(model.get("selection"), [3, 7]);
  assert.equal(model.saves, 1);
  model.update({ selection: [3, 7] });
  await settled();
  assert.deepEqual([changes, model.saves], [2, 1]);
  stop();
  close();
});

test("a selection made in Python arrives in the browser", () => {
  const { model, store, close } = open();
  model.update({ selection: [9] });
  assert.deepEqual(store.shared.selection.value, [9]);
  close();
});

test("a dragged minimum is saved once, when it rests", () => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const { model, store, close } = open();
  for (const count of [21, 30, 45, 50]) {
    store.shared.minCount.value = count;
    mock.timers.tick(40);
  }
  assert.equal(model.saves, 0);
  mock.timers.tick(150);
  assert.deepEqual([model.saves, model.get("min_count")], [1, 50]);
  close();
  mock.timers.reset();
});

test("a command does not overtake the filter that is still resting", () => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const { model, store, close } = open();
  const order: string[] = [];
  model.save_changes = () => order.push(`min_count ${model.get("min_count")}`);
  model.onSend = (content) => order.push((content.call as { name: string }).name);
  store.shared.minCount.value = 50;
  void store.command("train");
  assert.deepEqual(order, ["min_count 50", "train"]);
  close();
  mock.timers.reset();
});

test("a hover stays in the browser unless a view wants it in Python", () => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const { model, store, close } = open();
  store.shared.hovered.value = 5;
  mock.timers.tick(500);
  assert.equal(model.get("hovered"), null);
  const value = <T>(is: T) => ({ value: is, peek: () => is }) as never;
  store.register(
    { kind: "PCAScatter", visible: value(true), syncHover: value(true) },
    new AbortController().signal,
  );
  const heard: unknown[] = [];
  model.on("change:hovered", () => heard.push(model.get("hovered")));
  for (let row = 1; row <= 50; row++) {
    store.shared.hovered.value = row;
    mock.timers.tick(10);
  }
  store.shared.hovered.value = null;
  mock.timers.tick(200);
  assert.ok(heard.length >= 4 && heard.length <= 6, `${heard.length} messages in half a second`);
  assert.equal(heard.at(-1), null);
  close();
  mock.timers.reset();
});

test("a command is resolved by its own answer and refused with Python's sentence", async () => {
  const { model, store, close } = open();
  const train = store.command("train", { epochs: 5 });
  const stop = store.command("stop");
  const [first, second] = kinds(model, "command").map(({ content }) => content);
  assert.deepEqual([first.call, second.call], [{ name: "train", epochs: 5 }, { name: "stop" }]);
  assert.notEqual(first.id, second.id);
  model.receive({ kind: "answer", id: second.id, ok: true });
  await stop;
  model.receive({
    kind: "answer",
    id: first.id,
    ok: false,
    error: "lr must be above 0.",
    type: "ValueError",
  });
  await assert.rejects(train, /^Error: lr must be above 0\.$/);
  close();
});

test("a command without an answer for 300 ms means a busy kernel, until it answers", async () => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const { model, store, close } = open();
  const pause = store.command("pause");
  mock.timers.tick(299);
  assert.equal(store.connection.value, "connected");
  mock.timers.tick(2);
  assert.equal(store.connection.value, "busy");
  model.receive({ kind: "answer", id: kinds(model, "command")[0].content.id, ok: true });
  await pause;
  assert.equal(store.connection.value, "connected");
  close();
  mock.timers.reset();
});

test("a page that hears nothing asks whether Python is there, and says so until it is", () => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const { model, store, close } = open();
  mock.timers.tick(20_000);
  assert.deepEqual(kinds(model, "command"), []);
  mock.timers.tick(2000);
  assert.deepEqual(
    kinds(model, "command").map(({ content }) => (content.call as { name: string }).name),
    ["ping"],
  );
  assert.equal(store.connection.value, "connected");
  mock.timers.tick(60_000);
  assert.equal(store.connection.value, "busy");
  assert.equal(kinds(model, "command").length, 1, "one question is enough");
  model.receive({ kind: "answer", id: kinds(model, "command")[0].content.id, ok: true });
  assert.equal(store.connection.value, "connected");
  close();
  mock.timers.reset();
});

test("a send that throws is a kernel that is gone: commands fail at once, data stays", async () => {
  const { model, store, close } = open();
  model.onSend = () => {
    throw new Error("Cannot send");
  };
  await assert.rejects(store.command("train"), /Not connected/);
  assert.equal(store.connection.value, "disconnected");
  await assert.rejects(store.command("stop"), /Not connected/);
  assert.equal(store.history.value.length, 5);
  close();
});

test("a restarted kernel is seen from the model's own word, and its return too", async () => {
  const { model, store, close } = open();
  const raw = { comm_live: true };
  Object.assign(model, {
    widget_manager: { get_model: async (id: string) => (id === "store" ? raw : null) },
  });
  store.watchKernel("anywidget:store");
  await drawn();
  assert.equal(store.connection.value, "connected");
  raw.comm_live = false;
  model.trigger("comm_live_update");
  assert.equal(store.connection.value, "disconnected");
  raw.comm_live = true;
  model.trigger("comm_live_update");
  assert.equal(store.connection.value, "connected");
  close();
});

test("it beats every two seconds, and says whether anybody looks", () => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const { model, store, close } = open();
  mock.timers.tick(4100);
  assert.deepEqual(
    kinds(model, "beat").map(({ content }) => content.visible),
    [true, false, false], // the first one asks for the whole history before any view has looked
  );
  const value = <T>(is: T) => ({ value: is, peek: () => is }) as never;
  store.register(
    { kind: "BiasTable", visible: value(true), syncHover: value(false) },
    new AbortController().signal,
  );
  mock.timers.tick(2000);
  assert.equal(kinds(model, "beat").at(-1)?.content.visible, true);
  close();
  mock.timers.reset();
});

test("streamed points are drawn, acknowledged after that, and cleared by a new run", async () => {
  const { model, store, close } = open({ _batch_loss: null });
  const points = (...pairs: number[]) => [view(Float32Array.from(pairs))];
  model.receive({ kind: "points", seq: 4, run: 1, reset: false }, points(0.1, 2, 0.2, 1));
  assert.equal(acknowledgements(model).length, 0);
  await drawn();
  assert.deepEqual([...store.curve.value.loss], [2, 1]);
  assert.equal(acknowledgements(model)[0].content.drawn, 4);
  model.receive({ kind: "points", seq: 5, run: 2, reset: false }, points(0.1, 9));
  await drawn();
  assert.deepEqual([...store.curve.value.loss], [9]);
  close();
});

test("a curve of more than 4,000 points is asked for anew, and replaced by the thinned one", async () => {
  const { model, store, close } = open({ _batch_loss: null });
  await drawn();
  await new Promise<void>((resolve) => setTimeout(resolve, 1050));
  const many = (n: number) => [view(Float32Array.from({ length: 2 * n }, (_, i) => i))];
  model.receive({ kind: "points", seq: 1, run: 1, reset: false }, many(4000));
  assert.equal(greetings(model).length, 1);
  model.receive({ kind: "points", seq: 2, run: 1, reset: false }, many(1));
  assert.equal(greetings(model).length, 2);
  model.receive({ kind: "points", seq: 3, run: 1, reset: true }, many(2000));
  await drawn();
  assert.equal(store.curve.value.x.length, 2000);
  close();
});

test("the saved curve does not take back what was streamed after it", async () => {
  const { model, store, close } = open({ _batch_loss: null });
  model.receive({ kind: "points", seq: 0, run: 1, reset: false }, [view(Float32Array.of(0.5, 1, 1.25, 0.8))]);
  await drawn();
  model.update({ _batch_loss: view(Float32Array.of(0.5, 1, 1, 0.9)) });
  await settled();
  assert.equal(store.curve.value.x.at(-1), 1.25);
  model.update({ _batch_loss: view(Float32Array.of(0.5, 1, 2, 0.7)) });
  await settled();
  assert.equal(store.curve.value.x.at(-1), 2);
  close();
});

test("lost messages are noticed and the whole history asked for again", async () => {
  const { model, close } = open();
  await drawn();
  await new Promise<void>((resolve) => setTimeout(resolve, 1050));
  const one = [view(Float32Array.of(1, 1))];
  model.receive({ kind: "points", seq: 1, run: 1, reset: false }, one);
  model.receive({ kind: "points", seq: 2, run: 1, reset: false }, one);
  assert.equal(greetings(model).length, 1);
  model.receive({ kind: "points", seq: 9, run: 1, reset: false }, one);
  assert.equal(greetings(model).length, 2);
  close();
});

test("a closed store leaves no listener, sends nothing more and writes nothing more", async () => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const { model, store, close } = open();
  close();
  const sent = model.sent.length;
  store.shared.selection.value = [1];
  mock.timers.tick(10_000);
  mock.timers.reset();
  await settled();
  assert.deepEqual([model.listeners(), model.sent.length - sent, model.saves], [0, 0, 0]);
});
