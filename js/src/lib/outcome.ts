// What has become of the last fit, in one clause.
import { formatClock, formatNumber } from "./format";
import type { Situation } from "./wording";

/** "epoch 5/5 done in 00:41"; nothing before the first training. */
export function outcome({ status, epoch, epochs, progress, elapsed }: Situation): string {
  if (epoch <= 0) return "";
  const done = progress * epochs;
  const words: Record<string, string> = {
    ready: "done in",
    stopped: "stopped after",
    paused: "paused after",
  };
  const time = elapsed === null ? "" : `${words[status] ?? "after"} ${formatClock(elapsed)}`;
  return `epoch ${formatNumber(done, Number.isInteger(done) ? 0 : 1)}/${epochs} ${time}`.trim();
}
