// What the map is fitted on, how its axes follow from picture to picture, and which titles are named: chosen seldom, and
// so folded away unless a page asks for one of them by name.
import { Choice, NumberField } from "../../components/fields";
import type { MapState } from "../../lib/scatter/state";

interface Props {
  map: MapState;
  has: (name: string) => boolean;
  folded: boolean;
}

export function FitControls({ map, has, folded }: Props) {
  if (!["fit_on", "align", "label_by"].some(has)) return null;
  const fields = (
    <>
      {has("fit_on") && (
        <div class="cw-scatter-medium">
          <Choice
            label="Fitted on"
            help="The titles whose factors decide where the components lie"
            value={map.fitOn.value}
            options={[
              ["min_count", "titles shown"],
              ["all", "all titles"],
              ["top_n", "most rated"],
            ]}
            onChange={(on) => {
              map.fitOn.value = on;
            }}
          />
        </div>
      )}
      {has("fit_on") && map.fitOn.value === "top_n" && (
        <div class="cw-scatter-number">
          <NumberField
            label="Most rated"
            value={map.topN.value}
            rule={{ min: 10, max: 1e9, integer: true }}
            onChange={(n) => {
              map.topN.value = n;
            }}
          />
        </div>
      )}
      {has("align") && (
        <div class="cw-scatter-medium">
          <Choice
            label="Follow"
            help="How the axes of a picture follow those of the one before"
            value={map.align.value}
            options={[
              ["sign", "sign and order"],
              ["procrustes", "turned to fit"],
              ["none", "not at all"],
            ]}
            onChange={(align) => {
              map.align.value = align;
            }}
          />
        </div>
      )}
      {has("label_by") && (
        <div class="cw-scatter-medium">
          <Choice
            label="Name"
            help="Which titles are named in the map"
            value={map.labelBy.value}
            options={[
              ["auto", "ends and most rated"],
              ["count", "most rated"],
              ["extremes", "ends of the axes"],
              ["selection", "selected"],
              ["none", "none"],
            ]}
            onChange={(by) => {
              map.labelBy.value = by;
            }}
          />
        </div>
      )}
    </>
  );
  return folded ? (
    <details class="cw-scatter-settings">
      <summary>More</summary>
      <div class="cw-scatter-bar">{fields}</div>
    </details>
  ) : (
    fields
  );
}
