// Undo and redo in a page without a kernel: of signals, in steps, forgotten when a kernel is there again.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Signal, signal } from "@preact/signals";
import { PageHistory } from "../src/lib/pagehistory";
import { createStore } from "../src/store";
import { ShimModel } from "./harness/shim";
import { storeState } from "./harness/state";

function open() {
  const life = new AbortController();
  const gone = signal(true);
  const time = { now: 0 };
  const history = new PageHistory(gone, life.signal, () => time.now);
  const selection = signal<number[]>([]);
  const axis = signal(1);
  history.follow(selection as Signal<unknown>, life.signal);
  history.follow(axis as Signal<unknown>, life.signal);
  history.follow(axis as Signal<unknown>, life.signal);
  const change = (next: () => void) => {
    time.now += 1000;
    next();
  };
  return { gone, time, history, selection, axis, change, close: () => life.abort() };
}

test("steps go back and forth, and what is new ends the way forth", () => {
  const { history, selection, axis, change } = open();
  change(() => {
    selection.value = [3];
  });
  change(() => {
    axis.value = 2;
  });
  assert.deepEqual([history.canUndo.value, history.canRedo.value], [true, false]);
  history.undo();
  assert.deepEqual([axis.value, selection.value], [1, [3]]);
  history.undo();
  history.undo();
  assert.deepEqual([selection.value, history.canUndo.value, history.canRedo.value], [[], false, true]);
  history.redo();
  history.redo();
  history.redo();
  assert.deepEqual([axis.value, selection.value, history.canRedo.value], [2, [3], false]);
  history.undo();
  change(() => {
    axis.value = 5;
  });
  assert.equal(history.canRedo.value, false);
});

test("one gesture is one step, and a step after an undo is a new one", () => {
  const { time, history, selection, axis, change } = open();
  change(() => {
    axis.value = 2;
  });
  for (const next of [3, 4]) {
    time.now += 100;
    axis.value = next;
  }
  selection.value = [7];
  history.undo();
  assert.deepEqual([axis.value, selection.value, history.canUndo.value], [1, [], false]);
  axis.value = 6; // at the same moment
  history.undo();
  assert.equal(axis.value, 1);
});

test("the last hundred steps are kept", () => {
  const { history, axis, change } = open();
  for (let at = 0; at < 150; at++)
    change(() => {
      axis.value = 10 + at;
    });
  for (let at = 0; at < 150; at++) history.undo();
  assert.equal(axis.value, 10 + 150 - 100 - 1);
});

test("with a kernel nothing is remembered here, and a closed view leaves nothing behind", () => {
  const { gone, history, axis, change, close } = open();
  change(() => {
    axis.value = 2;
  });
  gone.value = false;
  assert.equal(history.canUndo.value, false);
  change(() => {
    axis.value = 3;
  });
  gone.value = true;
  assert.equal(history.canUndo.value, false);
  close();
  axis.value = 4;
  assert.equal(history.canUndo.value, false);
});

test("the store steps in the page where the kernel is gone, and asks the kernel where it is not", () => {
  const model = new ShimModel({ ...storeState("ready"), can_undo: true });
  const life = new AbortController();
  const store = createStore(model.asModel(), life.signal);
  store.shared.selection.value = [3];
  store.retrace("undo");
  assert.deepEqual(
    model.sent.map(({ content }) => content.name),
    ["undo"],
  );
  model.onSend = () => {
    throw new Error("Cannot send");
  };
  store.command("train").catch(() => {});
  assert.equal(store.connection.value, "disconnected");
  assert.deepEqual([store.canUndo.value, store.shared.selection.value], [false, [3]]);
  store.shared.selection.value = [3, 4];
  assert.equal(store.canUndo.value, true);
  store.retrace("undo");
  assert.deepEqual([store.shared.selection.value, store.canRedo.value], [[3], true]);
  life.abort();
});
