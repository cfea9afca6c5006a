// The learner, in the browser: what Python published as signals, the shared selection, and commands with answers.
import type { AnyModel } from "@anywidget/types";
import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { BoundTraits, onTraits, sameJson } from "./lib/bound";
import { bindHover } from "./lib/hover";
import { type Answered, Link } from "./lib/link";
import { Curve, type CurvePoints } from "./lib/loss/curve";
import { type EarlierRun, earlierRuns, type RunRow } from "./lib/loss/runs";
import { MAP_TRAITS, mapFrame } from "./lib/scatter/frame";
import { type Binary, decodeText, float32, int32, type Titles, uint8 } from "./lib/wire";
import type { SettingFacts } from "./protocol";

export type { CurvePoints, Titles };
export type Status = "untrained" | "training" | "paused" | "ready" | "stopped" | "diverged" | "error";
export type Connection = "connected" | "busy" | "disconnected";

/** One side of the ratings, row by row; row 0 is '#na#'. */
export interface Side {
  names: Titles;
  counts: Int32Array;
  means: Float32Array;
  trained: Uint8Array;
  n: number;
}

/** Component scores, row-major [n, m]; NaN rows are not shown. `match` and `correlations` speak of the same m axes. */
export interface MapFrame {
  scores: Float32Array;
  m: number;
  n: number;
  explained: number[];
  noise: number;
  match: number[] | null;
  correlations: Record<string, Record<string, number>>;
  fitCount: number;
  revision: number;
  /** What it was fitted on: "min_count" (the default), "all" or "top_n". */
  fitOn?: string;
}

export interface EpochRow {
  epoch: number;
  train_loss: number;
  valid_loss: number | null;
  rmse: number | null;
  seconds: number;
  lr: number;
}

export interface Meta {
  dataset: string;
  n_users: number;
  n_items: number;
  n_ratings: number;
  n_train: number;
  n_valid: number;
  n_never_trained: number;
  user_name: string;
  item_name: string;
  rating_name: string;
  y_range: [number, number] | null;
  rating_mean: number;
  rating_min: number;
  rating_max: number;
  /** Validation error of always predicting the training mean. */
  /** "MSE", "MAE", or a function's name; only of the first the root is an error in rating units. */
  loss_name: string;
  /** Loss of always predicting the mean. */
  baseline: number | null;
  /** Why this learner cannot train at all; empty if it can. */
  cannot_train: string;
  seed: number;
  model: string;
  n_factors: number | null;
  /** Whether Python can make other weights, of another seed. */
  can_remake: boolean;
  /** Whether those can have another number of factors. */
  can_resize: boolean;
  /** Models whose predictions are averaged; findings are made from the first. */
  n_members: number;
  /** Settings of a training, as the panel shows them. */
  settings: readonly SettingFacts[];
  has_bias: boolean;
  has_factors: boolean;
  version: string;
}

export interface Recipe {
  /** Wished for; of the running or last fit. */
  epochs: number;
  fit_epochs: number;
  lr: number;
  wd: number;
  schedule: string;
  bs: number;
  seed: number;
  patience: number;
  keep_best: boolean;
  rescale: boolean;
  n_factors: number;
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
  meta: ReadonlySignal<Meta>;
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
  elapsedSeconds: ReadonlySignal<number | null>;
  /** Changes with every reset. */
  run: ReadonlySignal<number>;
  engine: ReadonlySignal<string>;
  recipe: ReadonlySignal<Partial<Recipe>>;
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

const EMPTY_META: Meta = {
  dataset: "",
  n_users: 0,
  n_items: 0,
  n_ratings: 0,
  n_train: 0,
  n_valid: 0,
  n_never_trained: 0,
  user_name: "user",
  item_name: "title",
  rating_name: "rating",
  y_range: null,
  rating_mean: 0,
  rating_min: 1,
  rating_max: 5,
  loss_name: "MSE",
  baseline: null,
  cannot_train: "",
  seed: 0,
  model: "",
  n_factors: null,
  can_remake: true,
  can_resize: true,
  n_members: 1,
  settings: [],
  has_bias: true,
  has_factors: true,
  version: "",
};

const MIN_COUNT_MS = 150;

/** Build the store of one learner. Awaits nothing: a host gives up on a widget that is slow to start. */
export function createStore(model: AnyModel, abort: AbortSignal): LearnerStore {
  const read = <T>(name: string, fallback: T): T => (model.get(name) as T | null | undefined) ?? fallback;
  const published = <T>(name: string, fallback: T): ReadonlySignal<T> => {
    const value = signal<T>(read(name, fallback));
    onTraits(model, [name], abort, () => {
      const next = read(name, fallback);
      if (!sameJson(value.peek(), next)) value.value = next;
    });
    return value;
  };
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

  const map = derived<MapFrame | null>(MAP_TRAITS, (previous) =>
    mapFrame((name) => model.get(name), items.peek().n, previous ?? null),
  );

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

  const run = published("run", 0);
  const status = published<Status>("status", "untrained");
  const epoch = published("epoch", 0);
  const curve = followCurve(model, run, link, abort);

  return {
    meta: derived<Meta>(["meta"], () => ({ ...EMPTY_META, ...read<Partial<Meta>>("meta", {}) })),
    items,
    users,
    status,
    message: published("message", ""),
    errorDetail: published("error_detail", ""),
    suggestedLr: published<number | null>("suggested_lr", null),
    epoch,
    untrained: computed(
      () => status.value === "untrained" || (epoch.value === 0 && status.value !== "training"),
    ),
    progress: published("progress", 0),
    step: published("step", 0),
    nSteps: published("n_steps", 0),
    etaSeconds: published<number | null>("eta_seconds", null),
    elapsedSeconds: published<number | null>("elapsed_seconds", null),
    run,
    engine: published("engine", ""),
    recipe: published<Partial<Recipe>>("recipe", {}),
    history: published<EpochRow[]>("history", []),
    bestEpoch: published<number | null>("best_epoch", null),
    overfitSince: published<number | null>("overfit_since", null),
    runs: published<RunRow[]>("runs", []),
    earlierRuns: derived<EarlierRun[]>(["runs", "_run_curves"], () =>
      earlierRuns(read<RunRow[]>("runs", []), float32(model.get("_run_curves") as Binary)),
    ),
    curve,
    itemBias: bias("_item_bias"),
    userBias: bias("_user_bias"),
    map,
    revision: published("revision", 0),
    pictureMinCount: published("picture_min_count", 20),
    frameEpochs: published<number[]>("frame_epochs", []),
    snapshotEpoch: published("snapshot_epoch", 0),
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
  onTraits(model, ["_batch_loss", "run"], abort, () => {
    const saved = float32(model.get("_batch_loss") as Binary);
    const current = (model.get("run") as number | undefined) ?? 0;
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
