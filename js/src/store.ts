// The learner, in the browser: what Python published as signals, the shared selection, and commands with answers.
import type { AnyModel } from "@anywidget/types";
import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { BoundTraits, onTraits, sameJson } from "./lib/bound";
import { bindHover } from "./lib/hover";
import { type Answered, Link } from "./lib/link";
import { Curve, type CurvePoints } from "./lib/loss/curve";
import { type EarlierRun, earlierRuns } from "./lib/loss/runs";
import { type MapFrame, mapFrame } from "./lib/scatter/frame";
import { type Binary, decodeText, float32, int32, type Titles, uint8 } from "./lib/wire";
import type { Data, EpochRow, Picture, RecipeFacts, RunRow, Status as StatusFacts } from "./protocol";

export type { CurvePoints, Titles };
export type Status = StatusFacts["status"];
export type Connection = "connected" | "busy" | "disconnected";

/** One side of the ratings, row by row; row 0 is '#na#'. */
export interface Side {
  names: Titles;
  counts: Int32Array;
  means: Float32Array;
  trained: Uint8Array;
  n: number;
}

/** What every view of a learner shares; setting `.value` writes through to the other views and to Python. */
export interface SharedState {
  hovered: Signal<number | null>;
  selection: Signal<number[]>;
  primary: Signal<number | null>;
  pinned: Signal<number | null>;
  minCount: Signal<number>;
  /** Of linked tables of titles, which it filters, and of linked maps, which name what it finds. */
  query: Signal<string>;
}

export interface LearnerStore {
  meta: ReadonlySignal<Data>;
  items: ReadonlySignal<Side>;
  users: ReadonlySignal<Side>;
  status: ReadonlySignal<Status>;
  message: ReadonlySignal<string>;
  errorDetail: ReadonlySignal<string>;
  suggestedLr: ReadonlySignal<number | null>;
  /** Epochs trained, fractional. */
  epoch: ReadonlySignal<number>;
  /** The weights are random and nothing moves them, whatever became of a fit: one may diverge in its first epoch. */
  untrained: ReadonlySignal<boolean>;
  /** Share of the current fit, 0 to 1. */
  progress: ReadonlySignal<number>;
  step: ReadonlySignal<number>;
  nSteps: ReadonlySignal<number>;
  etaSeconds: ReadonlySignal<number | null>;
  elapsedSeconds: ReadonlySignal<number>;
  /** Changes with every reset. */
  run: ReadonlySignal<number>;
  engine: ReadonlySignal<string>;
  recipe: ReadonlySignal<RecipeFacts>;

  history: ReadonlySignal<EpochRow[]>;
  bestEpoch: ReadonlySignal<number | null>;
  overfitSince: ReadonlySignal<number | null>;
  /** The last trainings, the present one last; and those before it with their curves. */
  runs: ReadonlySignal<RunRow[]>;
  earlierRuns: ReadonlySignal<EarlierRun[]>;
  /** Loss of single batches over the epochs trained, decimated; streamed while training. */
  curve: ReadonlySignal<CurvePoints>;
  /** Raw (not centred) biases by row, or null where the model has none. */
  itemBias: ReadonlySignal<Float32Array | null>;
  userBias: ReadonlySignal<Float32Array | null>;
  map: ReadonlySignal<MapFrame | null>;
  /** Of the published arrays. */
  revision: ReadonlySignal<number>;
  /** The filter that the picture was made for. */
  pictureMinCount: ReadonlySignal<number>;
  /** Epochs of this run whose maps the kernel keeps. */
  frameEpochs: ReadonlySignal<number[]>;
  snapshotEpoch: ReadonlySignal<number>;
  shared: SharedState;
  /** The title a map is asked to bring into sight; `n` counts the questions, so that the same can be asked again. */
  lookAt: Signal<{ item: number; n: number } | null>;
  /** What the last change failed of, or somebody's observer; set it to "" to dismiss it. */
  failure: Signal<string>;
  /** Its traceback, where there is more to know. */
  failureDetail: Signal<string>;
  /** Ask Python for something; what it answers, if anything; rejects with Error(sentence). */
  command(name: string, args?: Record<string, unknown>): Promise<unknown>;
  /** Ask something that nobody waits for, such as what to show of a point under the pointer; may reject. */
  ask(name: string, args: Record<string, unknown>): Promise<Answered>;
  /** busy: a command has had no answer for 300 ms. */
  connection: ReadonlySignal<Connection>;
  /** The views on this page, for the heartbeat and for the one view that speaks to a screen reader. */
  views: ReadonlySignal<readonly MountedView[]>;
  register(view: MountedView, signal: AbortSignal): void;
  /** Tells the store its own reference, by which Jupyter hosts can look up whether the kernel still lives. */
  watchKernel(reference: string): void;
}

export interface MountedView {
  kind: string;
  visible: ReadonlySignal<boolean>;
  /** Whether Python wants to hear of hovers in this view. */
  syncHover: ReadonlySignal<boolean>;
}

const MIN_COUNT_MS = 150;

/** Build the store of one learner. Awaits nothing: a host gives up on a widget that is slow to start. */
export function createStore(model: AnyModel, abort: AbortSignal): LearnerStore {
  /** One field of a dictionary that Python publishes: a signal that moves only when the field does. */
  const fieldsOf =
    <Facts extends object>(trait: string) =>
    <K extends keyof Facts>(name: K): ReadonlySignal<Facts[K]> => {
      const read = () => (model.get(trait) as Facts)[name];
      const value = signal(read());
      onTraits(model, [trait], abort, () => {
        const next = read();
        if (!sameJson(value.peek(), next)) value.value = next;
      });
      return value;
    };
  const ofStatus = fieldsOf<StatusFacts>("status");
  const ofPicture = fieldsOf<Picture>("picture");
  const derived = <T>(names: readonly string[], make: (previous: T | undefined) => T): ReadonlySignal<T> => {
    const value = signal<T>(make(undefined));
    onTraits(model, names, abort, () => {
      value.value = make(value.peek());
    });
    return value;
  };

  const side = (name: "item" | "user") =>
    derived<Side>([`_${name}_names`, `_${name}_counts`, `_${name}_means`, `_${name}_trained`], () => {
      const names = decodeText(model.get(`_${name}_names`) as Binary);
      return {
        names,
        counts: int32(model.get(`_${name}_counts`) as Binary),
        means: float32(model.get(`_${name}_means`) as Binary),
        trained: uint8(model.get(`_${name}_trained`) as Binary),
        n: names.length,
      };
    });
  const items = side("item");
  const users = side("user");
  const bias = (name: string) =>
    derived<Float32Array | null>([name], () => {
      const values = float32(model.get(name) as Binary);
      return values.length ? values : null;
    });

  const map = derived<MapFrame | null>(["picture", "_scores"], (previous) => {
    const { map: facts, revision } = model.get("picture") as Picture;
    return mapFrame({ facts, revision }, model.get("_scores") as Binary, items.peek().n, previous ?? null);
  });

  const link = new Link(model, abort);
  const own = new BoundTraits(model, abort, () => link.lost());
  const shared: SharedState = {
    hovered: signal<number | null>(null),
    selection: own.trait<number[]>("selection", []),
    primary: own.trait<number | null>("primary", null),
    pinned: own.trait<number | null>("pinned", null),
    minCount: own.trait<number>("min_count", 20, MIN_COUNT_MS),
    query: own.trait<string>("query", ""),
  };

  const views = signal<readonly MountedView[]>([]);
  link.anyVisible = () => views.peek().some((view) => view.visible.peek());
  const wantsHover = computed(() => views.value.some((view) => view.syncHover.value));
  bindHover(model, shared.hovered, wantsHover, own, abort);

  const run = ofPicture("run");
  const status = ofStatus("status");
  const epoch = ofStatus("epoch");
  const curve = followCurve(model, run, link, abort);

  return {
    meta: derived<Data>(["data"], () => model.get("data") as Data),
    items,
    users,
    status,
    message: ofStatus("message"),
    errorDetail: ofStatus("error_detail"),
    suggestedLr: ofStatus("suggested_lr"),
    epoch,
    untrained: computed(
      () => status.value === "untrained" || (epoch.value === 0 && status.value !== "training"),
    ),
    progress: ofStatus("progress"),
    step: ofStatus("step"),
    nSteps: ofStatus("n_steps"),
    etaSeconds: ofStatus("eta_seconds"),
    elapsedSeconds: ofStatus("elapsed_seconds"),
    run,
    engine: ofStatus("engine"),
    recipe: ofStatus("recipe"),
    history: ofPicture("history"),
    bestEpoch: ofPicture("best_epoch"),
    overfitSince: ofPicture("overfit_since"),
    runs: ofPicture("runs"),
    earlierRuns: derived<EarlierRun[]>(["picture", "_run_curves"], () =>
      earlierRuns((model.get("picture") as Picture).runs, float32(model.get("_run_curves") as Binary)),
    ),
    curve,
    itemBias: bias("_item_bias"),
    userBias: bias("_user_bias"),
    map,
    revision: ofPicture("revision"),
    pictureMinCount: ofPicture("min_count"),
    frameEpochs: ofPicture("frame_epochs"),
    snapshotEpoch: ofPicture("epoch"),
    shared,
    lookAt: signal<{ item: number; n: number } | null>(null),
    failure: own.trait<string>("failure", ""),
    failureDetail: own.trait<string>("_details", ""),
    command(name, args = {}) {
      own.flush(); // a filter that still rests under the finger goes first
      return link.command(name, args);
    },
    ask: (name, args) => link.ask(name, args),
    connection: link.connection,
    views,
    register(view, signal) {
      views.value = [...views.peek(), view];
      signal.addEventListener(
        "abort",
        () => {
          views.value = views.peek().filter((other) => other !== view);
        },
        { once: true },
      );
    },
    watchKernel: (reference) => link.watchKernel(reference),
  };
}

/** The batch curve: the saved trait first, then the stream, which is never behind it. */
function followCurve(
  model: AnyModel,
  run: ReadonlySignal<number>,
  link: Link,
  abort: AbortSignal,
): ReadonlySignal<CurvePoints> {
  const curve = new Curve();
  curve.replace(float32(model.get("_batch_loss") as Binary), run.peek());
  const shown = signal<CurvePoints>(curve.points());
  let painting = false;
  const paint = (seq: number | null) => {
    if (!painting) {
      painting = true;
      // One frame for all that arrived, and the acknowledgement only once it was drawn.
      nextFrame(() => {
        painting = false;
        if (!abort.aborted) shown.value = curve.points();
      });
    }
    if (seq !== null) nextFrame(() => link.drawn(seq));
  };
  onTraits(model, ["_batch_loss", "picture"], abort, () => {
    const saved = float32(model.get("_batch_loss") as Binary);
    const current = (model.get("picture") as Picture).run;
    if (curve.run !== current || saved.length === 0 || saved[saved.length - 2] >= curve.end) {
      curve.replace(saved, current);
      batch(() => {
        shown.value = curve.points();
      });
    }
  });
  link.onPoints = (message, buffers) => {
    const pairs = float32(buffers[0]);
    if (message.reset || message.run !== curve.run) curve.replace(pairs, message.run);
    else curve.append(pairs);
    paint(message.seq);
  };
  return shown;
}

function nextFrame(draw: () => void): void {
  if (typeof requestAnimationFrame === "function") requestAnimationFrame(draw);
  else setTimeout(draw, 0);
}
