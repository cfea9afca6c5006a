// The shared "Min ratings": a slider for the usual range, a number for any value. What is dragged is drawn in this
// view at once (`preview`); what is released goes to all.
import { type Signal, useSignal } from "@preact/signals";
import { max } from "d3-array";
import { useMemo } from "preact/hooks";
import { useView } from "../context";
import { NumberField, Slider, setting } from "./fields";

/** Beyond this the slider would be too coarse at its lower end; larger numbers can be typed. */
const SLIDER_END = 200;

export function MinRatings(props: {
  /** The value under a finger that is still down, else null. */
  preview?: Signal<number | null>;
}) {
  const { store, shared } = useView();
  const own = useSignal<number | null>(null);
  const dragged = props.preview ?? own;
  const { minCount } = shared;
  const { counts } = store.items.value;
  const most = useMemo(() => max(counts) || 1, [counts]);
  const value = dragged.value ?? minCount.value;
  const set = (next: number) => {
    minCount.value = next;
    dragged.value = null;
  };
  return (
    <Slider
      label="Min ratings"
      class="cw-min-ratings"
      help="Hide what has fewer ratings"
      min={0}
      max={Math.max(Math.min(SLIDER_END, most), value)}
      step={1}
      value={value}
      onInput={setting(dragged)}
      onChange={set}
    >
      <NumberField
        label="Min ratings"
        hideLabel
        value={value}
        rule={{ min: 0, max: Math.max(most, value), integer: true }}
        onChange={set}
      />
    </Slider>
  );
}
