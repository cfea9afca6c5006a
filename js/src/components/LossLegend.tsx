// What the lines of the loss chart are, in words and in the colours of either drawing.
import type { ViewContext } from "../context";
import { formatLoss } from "../lib/format";

export function LossLegend({ context }: { context: ViewContext }) {
  const { store } = context;
  const best = store.history.value.find((row) => row.epoch === store.bestEpoch.value);
  return (
    <>
      <span class="cw-key cw-key-train">train, smoothed</span>
      {store.meta.value.baseline !== null && (
        <>
          <span class="cw-key cw-key-valid">validation</span>
          <span class="cw-key cw-key-mean">predict the mean</span>
        </>
      )}
      {best && (
        <span class="cw-best-words">
          best: {formatLoss(best.valid_loss)}, epoch {best.epoch}
        </span>
      )}
    </>
  );
}
