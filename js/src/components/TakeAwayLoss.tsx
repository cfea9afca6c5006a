// What the training panel gives away: its epochs as a table, and the loss chart, whichever one the page shows.
import type { ViewContext } from "../context";
import { smooth } from "../lib/curve";
import { plural } from "../lib/format";
import type { XAxis, YScale } from "../lib/losschart";
import { lossPicture } from "../lib/pictures/loss";
import { drawnRuns } from "../lib/runs";
import { useCopy } from "./copying";
import { epochCells } from "./EpochTable";
import { TakeAway } from "./TakeAway";

export function TakeAwayLoss({ context }: { context: ViewContext }) {
  const { store } = context;
  const copy = useCopy();
  const cells = () => epochCells(store.history.value);
  const facts = () => {
    const smoothing = context.trait<number>("smoothing").value ?? 0.6;
    const [xAxis, yScale] = [context.trait<XAxis>("x_axis").value, context.trait<YScale>("y_scale").value];
    const visible = context.trait<number[]>("visible_runs").value ?? [];
    const earlier = drawnRuns(store.earlierRuns.value, visible, smoothing);
    const smoothed = smooth(store.curve.value, smoothing);
    return {
      curve: store.curve.value,
      smoothed,
      history: store.history.value,
      bestEpoch: store.bestEpoch.value,
      meta: store.meta.value,
      recipe: store.recipe.value,
      status: store.status.value,
      xAxis: xAxis ?? "epoch",
      yScale: yScale ?? "linear",
      earlier,
    };
  };
  const words = `${store.meta.value.model}, ${plural(store.history.value.length, "epoch")}`;
  return (
    <footer class="cw-foot">
      <TakeAway
        context={context}
        state={copy}
        name="epochs"
        shown={cells}
        all={cells}
        empty={store.history.value.length > 0 ? null : "No epoch has ended yet"}
        picture={(look) => lossPicture(facts(), look, words)}
      />
    </footer>
  );
}
