// The map's controls: which components, what colours and sizes mean, the tool, how many labels, the filter.
import type { Signal } from "@preact/signals";
import { Button } from "../../components/Button";
import { useControls } from "../../components/controls";
import { Choice, type Option, setTo } from "../../components/fields";
import { Keys, type KeyWords } from "../../components/Keys";
import { MinRatings } from "../../components/MinRatings";
import { useQuiet } from "../../components/quiet";
import { SearchField } from "../../components/SearchField";
import { useView } from "../../context";
import { type AxisChoice, numberOptions } from "../../lib/scatter/axes";
import type { MapState } from "../../lib/scatter/state";
import { axisName } from "../../lib/scatter/words";
import type { One } from "../../lib/wording";

const GONE = "Needs the kernel, which is not connected";
const TOOLS: readonly Option<string>[] = [
  ["point", "Point"],
  ["box", "Box"],
  ["lasso", "Lasso"],
  ["pan", "Pan"],
];
const fits = (one: One): readonly Option<string>[] => [
  ["min_count", `${one}s shown`],
  ["all", `all ${one}s`],
  ["top_n", "most rated"],
];
const LABELS: readonly Option<string>[] = [
  ["auto", "ends, most rated"],
  ["count", "most rated"],
  ["extremes", "ends of the axes"],
  ["selection", "selected"],
  ["none", "none"],
];
const keys = (one: One): KeyWords => [
  ["Arrows", `next ${one} there`],
  ["Home", `${one} in the middle`],
  ["N, P", "its true neighbours, or those near"],
  ["Enter", "explore it"],
  ["Space", "select it"],
  ["L", "its label on or off"],
  ["+ − 0", "closer, further, all"],
  ["?", "settings and this list"],
  ["Escape", "close, clear, leave"],
];

/** What a colour or a size can stand for. */
const marks = (map: MapState, coloured: boolean): Option<string>[] => [
  ...numberOptions(map.ownColumns.value, coloured, map.one),
  ["none", "none"],
];

/** The search, where no linked table has one; the axes and what the colours mean. */
export function Controls({ map }: { map: MapState }) {
  const { shared, shows } = useView();
  const { choice } = useControls();
  const text = useQuiet(shared.query);
  return (
    <>
      {map.one === "user" && shows("search") && <SearchField name="Search users" text={text} />}
      {shows("x") && <Axis axis="x" map={map} />}
      {shows("y") && <Axis axis="y" map={map} />}
      {choice("color_by", "Colour", marks(map, true))}
    </>
  );
}

/** What is chosen seldom: sizes, tool, labels, lines, filter, what the map is fitted on; and the keys. */
export function Settings({ map }: { map: MapState }) {
  const { shows: has, trait, store } = useView();
  const { choice, radio, number, check } = useControls();
  const reason = store.connection.value === "disconnected" && GONE;
  return (
    <>
      {choice("size_by", "Size", marks(map, false))}
      {radio("tool", "Tool", TOOLS, { help: "What a drag does; with Shift it selects, and adds" })}
      {number("n_labels", "Labels", 0, 200, { help: "How many are named beside their points" })}
      {choice("label_by", "Named", LABELS, { help: "Which are named" })}
      {choice("fit_on", "Fitted on", fits(map.one), {
        help: "Which decide where the components lie",
        reason,
      })}
      {trait<string>("fit_on").value === "top_n" &&
        number("top_n", "Most rated", 10, 1e9, { help: "How many it is fitted on", reason })}
      {has("min_count") && <MinRatings />}
      {map.hasCold.value &&
        check("show_cold", "Show titles without ratings", { help: "Where their side columns place them" })}
      {check("show_neighbors", "True neighbours", { help: "Lines to the nearest in all dimensions", reason })}
      {trait<boolean>("show_neighbors").value &&
        number("k", "Neighbours", 1, 100, { help: "How many true neighbours", reason })}
      {has("flip") && (
        <>
          <Flip side="horizontal" choice={map.x.value} flipped={trait("flip_x")} />
          <Flip side="vertical" choice={map.y.value} flipped={trait("flip_y")} />
        </>
      )}
      {has("help") && <Keys label="Keys of the map" list={keys(map.one)} />}
    </>
  );
}

function Flip({ side, choice, flipped }: { side: string; choice: AxisChoice; flipped: Signal<boolean> }) {
  return (
    <Button
      label={`Flip ${side} axis`}
      title={`Flip the ${side} axis${typeof choice === "number" ? ": its direction means nothing" : ""}`}
      pressed={flipped.value}
      onClick={setTo(flipped, !flipped.value)}
    />
  );
}

function Axis({ axis, map }: { axis: "x" | "y"; map: MapState }) {
  const frame = map.map.value;
  const components = Array.from(
    { length: frame?.m ?? 1 },
    (_, i) => [`#${i + 1}`, axisName(i + 1, frame?.explained_variance ?? [])] as const,
  );
  const numbers = numberOptions(map.ownColumns.value, false, map.one).map(
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
