// The sentences of every state, in one place, so that all widgets say the same.

import { least } from "d3-array";
import type { EpochRow } from "../protocol";
import type { Connection, LearnerStore, MountedView } from "../store";
import { clamp } from "./clamp";
import { formatClock, formatNumber } from "./format";
import type { SearchedSide } from "./search";

/** Where the training is, as far as the sentences go by it. */
export const situation = (store: LearnerStore) => ({
  status: store.status.value,
  connection: store.connection.value,
  epoch: store.epoch.value,
  /** The epoch of the weights that are shown: an earlier one's may have been put back. */
  shownEpoch: store.snapshotEpoch.value,
  /** Of the current fit, and how far it is, 0 to 1. */
  epochs: store.recipe.value.fit_epochs,
  progress: store.progress.value,
  message: store.message.value,
  bestEpoch: store.best_epoch.value,
  elapsed: store.elapsed_seconds.value,
  keepBest: store.recipe.value.keep_best,
  lastEpoch: store.history.value.at(-1)?.epoch ?? 0,
});

export type Situation = ReturnType<typeof situation>;

export type Tone = "quiet" | "live" | "good" | "warn" | "bad";

export interface Said {
  tone: Tone;
  text: string;
}

export const RANDOM: Said = { tone: "quiet", text: "Random weights. Press Train." };

/** The few words in a widget's corner. */
export function badge({ status, connection, epoch, shownEpoch, epochs, progress }: Situation): Said {
  if (connection === "disconnected") return { tone: "warn", text: "not connected" };
  switch (status) {
    case "training":
      return {
        tone: "live",
        text: epochs > 0 ? `${runningEpoch({ epoch, epochs, progress })} · live` : "live",
      };
    case "paused":
      return { tone: "warn", text: `paused at epoch ${epochText(epoch)}` };
    case "ready":
      if (shownEpoch > 0 && shownEpoch < epoch) {
        return { tone: "good", text: `ready · epoch ${epochText(shownEpoch)} of ${epochText(epoch)}` };
      }
      return { tone: "good", text: epoch > 0 ? `ready · ${epochsText(epoch)}` : "ready" };
    case "stopped":
      return { tone: "quiet", text: `stopped at epoch ${epochText(epoch)}` };
    case "diverged":
      return { tone: "bad", text: "diverged" };
    case "error":
      return { tone: "bad", text: "error" };
    default:
      return { tone: "quiet", text: "untrained" };
  }
}

/** Why no button of the panel can do anything; null if they can. */
export const whyNoTraining = (connection: Connection, cannotTrain: string): string | null =>
  connection === "disconnected" ? "Not connected to the kernel" : cannotTrain || null;

type Place = Pick<Situation, "epoch" | "epochs" | "progress">;

/** Epochs of the fits before this one, on the same weights. */
export const epochsBefore = ({ epoch, epochs, progress }: Place): number =>
  Math.max(0, Math.round(epoch - progress * epochs));

/** "epoch 3 of 5"; after other fits "epoch 3 of 5 of this fit, 8 in all". Epochs are counted from 1. */
export const epochWords = (current: number, epochs: number, before: number): string =>
  `epoch ${epochText(current)} of ${epochs}${before > 0 ? ` of this fit, ${epochText(before + current)} in all` : ""}`;

/** The epoch under way. */
export const runningEpoch = (place: Place): string =>
  epochWords(currentEpoch(place.progress, place.epochs), place.epochs, epochsBefore(place));

/** The epoch under way in this fit, from 1. */
export const currentEpoch = (progress: number, epochs: number): number =>
  clamp(Math.floor(progress * epochs + 1e-6) + 1, 1, epochs);

/** To a tenth, and whole where it is: 3.4, 168. */
const epochText = (epoch: number) => String(Math.round(10 * epoch) / 10);

export const epochsText = (epoch: number) => `${epochText(epoch)} ${epoch === 1 ? "epoch" : "epochs"}`;

/** What of a view needs no kernel, by the view's name. */
const STILL: Readonly<Record<string, string>> = {
  "Bias ranking": "; sorting and search still work",
  "Map of titles": "; axes, zoom and selection still work",
};
export const BUSY =
  "No answer from Python: it is busy, such as in a cell, or gone. To stop now use the kernel\u2019s stop button.";

/** The sentence under the head of a widget of that name, or null where there is nothing to say. */
export function sentence(situation: Situation, view = ""): Said | null {
  const { status, connection, epoch, message, bestEpoch, elapsed, lastEpoch, keepBest } = situation;
  if (connection === "disconnected") {
    return { tone: "warn", text: `Not connected. Showing the last state${STILL[view] ?? ""}.` };
  }
  if (connection === "busy") return { tone: "warn", text: BUSY };
  switch (status) {
    case "untrained":
      return message ? { tone: "quiet", text: message } : RANDOM;
    case "paused":
      return { tone: "quiet", text: message || `Paused at epoch ${epochText(epoch)}; weights kept.` };
    case "stopped":
      return { tone: "quiet", text: message || `Stopped at epoch ${epochText(epoch)}; weights kept.` };
    case "ready": {
      if (message) return { tone: "quiet", text: message };
      if (bestEpoch === null) return null;
      const time = elapsed === null ? "Done." : `Done in ${formatClock(elapsed)}.`;
      if (bestEpoch === lastEpoch) return { tone: "quiet", text: `${time} The last epoch was the best.` };
      const best = keepBest
        ? `Loaded weights of best epoch (${bestEpoch}).`
        : `Epoch ${bestEpoch} was the best.`;
      return { tone: "quiet", text: `${time} ${best}` };
    }
    case "diverged":
      return { tone: "bad", text: message || "The loss became NaN." };
    case "error":
      return { tone: "bad", text: message || "Training ended with an error." };
    default:
      return null;
  }
}

/** Beside the switch "Retrain on change": what it will cost, before it has cost anything. */
export function retrainHint(on: boolean, trained: boolean): string {
  if (!on) return "While on, each changed setting forgets the weights and trains new ones.";
  if (!trained) return "The next change trains at once, from fresh weights.";
  return "The next change forgets these weights and trains new ones; until then nothing is lost.";
}

/** What a screen reader is told, once an epoch. */
export function epochAnnouncement(history: readonly EpochRow[], epochs: number, before: number): string {
  const last = history.at(-1);
  if (!last) return "";
  const current = last.epoch - before;
  const known = current >= 1 && current <= epochs;
  const head = known ? `E${epochWords(current, epochs, before).slice(1)}.` : `Epoch ${last.epoch}.`;
  if (last.valid_loss === null) return `${head} Training loss ${formatNumber(last.train_loss, 3)}.`;
  const valid = last.valid_loss;
  const best = history.every((row) => row === last || row.valid_loss === null || valid < row.valid_loss);
  const how = history.length > 1 && best ? ", best so far" : "";
  return `${head} Validation loss ${formatNumber(valid, 3)}${how}.`;
}

/** In the head of a view, where several models are averaged: whose findings these are. */
export function membersNote(members: number, averaged: boolean): string {
  if (!(members > 1)) return "";
  return averaged ? `${members} members, averaged` : `member 1 of ${members}`;
}

/** Beside the chart: which of its shapes is a warning, and what no shape can say. */
export const GAP = "A gap is normal; rising validation is the sign.";
export const NOT_IN_THE_LOSS =
  "The model has seen the training ratings, so their loss is lower. The loss is not the quality of a ranking, and " +
  "one run is not the truth: another seed ends elsewhere.";

/** The loss chart in words. */
export function chartSummary(history: readonly EpochRow[]): string {
  if (!history.length) return "No epoch yet.";
  const epochs = history.length === 1 ? "one epoch" : `${history.length} epochs`;
  const scored = history.filter((row) => row.valid_loss !== null);
  if (!scored.length) return `Training loss over ${epochs}.`;
  const best = least(scored, (row) => row.valid_loss as number) as EpochRow;
  return `Two curves over ${epochs}; validation lowest ${formatNumber(best.valid_loss, 3)} at epoch ${best.epoch}.`;
}

/** The view that speaks for all: the training panel, else the first. */
export const speaker = (views: readonly MountedView[]): MountedView | undefined =>
  views.find(({ kind }) => kind === "TrainingPanel") ?? views[0];

/** The last epoch, or what has become of the training: each change is one message. */
export function trainingAnnouncement(state: Situation, history: readonly EpochRow[]): string {
  const said = state.connection !== "connected" ? sentence(state) : null;
  if (said) return said.text;
  const before = epochsBefore(state);
  const epoch = epochAnnouncement(history, state.epochs, before);
  switch (state.status) {
    case "untrained":
      return "";
    case "training":
      // The epochs of an earlier fit have been said.
      return (history.at(-1)?.epoch ?? 0) > before ? epoch : "Training.";
    case "ready":
      return [epoch, sentence(state)?.text].filter(Boolean).join(" ");
    default:
      return sentence(state)?.text ?? "";
  }
}

/** "epoch 5 of 5 done in 00:41"; nothing before the first training. */
export function outcome({ status, epoch, epochs, progress, elapsed }: Situation): string {
  if (epoch <= 0) return "";
  const before = epochsBefore({ epoch, epochs, progress });
  const words: Record<string, string> = {
    ready: "done in",
    stopped: "stopped after",
    paused: "paused after",
  };
  const time = elapsed === null ? "" : `${words[status] ?? "after"} ${formatClock(elapsed)}`;
  return `${epochWords(progress * epochs, epochs, before)}${before ? "," : ""} ${time}`.trim();
}

/** What the rows of a view of items or users are called. */
export type One = "title" | "user";

/** By the trait `kind` of a view. */
export const oneOf = (kind: string): One => (kind === "users" ? "user" : "title");

/** "0 ratings" of a row that only its side columns tell of; null of another. */
export const unrated = ({ known, counts }: SearchedSide, row: number): string | null =>
  known[row] === 2 ? (counts[row] ? "no training rating" : "0 ratings") : null;

/** "0 ratings, from its year and genres", as Python's `Side.known_from` has it; null where ratings tell of a title. */
export function knownFrom({ items, data }: LearnerStore, row: number): string | null {
  const few = unrated(items.value, row);
  return few && `${few}, from its ${data.value.item_features}`;
}
