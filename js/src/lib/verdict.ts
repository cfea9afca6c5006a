// What the losses of a fit say against it, where there is evidence; nothing from few ratings.
import type { Data, EpochRow } from "../protocol";
import type { Status } from "../store";
import { formatLoss } from "./format";

/** Validation ratings from which a verdict is given: of fewer, the loss itself is half chance. */
const FEWEST = 100;
/** By heart: the training loss is below this share of the validation loss. */
const WELL_BELOW = 0.9;

type Facts = Pick<Data, "n_valid" | "baseline" | "y_range" | "rating_min" | "rating_max">;

/** A sentence for the panel, or null. `risenSince` is the epoch after the best, where validation has risen since. */
export function verdict(
  history: readonly EpochRow[],
  risenSince: number | null,
  facts: Facts,
  status: Status,
): string | null {
  const { n_valid, baseline, y_range, rating_min, rating_max } = facts;
  const last = history.at(-1);
  if (!last || baseline === null || n_valid < FEWEST) return null;
  const { train_loss, valid_loss } = last;
  if (risenSince !== null && train_loss !== null && valid_loss !== null) {
    const since = `Validation loss has been above its best since epoch ${risenSince}`;
    return train_loss < WELL_BELOW * valid_loss && train_loss < baseline
      ? `${since}: the model learns the training ratings by heart. More weight decay or an early stop helps.`
      : `${since}.`;
  }
  const best = Math.min(...history.map((row) => row.valid_loss ?? Number.POSITIVE_INFINITY));
  if (status === "training" || status === "diverged" || !Number.isFinite(best) || best <= baseline)
    return null;
  const reached = !y_range || (y_range[0] <= rating_min && rating_max <= y_range[1]);
  const cause = reached
    ? "Try another learning rate, or more epochs."
    : `Predictions stay within y_range (${y_range?.join(", ")}), and ratings go from ${rating_min} to ${rating_max}.`;
  return `Worse than predicting the mean: ${formatLoss(best)}, the mean’s ${formatLoss(baseline)}. ${cause}`;
}
