// The loss chart, what it means and how it is drawn.
import { type Signal, useComputed } from "@preact/signals";
import type { RefObject } from "preact";
import { useControls, words } from "../../components/controls";
import { type Option, Slider, setting } from "../../components/fields";
import { Why } from "../../components/Why";
import { useView } from "../../context";
import { smooth } from "../../lib/loss/curve";
import type { LossFacts } from "../../lib/loss/layout";
import { drawnRuns } from "../../lib/loss/runs";
import type { XAxis, YScale } from "../../lib/loss/scales";
import { GAP, NOT_IN_THE_LOSS } from "../../lib/wording";
import { LossChart } from "./LossChart";

const X_AXES: readonly Option<XAxis>[] = [
  ["epoch", "epoch"],
  ["step", "batch"],
  ["time", "time"],
];
const Y_SCALES = words<YScale>("linear", "log");

interface OptionsProps {
  /** The smoothing under a finger that is still down, else null. */
  held: Signal<number | null>;
}

interface ChartProps extends OptionsProps {
  drawing: RefObject<SVGSVGElement | null>;
}

export function Chart({ drawing, held }: ChartProps) {
  const { store, trait } = useView();
  const smoothing = trait<number>("smoothing");
  const seen = useComputed(() => held.value ?? smoothing.value);
  const visible = trait<number[]>("visible_runs");
  const smoothed = useComputed(() => smooth(store.curve.value, seen.value));
  const earlier = useComputed(() => drawnRuns(store.earlierRuns.value, visible.value ?? [], seen.value));
  const facts: LossFacts = {
    curve: store.curve.value,
    smoothed: smoothed.value,
    history: store.history.value,
    bestEpoch: store.best_epoch.value,
    meta: store.data.value,
    recipe: store.recipe.value,
    status: store.status.value,
    xAxis: trait<XAxis>("x_axis").value,
    yScale: trait<YScale>("y_scale").value,
    earlier: earlier.value,
  };
  return (
    <div class="cw-stack cw-chart-block">
      <LossChart facts={facts} drawing={drawing} />
      <div class="cw-flow cw-small">
        {GAP} <Why>{NOT_IN_THE_LOSS}</Why>
      </div>
    </div>
  );
}

/** How the loss is drawn. */
export function ChartOptions({ held }: OptionsProps) {
  const { trait, shows } = useView();
  const smoothing = trait<number>("smoothing");
  const { choice } = useControls();
  return (
    <>
      {choice("x_axis", "Loss over", X_AXES)}
      {choice("y_scale", "Scale", Y_SCALES)}
      {shows("smoothing") && (
        <Slider
          label="Smoothing"
          help="Of the training curve; the faint line is the raw loss of each batch"
          min={0}
          max={0.99}
          step={0.01}
          value={held.value ?? smoothing.value}
          text={(value) => value.toFixed(2)}
          onInput={setting(held)}
          onChange={(value) => {
            held.value = null;
            smoothing.value = value;
          }}
        />
      )}
    </>
  );
}
