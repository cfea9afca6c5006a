// Generated from collabwidgets/widgets/protocol.py by `make protocol`; do not edit.

/** What the bytes of the binary traits hold. */
export const ARRAYS = {
  /** [n_items + 1]: names of the items, row 0 '#na#'. */
  _item_names: "text",
  /** [n_items + 1]: ratings of each item. */
  _item_counts: "int32",
  /** [n_items + 1]: mean rating of each item. */
  _item_means: "float32",
  /** [n_items + 1]: 1: has a training rating, 2: side columns alone, 0: neither. */
  _item_known: "uint8",
  /** [n_users + 1]: names of the users, row 0 '#na#'. */
  _user_names: "text",
  /** [n_users + 1]: ratings of each user. */
  _user_counts: "int32",
  /** [n_users + 1]: mean rating of each user. */
  _user_means: "float32",
  /** [n_users + 1]: 1: has a training rating, 2: side columns alone, 0: neither. */
  _user_known: "uint8",
  /** [n_items + 1]: biases; empty where the model has none. */
  _item_bias: "float32",
  /** [n_users + 1]: biases; empty where the model has none. */
  _user_bias: "float32",
  /** [n_items + 1, 3]: over reruns: `bias_moves`; empty without. */
  _item_spread: "float32",
  /** [n_users + 1, 3]: over reruns: `bias_moves`; empty without. */
  _user_spread: "float32",
  /** [n_items + 1, m]: components of the map; NaN where an item is not shown. */
  _scores: "float32",
  /** [n_items + 1, m]: of a view: components of a map of its own. */
  _map_scores: "float32",
  /** [n, 2]: epoch and loss of single batches, thinned. */
  _batch_loss: "float32",
  /** [n, 2]: batch and validation losses of the earlier runs, one after the other. */
  _run_curves: "float32",
} as const;

/**
 * Status and progress of the training; small, as it is sent several times a second.
 *
 *     ``rerun_progress``: 0 to 1 while reruns train, else None; ``rerun_error``: the error that ended them, else empty.
 */
export interface Status {
  status: "diverged" | "error" | "paused" | "ready" | "stopped" | "training" | "untrained";
  message: string;
  error_detail: string;
  suggested_lr: number | null;
  epoch: number;
  progress: number;
  step: number;
  n_steps: number;
  eta_seconds: number | null;
  elapsed_seconds: number;
  rerun_progress: number | null;
  rerun_error: string;
  recipe: RecipeFacts;
}
/**
 * Settings of the last or running fit, and the number of factors; 0 where the model has none.
 *
 *     ``epochs`` are those that the next fit will have, ``fit_epochs`` those of the last or running one.
 */
export interface RecipeFacts {
  fit_epochs: number;
  epochs: number;
  lr: number;
  wd: number;
  schedule: "constant" | "one_cycle";
  bs: number;
  seed: number;
  patience: number;
  keep_best: boolean;
  rescale: boolean;
  n_factors: number;
}
/** The data set and the model; sent once, and again when a reset has changed the model. */
export interface Data {
  dataset: string;
  n_users: number;
  n_items: number;
  n_ratings: number;
  n_train: number;
  n_valid: number;
  n_never_trained: number;
  default_min_count: number;
  user_name: string;
  item_name: string;
  item_features: string;
  rating_mean: number;
  rating_min: number;
  rating_max: number;
  loss_name: string;
  baseline: number | null;
  cannot_train: string;
  settings: SettingFacts[];
  version: string;
  y_range: number[] | null;
  model: string;
  n_factors: number;
  n_members: number;
  can_remake: boolean;
  can_resize: boolean;
  has_factors: boolean;
  has_user_factors: boolean;
}
/** One setting as the panel shows it, see `training.recipe.Setting`. */
export interface SettingFacts {
  name: string;
  label: string;
  help: string;
  low: number;
  high: number;
  choices: string[];
  usual: string[];
  step: number;
  at_rest: boolean;
  trait: string;
  kind: "choice" | "number" | "switch" | "whole";
}
/**
 * What training has come to: history, runs and map; sent at an epoch's end, and in between while somebody looks.
 *
 *     ``map`` is None where there are no factors, or so few titles that there are no axes.
 */
export interface Picture {
  run: number;
  history: EpochRow[];
  best_epoch: number | null;
  overfit_since: number | null;
  frame_epochs: number[];
  runs: RunRow[];
  revision: number;
  epoch: number;
  min_count: number;
  map: MapFacts | null;
}
/** One epoch, see `training.history.EpochRecord`; ``metrics`` by their names. */
export interface EpochRow {
  epoch: number;
  train_loss: number | null;
  valid_loss: number | null;
  rmse: number | null;
  seconds: number;
  lr: number;
  metrics?: Record<string, number | null>;
}
/** One run; ``points`` are the lengths of its two curves in ``_run_curves``, 0 for the present run. */
export interface RunRow {
  run: number;
  name: string;
  present: boolean;
  epochs: number;
  valid_loss: number | null;
  best_epoch: number | null;
  seconds: number | null;
  bs: number;
  points: number[];
}
/**
 * A fitted map without its scores: ``m`` components and the share of the variance, 0 to 1, that each explains.
 *
 *     ``agreement``: how well each component comes back in reruns, None without them. ``correlation_counts``: for each
 *     correlated quantity, the number of titles with a value.
 */
export interface MapFacts {
  m: number;
  explained_variance: number[];
  noise_level: number;
  axis_match: number[] | null;
  agreement: number[] | null;
  axis_correlations: Record<string, Record<string, number>>;
  correlation_counts: Record<string, number>;
  fit_count: number;
}
/** A map that is not the store's: of one view, or of an earlier epoch. ``fit_on`` as of `PCAScatter`. */
export interface OtherMap {
  map: MapFacts;
  revision: number;
  fit_on: string;
}
/**
 * A page is there; ``visible``: somebody may look at a view.
 *
 *     ``drawn``: the number of the last points message on its screen. ``anew``: it needs the whole batch curve.
 */
export interface Beat {
  kind: "beat";
  client: string;
  visible: boolean;
  drawn?: number;
  anew?: boolean;
}
/** A command or question that waits for the `Answer` of the same id. */
export interface Ask {
  kind: "command";
  id: string;
  call: Train | Retrain | StepEpoch | Reset | AskCode | AskNeighbors | AskFrame | Plain;
}
/** Start a fit. */
export interface Train extends FitSettings {
  name: "train";
  epochs?: number | null;
}
/** Settings of a fit; null leaves one to the learner. */
export interface FitSettings {
  lr?: number | null;
  wd?: number | null;
  n_factors?: number | null;
  schedule?: ("constant" | "one_cycle") | null;
  bs?: number | null;
  seed?: number | null;
  patience?: number | null;
  keep_best?: boolean | null;
}
/** Train fresh weights. */
export interface Retrain extends FitSettings {
  name: "retrain";
  epochs?: number | null;
}
/** Train one epoch. */
export interface StepEpoch extends FitSettings {
  name: "step_epoch";
}
export interface Reset {
  name: "reset";
  seed?: number | null;
  n_factors?: number | null;
}
/** The Python of a view; answered by a str. */
export interface AskCode {
  name: "code";
  view: string;
}
/** The nearest titles, or users, in all dimensions; answered by `Neighbors`. */
export interface AskNeighbors {
  name: "neighbors";
  row: number;
  k: number;
  min_count: number;
  kind?: "items" | "users";
}
/** A view's map at the end of an earlier epoch; answered by `OtherMap`, the scores in a buffer. */
export interface AskFrame {
  name: "frame";
  view: string;
  epoch: number;
}
/** A command without settings. */
export interface Plain {
  name: "pause" | "resume" | "stop" | "rerun" | "cancel_rerun" | "ping";
}
/** Rows of the nearest titles, how many nearer ones the filter hides, and the revision they are of. */
export interface Neighbors {
  rows: number[];
  hidden: number;
  revision: number;
}
/** The result of a call: a value, or a sentence that says why it was refused. */
export interface Answer {
  kind: "answer";
  id: string;
  ok: boolean;
  value?: Record<string, unknown>;
  error?: string;
}
/** Batch losses float32 [n, 2] in a buffer, to be appended, or with ``reset`` to begin with. */
export interface Points {
  kind: "points";
  seq: number;
  run: number;
  reset: boolean;
}
