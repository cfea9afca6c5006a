// What a screen reader is told of the training: by one view of a page, however many there are.
import type { EpochRow } from "../protocol";
import type { MountedView } from "../store";
import { epochAnnouncement, type Situation, sentence } from "./wording";

/** The view that speaks for all: the training panel, else the first. */
export const speaker = (views: readonly MountedView[]): MountedView | undefined =>
  views.find(({ kind }) => kind === "TrainingPanel") ?? views[0];

/** The last epoch, or what has become of the training: each change is one message. */
export function trainingAnnouncement(state: Situation, history: readonly EpochRow[]): string {
  const said = state.connection !== "connected" ? sentence(state) : null;
  if (said) return said.text;
  const epoch = epochAnnouncement(history, state.epochs);
  switch (state.status) {
    case "untrained":
      return "";
    case "training": {
      // The epochs of an earlier fit have been said.
      const before = state.epoch - state.progress * state.epochs;
      return (history.at(-1)?.epoch ?? 0) > before + 0.1 ? epoch : "Training.";
    }
    case "ready":
      return [epoch, sentence(state)?.text].filter(Boolean).join(" ");
    default:
      return sentence(state)?.text ?? "";
  }
}
