// What has become of the last fit, in one clause.
import { formatClock, formatNumber } from "./format";
import type { Situation } from "./wording";

/** "epoch 5/5 done in 00:41"; nothing before the first training. */
export function outcome({ status, epoch, epochs, progress, elapsed }: Situation): string {
  if (epoch <= 0) return "";
  const done = progress * epochs;
  const of = epochs > 0 ? `epoch ${formatNumber(done, Number.isInteger(done) ? 0 : 1)}/${epochs}` : "";
  const words = { training: "after", paused: "paused after", ready: "done in", stopped: "stopped after" };
  const how = words[status as keyof typeof words] ?? `${status} after`;
  return [of, elapsed === null ? "" : `${how} ${formatClock(elapsed)}`].filter(Boolean).join(" ");
}
