// What runs in the harness page: reads the address, builds shims, mounts the views.
import { mount } from "../../src/host";
import { createStore } from "../../src/store";
import { type Renderer, ShimModel, shimHost } from "./shim";
import {
  batchLoss,
  history,
  mapAnswer,
  neighborsOf,
  type Question,
  runState,
  storeState,
  VIEW_TRAITS,
  view,
} from "./state";
import { StoreModel } from "./storemodel";

const query = new URLSearchParams(location.search);
const QUESTION = ["items", "k", "metric", "order", "average"];
const flag = (name: string) => query.get(name) === "1";
const dark = query.get("theme") === "dark";
document.body.dataset.page = dark ? "dark" : "light";
if (flag("jupyter")) {
  document.body.setAttribute("data-jp-theme-light", String(!dark));
  const colours = dark
    ? { layout: "#111111", fg: "rgba(255,255,255,1)", border: "#616161", brand: "#2196f3" }
    : { layout: "#ffffff", fg: "rgba(0,0,0,0.87)", border: "#e0e0e0", brand: "#1976d2" };
  document.body.style.setProperty("--jp-layout-color1", colours.layout);
  document.body.style.setProperty("--jp-ui-font-color1", colours.fg);
  document.body.style.setProperty("--jp-border-color2", colours.border);
  document.body.style.setProperty("--jp-brand-color1", colours.brand);
}

const overrides = (prefix: string) =>
  Object.fromEntries(
    [...query]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, text]) => [name.slice(2), JSON.parse(text)]),
  );
const lifetime = new AbortController();
const storeModel = new StoreModel({
  ...storeState(query.get("status") ?? "ready"),
  ...(flag("runs") ? runState() : {}),
  ...overrides("s."),
});
const store = createStore(storeModel.asModel(), lifetime.signal);
storeModel.onSend = (content) => {
  if (flag("gone")) throw new Error("Cannot send");
  if (content.kind !== "command" || flag("slow")) return;
  setTimeout(() => act(content), 30);
};

storeModel.update({ picture_min_count: storeModel.get("min_count") });
const refit = () => {
  setTimeout(() => storeModel.update({ picture_min_count: storeModel.get("min_count") }), 30);
};
storeModel.on("change:min_count", refit);

/** A kernel of a few lines: enough for the buttons to do what they say. */
function act({ id, call }: Record<string, unknown>): void {
  const { name, ...args } = call as Record<string, unknown>;
  if (["neighbors", "frame"].includes(String(name))) {
    const { value, buffers } = mapAnswer(String(name), args, storeModel.state);
    storeModel.receive({ kind: "answer", id, ok: true, value }, buffers);
    return;
  }
  const next: Record<string, Record<string, unknown>> = {
    train: { status: "training" },
    resume: { status: "training" },
    pause: { status: "paused" },
    stop: { status: "stopped", progress: 1 },
    step_epoch: { status: "training" },
    retrain: { status: "training" },
    reset: { ...storeState("untrained"), run: 2 },
  };
  const value = name === "code" ? "import collabwidgets as cw" : undefined;
  storeModel.receive({ kind: "answer", id, ok: true, value });
  storeModel.update(next[String(name)] ?? {});
}

/** Draw a view into a new element and take it away again, as a cell does that is run or scrolled over and over. */
async function renderAndRemove(model: ShimModel): Promise<void> {
  const once = new AbortController();
  const el = document.createElement("div");
  box.append(el);
  mount(store, { model: model.asModel(), el, signal: once.signal, host });
  // Observers speak and effects run in the frames after.
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
  once.abort();
  el.remove();
}

const models: ShimModel[] = [];
const widgets: Record<string, Renderer> = {};
const host = shimHost(widgets);
function make(kind: string): ShimModel {
  const model = new ShimModel({ ...VIEW_TRAITS[kind], _kind: kind, ...overrides("t.") });
  if (flag("own")) model.state.theme = dark ? "dark" : "light";
  models.push(model);
  if (kind === "NeighborSearch") {
    const answer = () => {
      const asked = QUESTION.map((name) => [name, model.get(name)]);
      const question = {
        ...Object.fromEntries(asked),
        item: storeModel.get("primary"),
        pinned: storeModel.get("pinned"),
      } as Question;
      const turn = Number(storeModel.get("turn") ?? 0);
      setTimeout(() => model.update(neighborsOf(question, turn, store.items.peek().trained)), 20);
    };
    for (const name of ["primary", "pinned", "turn"]) storeModel.on(`change:${name}`, answer);
    for (const name of QUESTION) model.on(`change:${name}`, answer);
    answer();
  }
  return model;
}

const box = document.getElementById("main") as HTMLElement;
const width = query.get("width");
if (width) box.style.width = `${width}px`;
for (const kind of (query.get("view") ?? "TrainingPanel").split(",")) {
  const el = document.createElement("div");
  box.append(el);
  const model = make(kind);
  if (kind === "Dashboard") {
    model.state._views = ["TrainingPanel", "BiasTable", "PCAScatter", "NeighborSearch"].map((part) => {
      const ref = `anywidget:${part}`;
      const child = make(part);
      widgets[ref] = ({ el: childEl, signal }) =>
        mount(store, { model: child.asModel(), el: childEl, signal, host });
      return { kind: part, ref };
    });
  }
  mount(store, { model: model.asModel(), el, signal: lifetime.signal, host });
}

if (flag("live")) {
  let epoch = 2.6;
  let seq = 0;
  setInterval(() => {
    if (store.status.peek() !== "training" || epoch >= 5) return;
    const before = batchLoss(epoch, 1200).length;
    epoch = Math.min(5, epoch + 0.02);
    const pairs = batchLoss(epoch, 1200).slice(before);
    storeModel.receive({ kind: "points", seq: seq++, run: 1, reset: false }, [view(pairs)]);
    storeModel.update({ epoch, progress: epoch / 5, history: history(Math.floor(epoch)) });
    if (epoch >= 5) storeModel.update({ status: "ready" });
  }, 100);
}

Object.assign(window, {
  harness: {
    store,
    storeModel,
    models,
    sent: storeModel.sent,
    refit,
    asked: (name: string, args: Record<string, unknown>) => mapAnswer(name, args, storeModel.state).value,
    remove: () => lifetime.abort(),
    renderAndRemove,
  },
});
