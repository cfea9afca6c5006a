// The number fields among a training's settings.
import type { Signal } from "@preact/signals";
import type { NumberFieldProps } from "../../components/fields";

/** The settings, each a trait of the panel. */
export interface Traits {
  epochs: Signal<number>;
  lr: Signal<number>;
  weight_decay: Signal<number>;
  n_factors: Signal<number>;
  batch_size: Signal<number>;
  seed: Signal<number>;
  patience: Signal<number>;
  schedule: Signal<"one_cycle" | "constant">;
  keep_best: Signal<boolean>;
  retrain_on_change: Signal<boolean>;
}

export interface Field {
  trait: "epochs" | "lr" | "weight_decay" | "n_factors" | "batch_size" | "seed" | "patience";
  /** Its name among the learner's limits. */
  setting: string;
  label: string;
  role?: NumberFieldProps["role"];
  step?: number;
  usual?: readonly string[];
  help: string;
}

export const FIELDS: readonly Field[] = [
  {
    trait: "epochs",
    setting: "epochs",
    label: "Epochs",
    help: "How often training goes through all ratings",
  },
  {
    trait: "lr",
    setting: "lr",
    label: "Learning rate",
    role: "textbox",
    usual: ["1e-4", "5e-4", "1e-3", "5e-3", "1e-2", "5e-2"],
    help: "The highest step size; numbers such as 5e-3",
  },
  {
    trait: "weight_decay",
    setting: "wd",
    label: "Weight decay",
    role: "textbox",
    usual: ["0", "0.01", "0.05", "0.1", "0.2", "0.5"],
    help: "How strongly factors and biases are pulled towards 0",
  },
  {
    trait: "n_factors",
    setting: "n_factors",
    label: "Factors",
    step: 5,
    help: "Numbers learnt about each user and each title",
  },
  {
    trait: "batch_size",
    setting: "bs",
    label: "Batch size",
    step: 32,
    help: "Ratings in one step",
  },
  {
    trait: "seed",
    setting: "seed",
    label: "Seed",
    help: "Of the first weights and of the order of batches; Reset draws new weights with it",
  },
  {
    trait: "patience",
    setting: "patience",
    label: "Early stop after",
    help: "Stop after this many epochs without a better validation loss; 0 never stops early",
  },
];
