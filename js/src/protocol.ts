// Generated from collabwidgets/widgets/protocol.py by `make protocol`; do not edit.

/** What the bytes of the store's binary traits hold. */
export const ARRAYS = {
  _item_names: {"dtype":"text","shape":"[n_items + 1]","of":"names of the items, row 0 '#na#'"},
  _item_counts: {"dtype":"int32","shape":"[n_items + 1]","of":"ratings of each item"},
  _item_means: {"dtype":"float32","shape":"[n_items + 1]","of":"mean rating of each item"},
  _item_trained: {"dtype":"uint8","shape":"[n_items + 1]","of":"1 where an item has a training rating"},
  _user_names: {"dtype":"text","shape":"[n_users + 1]","of":"names of the users, row 0 '#na#'"},
  _user_counts: {"dtype":"int32","shape":"[n_users + 1]","of":"ratings of each user"},
  _user_means: {"dtype":"float32","shape":"[n_users + 1]","of":"mean rating of each user"},
  _user_trained: {"dtype":"uint8","shape":"[n_users + 1]","of":"1 where a user has a training rating"},
  _item_bias: {"dtype":"float32","shape":"[n_items + 1]","of":"biases; empty where the model has none"},
  _user_bias: {"dtype":"float32","shape":"[n_users + 1]","of":"biases; empty where the model has none"},
  _scores: {"dtype":"float32","shape":"[n_items + 1, m]","of":"components of the map; NaN where an item is not shown"},
  _map_scores: {"dtype":"float32","shape":"[n_items + 1, m]","of":"of a view: components of a map of its own"},
  _batch_loss: {"dtype":"float32","shape":"[n, 2]","of":"epoch and loss of single batches, thinned"},
  _run_curves: {"dtype":"float32","shape":"[n, 2]","of":"batch and validation losses of the earlier runs, one after the other"},
} as const;

/** The settings as the present package has them; a page reads those that it is sent. */
export const SETTINGS: readonly SettingFacts[] = [
  {
    "name": "epochs",
    "label": "Epochs",
    "help": "How often training goes through all ratings",
    "kind": "whole",
    "low": 1,
    "high": 1000,
    "choices": [],
    "usual": [],
    "step": 1,
    "at_rest": true,
    "trait": "epochs"
  },
  {
    "name": "lr",
    "label": "Learning rate",
    "help": "The highest step size; numbers such as 5e-3",
    "kind": "number",
    "low": 1e-8,
    "high": 10,
    "choices": [],
    "usual": [
      "1e-4",
      "5e-4",
      "1e-3",
      "5e-3",
      "1e-2",
      "5e-2"
    ],
    "step": 1,
    "at_rest": true,
    "trait": "lr"
  },
  {
    "name": "wd",
    "label": "Weight decay",
    "help": "How strongly factors and biases are pulled towards 0",
    "kind": "number",
    "low": 0,
    "high": 100,
    "choices": [],
    "usual": [
      "0",
      "0.01",
      "0.05",
      "0.1",
      "0.2",
      "0.5"
    ],
    "step": 1,
    "at_rest": true,
    "trait": "weight_decay"
  },
  {
    "name": "n_factors",
    "label": "Factors",
    "help": "Numbers learnt about each user and each title",
    "kind": "whole",
    "low": 1,
    "high": 1024,
    "choices": [],
    "usual": [],
    "step": 5,
    "at_rest": false,
    "trait": "n_factors"
  },
  {
    "name": "schedule",
    "label": "Schedule",
    "help": "one-cycle: the learning rate rises, then falls; constant: it stays",
    "kind": "choice",
    "low": 0,
    "high": 1,
    "choices": [
      "one_cycle",
      "constant"
    ],
    "usual": [],
    "step": 1,
    "at_rest": false,
    "trait": "schedule"
  },
  {
    "name": "bs",
    "label": "Batch size",
    "help": "Ratings in one step",
    "kind": "whole",
    "low": 1,
    "high": 1048576,
    "choices": [],
    "usual": [],
    "step": 32,
    "at_rest": false,
    "trait": "batch_size"
  },
  {
    "name": "seed",
    "label": "Seed",
    "help": "Of the first weights and of the order of batches; Reset draws new weights with it",
    "kind": "whole",
    "low": 0,
    "high": 4294967295,
    "choices": [],
    "usual": [],
    "step": 1,
    "at_rest": false,
    "trait": "seed"
  },
  {
    "name": "patience",
    "label": "Early stop after",
    "help": "Stop after this many epochs without a better validation loss; 0 never stops early",
    "kind": "whole",
    "low": 0,
    "high": 1000,
    "choices": [],
    "usual": [],
    "step": 1,
    "at_rest": false,
    "trait": "patience"
  },
  {
    "name": "keep_best",
    "label": "Keep best weights",
    "help": "At the end, go back to the epoch with the lowest validation loss",
    "kind": "switch",
    "low": 0,
    "high": 1,
    "choices": [],
    "usual": [],
    "step": 1,
    "at_rest": false,
    "trait": "keep_best"
  }
];

/**
 * Where the training is: small, sent several times a second.
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
  engine: string;
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
/**
 * The data set and the model; sent once, and again when a reset has changed the model.
 */
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
  rating_name: string;
  rating_mean: number;
  rating_min: number;
  rating_max: number;
  loss_name: string;
  baseline: number | null;
  cannot_train: string;
  settings: SettingFacts[];
  version: string;
  y_range: number[] | null;
  seed: number;
  model: string;
  n_factors: number;
  n_members: number;
  can_remake: boolean;
  can_resize: boolean;
  has_bias: boolean;
  has_factors: boolean;
}
/**
 * One setting as the panel shows it, see `training.setting.Setting`.
 */
export interface SettingFacts {
  name: string;
  label: string;
  help: string;
  kind: "choice" | "number" | "switch" | "whole";
  low: number;
  high: number;
  choices: string[];
  usual: string[];
  step: number;
  at_rest: boolean;
  trait: string;
}
/**
 * What training has come to: history, runs and map; sent at an epoch's end, and in between while somebody looks.
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
  map: MapFacts;
}
/**
 * One epoch, see `training.history.EpochRecord`.
 */
export interface EpochRow {
  epoch: number;
  train_loss: number | null;
  valid_loss: number | null;
  rmse: number | null;
  seconds: number;
  lr: number;
}
/**
 * One run; ``points`` are the lengths of its two curves in ``_run_curves``, 0 for the present run.
 */
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
 * A fitted map, beside its scores; ``m`` components, their share of the variance 0 to 1.
 */
export interface MapFacts {
  m: number;
  explained_variance: number[];
  noise_level: number;
  axis_match: number[] | null;
  axis_correlations: {
    [k: string]: {
      [k: string]: number;
    };
  };
  fit_count: number;
}
/**
 * A map that is not the store's: of one view, or of an earlier epoch. ``fit_on`` as of `PCAScatter`.
 */
export interface OtherMap {
  map: MapFacts;
  revision: number;
  fit_on: string;
}
/**
 * A page is there; it is sent the whole batch curve.
 */
export interface Hello {
  kind: "hello";
  client: string;
}
/**
 * A page is still there; ``visible``: somebody may look at a view.
 */
export interface Beat {
  kind: "beat";
  client: string;
  visible: boolean;
}
/**
 * The points message ``seq`` is on the screen.
 */
export interface Drawn {
  kind: "drawn";
  client: string;
  seq: number;
}
/**
 * A command or question that waits for the `Answer` of the same id.
 */
export interface Ask {
  kind: "command";
  id: string;
  call: Train | Retrain | StepEpoch | Reset | Pause | Resume | Stop | AskCode | AskNeighbors | AskFrame;
}
/**
 * Start a fit.
 */
export interface Train {
  name: "train";
  epochs?: number | null;
  lr?: number | null;
  wd?: number | null;
  n_factors?: number | null;
  schedule?: ("constant" | "one_cycle") | null;
  bs?: number | null;
  seed?: number | null;
  patience?: number | null;
  keep_best?: boolean | null;
}
/**
 * Train fresh weights.
 */
export interface Retrain {
  name: "retrain";
  epochs?: number | null;
  lr?: number | null;
  wd?: number | null;
  n_factors?: number | null;
  schedule?: ("constant" | "one_cycle") | null;
  bs?: number | null;
  seed?: number | null;
  patience?: number | null;
  keep_best?: boolean | null;
}
/**
 * Train one epoch.
 */
export interface StepEpoch {
  name: "step_epoch";
  lr?: number | null;
  wd?: number | null;
  n_factors?: number | null;
  schedule?: ("constant" | "one_cycle") | null;
  bs?: number | null;
  seed?: number | null;
  patience?: number | null;
  keep_best?: boolean | null;
}
export interface Reset {
  name: "reset";
  seed?: number | null;
  n_factors?: number | null;
}
export interface Pause {
  name: "pause";
}
export interface Resume {
  name: "resume";
}
export interface Stop {
  name: "stop";
}
/**
 * The Python of a view; answered by a str.
 */
export interface AskCode {
  name: "code";
  view: string;
}
/**
 * The nearest titles in all dimensions; answered by `Neighbors`.
 */
export interface AskNeighbors {
  name: "neighbors";
  row: number;
  k: number;
  min_count: number;
}
/**
 * A view's map at the end of an earlier epoch; answered by `OtherMap`, the scores in a buffer.
 */
export interface AskFrame {
  name: "frame";
  view: string;
  epoch: number;
}
/**
 * Rows of the nearest titles, how many nearer ones the filter hides, and the revision they are of.
 */
export interface Neighbors {
  rows: number[];
  hidden: number;
  revision: number;
}
/**
 * The result of a call: a value, or a sentence that says why it was refused.
 */
export interface Answer {
  kind: "answer";
  id: string;
  ok: boolean;
  value?: {
    [k: string]: unknown;
  };
  error?: string;
}
/**
 * Batch losses float32 [n, 2] in a buffer, to be appended, or with ``reset`` to begin with.
 */
export interface Points {
  kind: "points";
  seq: number;
  run: number;
  reset: boolean;
}
