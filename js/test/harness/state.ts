// A made-up state of the size of MovieLens 100K: 1,664 titles, 943 users, planted factors, a plausible history.

import { float32, int32 } from "../../src/lib/wire";
import type { MapFacts, OtherMap, Picture, SettingFacts } from "../../src/protocol";
import { seeded } from "../seeded";
import { encodeText } from "./encode";
import SETTINGS from "./settings.json";
import { KNOWN } from "./titles";

const N_ITEMS = 1664;
const N_USERS = 943;
const AXES = 6;

/** Numbers from 0 to 1 out of a seed, so that pictures can be compared. */
export function generator(seed: number): () => number {
  const next = seeded(seed);
  return () => next(2 ** 32) / 2 ** 32;
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

export const view = (array: ArrayBufferView): DataView =>
  new DataView(array.buffer, array.byteOffset, array.byteLength);

const FIRST =
  "Silent Golden Broken Lost Last Dark Bright Winter Crimson Hidden Blue Wild Quiet Long Distant".split(" ");
const SECOND =
  "River House Letters Road Garden Summer Promise Voyage Mirror Bridge Harbor Station Island Shadow Window".split(
    " ",
  );

function titles(random: () => number): string[] {
  const found = KNOWN.map(([name]) => name);
  const used = new Set<string>(found);
  while (found.length < N_ITEMS) {
    const pick = (words: string[]) => words[Math.floor(random() * words.length)];
    const year = 1930 + Math.floor(68 * random() ** 0.35);
    const extra = random() < 0.3 ? `: The ${pick(FIRST)} ${pick(SECOND)}` : "";
    const name = `${pick(FIRST)} ${pick(SECOND)}${extra}${random() < 0.2 ? ", The" : ""} (${year})`;
    if (used.has(name)) continue;
    used.add(name);
    found.push(name);
  }
  return ["#na#", ...found];
}

export interface Epoch {
  epoch: number;
  train_loss: number;
  valid_loss: number | null;
  rmse: number | null;
  seconds: number;
  lr: number;
}

const TRAIN = [0.9312, 0.8391, 0.7214, 0.5867, 0.4931];
const VALID = [0.9388, 0.8731, 0.8402, 0.8231, 0.8236];

export function history(epochs: number): Epoch[] {
  return Array.from({ length: epochs }, (_, i) => {
    const late = Math.max(0, i - 4);
    const valid = (VALID[Math.min(i, 4)] ?? 0) + 0.012 * late;
    return {
      epoch: i + 1,
      train_loss: (TRAIN[Math.min(i, 4)] ?? 0) - 0.03 * late,
      valid_loss: valid,
      rmse: Math.sqrt(valid),
      seconds: 8.2 + 0.3 * (i % 3),
      lr: 5e-3 * (1 - i / (epochs + 1)),
    };
  });
}

/** Loss of single batches up to `end` epochs, as float32 pairs. */
export function batchLoss(end: number, points = 1200, seed = 3): Float32Array {
  const random = generator(seed);
  const n = Math.max(0, Math.floor((points * end) / 5));
  const pairs = new Float32Array(2 * n);
  for (let i = 0; i < n; i++) {
    const x = ((i + 1) / n) * end;
    const level = 0.47 + 0.75 * Math.exp(-x / 3.4) + 0.9 * Math.exp(-x / 0.06);
    pairs[2 * i] = x;
    pairs[2 * i + 1] = level * (1 + 0.13 * normal(random));
  }
  return pairs;
}

/** Two trainings of before, the first with less weight decay, and the present one. */
export function runState(): Record<string, unknown> {
  const past = [1, 2].map((run) => {
    const valid = history(5).flatMap((row) => [row.epoch, (row.valid_loss ?? 0) + 0.06 / run]);
    return { run, train: batchLoss(5, 300, run), valid: Float32Array.from(valid) };
  });
  const name = (run: number) => `run ${run}: wd ${[0.01, 0.05, 0.1][run - 1]}`;
  const row = { epochs: 5, seconds: 42, bs: 64, valid_loss: 0.8531, best_epoch: 4 };
  return {
    runs: [
      ...past.map(({ run, train, valid }) => ({
        ...row,
        run,
        name: name(run),
        present: false,
        points: [train.length / 2, valid.length / 2],
      })),
      { ...row, run: 3, name: name(3), present: true, valid_loss: 0.8231, points: [0, 0] },
    ],
    _run_curves: view(Float32Array.from(past.flatMap(({ train, valid }) => [...train, ...valid]))),
  };
}
/** The state of a LearnerStore in the given status. */
export function storeState(status = "ready"): Record<string, unknown> {
  const random = generator(7);
  const names = titles(random);
  const n = names.length;
  const counts = new Int32Array(n);
  const means = new Float32Array(n).fill(Number.NaN);
  const trained = new Uint8Array(n);
  const bias = new Float32Array(n);
  const scores = new Float32Array(n * AXES);
  for (let row = 1; row < n; row++) {
    const known = KNOWN[row - 1];
    counts[row] = known ? known[1] : Math.max(1, Math.round(420 * random() ** 5));
    const quality = known ? (known[2] - 3.4) * 0.75 : normal(random) * 0.45;
    const shrink = counts[row] / (counts[row] + 25);
    means[row] = known
      ? known[2]
      : Math.min(5, Math.max(1, 3.2 + quality + normal(random) / Math.sqrt(counts[row])));
    trained[row] = counts[row] > 1 || random() > 0.25 ? 1 : 0;
    bias[row] = 0.12 + 0.55 * quality * shrink;
    const popularity = Math.log(counts[row]) / 6;
    for (let axis = 0; axis < AXES; axis++) {
      const spread = [0.9, 0.7, 0.55, 0.4, 0.3, 0.25][axis];
      const pull = axis === 0 ? 1.4 * (popularity - 0.5) : 0;
      scores[row * AXES + axis] = trained[row] ? shrink * (pull + spread * normal(random)) : Number.NaN;
    }
  }
  scores.fill(Number.NaN, 0, AXES);
  const userNames = ["#na#", ...Array.from({ length: N_USERS }, (_, i) => String(i + 1))];
  const userCounts = Int32Array.from(userNames, (_, i) => (i ? 20 + Math.round(500 * random() ** 4) : 0));
  const userMeans = Float32Array.from(userNames, (_, i) => (i ? 3.5 + 0.45 * normal(random) : Number.NaN));
  const userBias = Float32Array.from(userNames, (_, i) => (i ? 0.4 * normal(random) : 0));

  const epochs = status === "untrained" ? 0 : status === "ready" ? 5 : status === "diverged" ? 0 : 2;
  const epoch =
    { untrained: 0, ready: 5, training: 2.6, paused: 2.4, stopped: 2.4, diverged: 0, error: 2 }[status] ?? 5;
  const fresh = status === "untrained" || status === "diverged";
  return {
    _item_names: view(encodeText(names)),
    _item_counts: view(counts),
    _item_means: view(means),
    _item_known: view(trained),
    _user_names: view(encodeText(userNames)),
    _user_counts: view(userCounts),
    _user_means: view(userMeans),
    _user_known: view(Uint8Array.from(userNames, (_, i) => (i ? 1 : 0))),
    data: {
      dataset: "MovieLens 100K",
      n_users: N_USERS,
      n_items: N_ITEMS,
      n_ratings: 100_000,
      n_train: 80_000,
      n_valid: 20_000,
      n_never_trained: trained.reduce((sum, yes, row) => sum + (row && !yes ? 1 : 0), 0),
      default_min_count: 20,
      user_name: "user",
      item_name: "title",
      item_features: "",
      y_range: [0, 5.5],
      rating_mean: 3.53,
      rating_min: 1,
      rating_max: 5,
      loss_name: "MSE",
      baseline: 1.267,
      cannot_train: "",
      model: "EmbeddingDotBias",
      n_factors: 50,
      can_remake: true,
      can_resize: true,
      n_members: 1,
      settings: SETTINGS as SettingFacts[],
      has_user_factors: true,
      has_factors: true,
      version: "0.1.0",
    },
    status,
    message:
      status === "diverged"
        ? "Loss became NaN at epoch 1, step 212; the weights are those before that epoch. " +
          "In a trial on fresh weights learning rate 0.0015 lowered it."
        : status === "error"
          ? "CUDA ran out of memory."
          : "",
    error_detail:
      status === "error"
        ? 'Traceback (most recent call last):\n  File "trainer.py", line 90\nRuntimeError: out of memory'
        : "",
    suggested_lr: status === "diverged" ? 1.5e-3 : null,
    epoch,
    progress: epoch / 5,
    step: Math.round(epoch * 1250),
    n_steps: 6250,
    eta_seconds: status === "training" ? 14.2 : null,
    elapsed_seconds: epoch ? 8.3 * epoch : null,
    history: history(epochs),
    best_epoch: epochs ? Math.min(4, epochs) : null,
    overfit_since: null,
    run: 1,
    _batch_loss: view(batchLoss(epoch)),
    runs: [],
    _run_curves: null,
    recipe: {
      epochs: 5,
      fit_epochs: 5,
      lr: 5e-3,
      wd: 0.1,
      schedule: "one_cycle",
      bs: 64,
      seed: 42,
      patience: 0,
      keep_best: true,
      rescale: false,
      n_factors: 50,
    },
    rerun_progress: null,
    rerun_error: "",
    revision: fresh ? 0 : 5,
    picture_min_count: 20,
    frame_epochs: Array.from({ length: epochs }, (_, i) => i + 1),
    snapshot_epoch: status === "ready" ? Math.min(4, epoch) : epoch,
    _item_bias: view(bias),
    _user_bias: view(userBias),
    _item_spread: null,
    _user_spread: null,
    _scores: view(scores),
    map_m: AXES,
    explained_variance: [0.124, 0.081, 0.06, 0.041, 0.033, 0.028],
    noise_level: 0.02,
    axis_match: [0.98, 0.97, 0.91, 0.88, 0.8, 0.77],
    agreement: null,
    axis_correlations: {
      "1": { count: 0.62, mean: 0.48, year: -0.21 },
      "2": { count: 0.08, mean: -0.31, year: 0.44 },
      "3": { count: -0.12, mean: 0.22, year: 0.05 },
      "4": { count: 0.02, mean: 0.1, year: -0.09 },
      "5": { count: 0.05, mean: 0.02, year: 0.11 },
      "6": { count: 0, mean: 0.04, year: 0.02 },
    },
    correlation_counts: { count: 789, mean: 789, year: 789 },
    fit_count: counts.reduce((sum, count) => sum + (count >= 20 ? 1 : 0), 0),
    selection: [],
    primary: null,
    pinned: null,
    min_count: 20,
    hovered: null,
  };
}

const COMMON = {
  _store: "anywidget:store",
  height: null,
  theme: "auto",
  reduced_motion: "auto",
  controls: null,
  sync_hover: false,
  linked: true,
  selection: [],
  primary: null,
  pinned: null,
  min_count: 20,
  _visible: false,
  message: "",
  show_settings: false,
  show_export: false,
};

/** The own traits of each kind of view. */
export const VIEW_TRAITS: Record<string, Record<string, unknown>> = {
  TrainingPanel: {
    ...COMMON,
    epochs: 5,
    lr: 5e-3,
    weight_decay: 0.1,
    n_factors: 50,
    batch_size: 64,
    schedule: "one_cycle",
    seed: 42,
    patience: 0,
    keep_best: true,
    retrain_on_change: false,
    x_axis: "epoch",
    y_scale: "linear",
    smoothing: 0.6,
    visible_runs: [],
  },
  BiasTable: {
    ...COMMON,
    kind: "items",
    show: "both_ends",
    n: 5,
    sort_by: "bias",
    ascending: false,
    query: "",
    center: true,
    units: "logit",
    columns: null,
    rows_shown: 0,
  },
  PCAScatter: {
    ...COMMON,
    kind: "items",
    query: "",
    x: 1,
    y: 2,
    flip_x: false,
    flip_y: false,
    color_by: "bias",
    size_by: "count",
    n_labels: 25,
    label_by: "auto",
    fit_on: "min_count",
    top_n: 1000,
    _map: {},
    _columns: {},
    tool: "point",
    show_neighbors: false,
    k: 10,
    frame: -1,
    view_box: null,
    only: null,
    equal_aspect: true,
    show_cold: false,
  },
  NeighborSearch: {
    ...COMMON,
    query: "",
    item: null,
    items: [],
    k: 10,
    metric: "cosine",
    order: "nearest",
    average: null,
    neighbors: [],
    n_hidden: 0,
    n_runs: 0,
    weak_below: { count: 20, norm: 0.25 },
    answered: {},
    revision: 0,
  },
  Dashboard: { ...COMMON, title: "MovieLens 100K", layout: "full", _views: [] },
};

/** What a kernel would answer to questions about the map: neighbours in all six components, earlier epochs smaller. */
export function mapAnswer(
  name: string,
  args: Record<string, unknown>,
  state: Record<string, unknown>,
): { value: unknown; buffers: DataView[] } {
  const scores = float32(state._scores as DataView);
  const counts = int32(state._item_counts as DataView);
  const row = args.row as number;
  const at = (other: number, axis: number) => scores[other * AXES + axis];
  const axes = Array.from({ length: AXES }, (_, axis) => axis);
  const wobble = (epoch: number, axis: number) => (epoch / 5) * (1 + 0.2 * Math.sin(epoch * (axis + 2)));
  const then = (other: number, epoch: number) =>
    axes.map(
      (axis) => at(other, axis) * wobble(epoch, axis) + 0.3 * Math.sin(other * axis) * (1 - epoch / 5),
    );
  if (name === "neighbors") {
    const length = (other: number) => Math.hypot(...axes.map((axis) => at(other, axis)));
    const cosine = (other: number) =>
      axes.reduce((sum, axis) => sum + at(row, axis) * at(other, axis), 0) / (length(row) * length(other));
    const others = [...counts.keys()].filter(
      (other) => other && other !== row && Number.isFinite(at(other, 0)),
    );
    const near = others.sort((a, b) => cosine(b) - cosine(a));
    const k = args.k as number;
    const passes = (other: number) => counts[other] >= (args.min_count as number);
    const hidden = near.slice(0, k).filter((other) => !passes(other)).length;
    const rows = near.filter(passes).slice(0, k);
    return { value: { rows, hidden, revision: (state.picture as Picture).revision }, buffers: [] };
  }
  const frame = [...counts.keys()].flatMap((other) => then(other, args.epoch as number));
  const map: MapFacts = {
    m: AXES,
    explained_variance: [0.09, 0.07, 0.05, 0.04, 0.03, 0.02],
    noise_level: 0.02,
    axis_match: null,
    agreement: null,
    axis_correlations: {},
    correlation_counts: {},
    fit_count: 789,
  };
  const value: OtherMap = { map, revision: 1, fit_on: "min_count" };
  return { value, buffers: [view(Float32Array.from(frame))] };
}

export interface Question {
  item: number | null;
  items: number[];
  k: number;
  metric: string;
  order: string;
  average: string | null;
  pinned: number | null;
}

/**
 * A plausible answer of the kernel to "what is near these titles?", nothing where one was never trained; another `turn`
 * brings another order.
 */
export function neighborsOf(question: Question, turn: number, trained: Uint8Array): Record<string, unknown> {
  const { item, items, k, pinned } = question;
  const anchors = [...(item === null ? [] : [item]), ...items];
  const answer = { n_hidden: 3, answered: question, revision: 5 + turn };
  if (!anchors.length || anchors.some((row) => !trained[row]))
    return { ...answer, neighbors: [], n_hidden: 0 };
  const random = generator(anchors.reduce((sum, row) => sum + row, 1) + turn);
  const rows = KNOWN.map((_, index) => index + 1).filter((row) => !anchors.includes(row));
  const neighbors = Array.from({ length: Math.min(k, rows.length) }, (_, rank) => {
    const [row] = rows.splice(Math.floor(random() * rows.length), 1);
    const [title, count] = KNOWN[row - 1];
    return {
      item: row,
      title,
      score: 0.71 - 0.03 * rank - 0.02 * random(),
      count,
      n_common: Math.round(count * 0.6 * random()),
      norm: 0.4 + random(),
      weak: count < 30,
      ...(pinned === null ? {} : { to_pinned: 0.6 * random() }),
    };
  });
  return { ...answer, neighbors };
}
