// What the map is fitted on and which titles are named: chosen seldom, and so folded away unless a page asks for one of
// them by name.
import type { Signal } from "@preact/signals";
import { Choice, NumberField } from "../../components/fields";
import type { MapState } from "../../lib/scatter/state";

interface Props {
  map: MapState;
  has: (name: string) => boolean;
  /** There is no kernel that could fit again. */
  gone: boolean;
  folded: boolean;
}

export const GONE = "Needs the kernel, which is not connected";

type Options = readonly (readonly [value: string, text: string])[];

const FIT: Options = [
  ["min_count", "titles shown"],
  ["all", "all titles"],
  ["top_n", "most rated"],
];
const LABELS: Options = [
  ["auto", "ends, most rated"],
  ["count", "most rated"],
  ["extremes", "ends of the axes"],
  ["selection", "selected"],
  ["none", "none"],
];

export function FitControls({ map, has, gone, folded }: Props) {
  if (!["fit_on", "label_by"].some(has)) return null;
  const choice = (trait: Signal<string>, label: string, help: string, options: Options, disabled = gone) => (
    <div class="cw-scatter-medium">
      <Choice
        label={label}
        help={disabled ? GONE : help}
        disabled={disabled}
        value={trait.value}
        options={options}
        onChange={(chosen) => {
          trait.value = chosen;
        }}
      />
    </div>
  );
  const fields = (
    <>
      {has("fit_on") && choice(map.fitOn, "Fitted on", "Titles that decide where the components lie", FIT)}
      {has("fit_on") && map.fitOn.value === "top_n" && (
        <div class="cw-scatter-number">
          <NumberField
            label="Most rated"
            value={map.topN.value}
            rule={{ min: 10, max: 1e9, integer: true }}
            lock={gone ? ["", GONE] : null}
            onChange={(n) => {
              map.topN.value = n;
            }}
          />
        </div>
      )}
      {has("label_by") && choice(map.labelBy, "Named", "Which titles are named", LABELS, false)}
    </>
  );
  return folded ? (
    <details class="cw-scatter-settings cw-scatter-more">
      <summary>More</summary>
      <div class="cw-scatter-bar">{fields}</div>
    </details>
  ) : (
    fields
  );
}
