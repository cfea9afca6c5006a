// The map's controls: which components, what colours and sizes mean, the tool, how many labels, the filter.
import type { Signal } from "@preact/signals";
import { Button } from "../../components/Button";
import { Checkbox, Choice, NumberField, type Option, RadioGroup, setting } from "../../components/fields";
import { Keys, type KeyWords } from "../../components/Keys";
import { MinRatings } from "../../components/MinRatings";
import type { ViewContext } from "../../context";
import { type AxisChoice, numberOptions } from "../../lib/scatter/axes";
import type { MapState } from "../../lib/scatter/state";
import { axisName } from "../../lib/scatter/words";

const GONE = "Needs the kernel, which is not connected";
const FIT: readonly Option<string>[] = [
  ["min_count", "titles shown"],
  ["all", "all titles"],
  ["top_n", "most rated"],
];
const LABELS: readonly Option<string>[] = [
  ["auto", "ends, most rated"],
  ["count", "most rated"],
  ["extremes", "ends of the axes"],
  ["selection", "selected"],
  ["none", "none"],
];
const KEYS: KeyWords = [
  ["Arrows", "next title there"],
  ["Home", "title in the middle"],
  ["N, P", "its true neighbours, or those near"],
  ["Enter", "explore it"],
  ["Space", "select it"],
  ["L", "its label on or off"],
  ["+ − 0", "closer, further, all"],
  ["?", "settings and this list"],
  ["Escape", "close, clear, leave"],
];

interface Props {
  context: ViewContext;
  map: MapState;
}

/** The axes and what the colours mean. */
export function Controls({ context, map }: Props) {
  const has = context.shows;
  return (
    <>
      {has("x") && <Axis axis="x" map={map} />}
      {has("y") && <Axis axis="y" map={map} />}
      {has("color_by") &&
        choice("Colour", map.colorBy, [...numberOptions(map.ownColumns.value, true), ["none", "none"]])}
    </>
  );
}

/** What is chosen seldom: sizes, tool, labels, lines, filter, what the map is fitted on; and the keys. */
export function Settings({ context, map }: Props) {
  const has = context.shows;
  const gone = context.store.connection.value === "disconnected";
  return (
    <>
      {has("size_by") &&
        choice("Size", map.sizeBy, [...numberOptions(map.ownColumns.value, false), ["none", "none"]])}
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
          onChange={setting(map.tool)}
        />
      )}
      {has("n_labels") && number("Labels", map.nLabels, 0, 200, "Titles named beside their points")}
      {has("label_by") && choice("Named", map.labelBy, LABELS, "Which titles are named")}
      {has("fit_on") &&
        choice("Fitted on", map.fitOn, FIT, "Titles that decide where the components lie", gone)}
      {has("fit_on") &&
        map.fitOn.value === "top_n" &&
        number("Most rated", map.topN, 10, 1e9, "Titles it is fitted on", gone)}
      {has("min_count") && <MinRatings context={context} />}
      {has("show_neighbors") &&
        check("True neighbours", map.showNeighbors, "Lines to the nearest in all dimensions", gone)}
      {has("k") &&
        map.showNeighbors.value &&
        number("Neighbours", map.k, 1, 100, "True neighbours of a title", gone)}
      {has("flip") && (
        <>
          <Flip side="horizontal" choice={map.x.value} flipped={map.flipX} />
          <Flip side="vertical" choice={map.y.value} flipped={map.flipY} />
        </>
      )}
      {has("help") && <Keys label="Keys of the map" list={KEYS} />}
    </>
  );
}

function choice<T extends string>(
  label: string,
  trait: Signal<T>,
  options: readonly Option<T>[],
  help?: string,
  gone = false,
) {
  return (
    <Choice
      label={label}
      value={trait.value}
      options={options}
      help={gone ? GONE : help}
      disabled={gone}
      onChange={setting(trait)}
    />
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
      onChange={setting(on)}
    />
  );
}

function number(label: string, trait: Signal<number>, min: number, max: number, help: string, gone = false) {
  return (
    <NumberField
      label={label}
      value={trait.value}
      rule={{ min, max, integer: true }}
      help={help}
      lock={gone ? ["", GONE] : null}
      onChange={setting(trait)}
    />
  );
}

function Flip({ side, choice, flipped }: { side: string; choice: AxisChoice; flipped: Signal<boolean> }) {
  return (
    <Button
      label={`Flip ${side} axis`}
      title={`Flip the ${side} axis${typeof choice === "number" ? ": its direction means nothing" : ""}`}
      pressed={flipped.value}
      onClick={() => {
        flipped.value = !flipped.value;
      }}
    />
  );
}

function Axis({ axis, map }: { axis: "x" | "y"; map: MapState }) {
  const frame = map.map.value;
  const components = Array.from(
    { length: frame?.m ?? 1 },
    (_, i) => [`#${i + 1}`, axisName(i + 1, frame?.explained_variance ?? [])] as const,
  );
  const numbers = numberOptions(map.ownColumns.value, false).map(
    ([name, words]) => [`=${name}`, words] as const,
  );
  return (
    <Choice
      label={axis === "x" ? "Horizontal axis" : "Vertical axis"}
      value={keyOf((axis === "x" ? map.x : map.y).value)}
      options={[...components, ...numbers]}
      onChange={(key) => map.setAxis(axis, key[0] === "#" ? Number(key.slice(1)) : key.slice(1))}
    />
  );
}

/** As an option of a select: a column may be called "1". */
function keyOf(choice: AxisChoice): string {
  return typeof choice === "number" ? `#${choice}` : `=${choice}`;
}
