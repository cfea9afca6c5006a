// The map's controls: which components, what colours and sizes mean, the tool, how many labels, the filter.
import type { Signal } from "@preact/signals";
import { Button } from "../../components/Button";
import { Checkbox, Choice, NumberField, RadioGroup } from "../../components/fields";
import { MinRatings } from "../../components/MinRatings";
import type { ViewContext } from "../../context";
import { type AxisChoice, numberOptions } from "../../lib/scatter/axes";
import type { MapState } from "../../lib/scatter/state";
import { axisName } from "../../lib/scatter/words";
import { FitControls, GONE } from "./FitControls";

interface Props {
  context: ViewContext;
  map: MapState;
  /** The widget is to be lower than it would be by itself. */
  low: boolean;
}

export function Controls({ context, map, low }: Props) {
  const has = context.shows;
  const narrow = context.width.value < 420 || low;
  const gone = context.store.connection.value === "disconnected";
  const settings = (
    <>
      {has("color_by") && (
        <div class="cw-scatter-short">
          <Choice
            label="Colour"
            value={map.colorBy.value}
            options={[...numberOptions(map.ownColumns.value, true), ["none", "none"]]}
            onChange={(by) => {
              map.colorBy.value = by;
            }}
          />
        </div>
      )}
      {has("size_by") && (
        <div class="cw-scatter-short">
          <Choice
            label="Size"
            value={map.sizeBy.value}
            options={[...numberOptions(map.ownColumns.value, false), ["none", "none"]]}
            onChange={(by) => {
              map.sizeBy.value = by;
            }}
          />
        </div>
      )}
      {has("tool") && (
        <RadioGroup
          label="Tool"
          value={map.tool.value}
          options={[
            ["point", "Point"],
            ["box", "Box"],
            ["lasso", "Lasso"],
            ["pan", "Pan"],
          ]}
          help="What a drag does; with Shift it selects, and adds"
          onChange={(tool) => {
            map.tool.value = tool;
          }}
        />
      )}
      {has("n_labels") && number("Labels", map.nLabels, 0, 200, "Titles named beside their points")}
      {has("show_neighbors") &&
        check("True neighbours", map.showNeighbors, "Lines to the nearest in all dimensions", gone)}
      {has("k") &&
        map.showNeighbors.value &&
        number("Neighbours", map.k, 1, 100, "True neighbours of a title", gone)}
      {has("min_count") && (
        <div class="cw-scatter-range">
          <MinRatings context={context} />
        </div>
      )}
      <FitControls map={map} has={has} gone={gone} folded={!narrow && !context.trait("controls").value} />
    </>
  );
  return (
    <div class="cw-scatter-bar">
      {has("x") && <Axis axis="x" map={map} flip={has("flip")} />}
      {has("y") && <Axis axis="y" map={map} flip={has("flip")} />}
      {narrow ? (
        <details class="cw-scatter-settings">
          <summary>Settings</summary>
          <div class="cw-scatter-bar">{settings}</div>
        </details>
      ) : (
        settings
      )}
    </div>
  );
}

/** Without a kernel what is on can only be taken away. */
function check(label: string, on: Signal<boolean>, help: string, gone: boolean) {
  const locked = gone && !on.value;
  return (
    <Checkbox
      label={label}
      checked={on.value}
      disabled={locked}
      help={locked ? GONE : help}
      onChange={(checked) => {
        on.value = checked;
      }}
    />
  );
}

function number(label: string, trait: Signal<number>, min: number, max: number, help: string, gone = false) {
  return (
    <div class="cw-scatter-number">
      <NumberField
        label={label}
        value={trait.value}
        rule={{ min, max, integer: true }}
        help={help}
        lock={gone ? ["", GONE] : null}
        onChange={(n) => {
          trait.value = n;
        }}
      />
    </div>
  );
}

function Axis({ axis, map, flip }: { axis: "x" | "y"; map: MapState; flip: boolean }) {
  const frame = map.map.value;
  const side = axis === "x" ? "horizontal" : "vertical";
  const flipped = axis === "x" ? map.flipX : map.flipY;
  const choice = (axis === "x" ? map.x : map.y).value;
  const components = Array.from(
    { length: frame?.m ?? 1 },
    (_, i) => [`#${i + 1}`, axisName(i + 1, frame?.explained ?? [])] as const,
  );
  const numbers = numberOptions(map.ownColumns.value, false).map(
    ([name, words]) => [`=${name}`, words] as const,
  );
  return (
    <div class="cw-scatter-axis">
      <Choice
        label={axis === "x" ? "Horizontal axis" : "Vertical axis"}
        value={keyOf(choice)}
        options={[...components, ...numbers]}
        onChange={(key) => map.setAxis(axis, key[0] === "#" ? Number(key.slice(1)) : key.slice(1))}
      />
      {flip && (
        <Button
          label={`Flip ${side} axis`}
          title={`Flip the ${side} axis${typeof choice === "number" ? ": its direction means nothing" : ""}`}
          text={axis === "x" ? "⇄" : "⇅"}
          pressed={flipped.value}
          onClick={() => {
            flipped.value = !flipped.value;
          }}
        />
      )}
    </div>
  );
}

/** As an option of a select: a column may be called "1". */
function keyOf(choice: AxisChoice): string {
  return typeof choice === "number" ? `#${choice}` : `=${choice}`;
}
