// What the map gives away: coordinates as a table, and the plot with its axes, labels and colours as a picture.
import { useCopy } from "../../components/copying";
import { TakeAway } from "../../components/TakeAway";
import type { ViewContext } from "../../context";
import { formatShare } from "../../lib/format";
import { mapPicture, mapTable } from "../../lib/pictures/map";
import type { Look } from "../../lib/pictures/picture";
import { fittedOn } from "../../lib/scatter/axes";
import type { Plot } from "../../lib/scatter/plot";
import type { MapState } from "../../lib/scatter/state";
import { keptVariance, noiseEdge } from "../../lib/scatter/words";
import { colourKey, sizeKey } from "./Footer";

/** "pc1"; of a column what may stand in the name of a file. */
function fileName(axis: string | number): string {
  return typeof axis === "number" ? `pc${axis}` : axis.replace(/[^\p{L}\p{N}]+/gu, "-").toLowerCase();
}

interface Props {
  context: ViewContext;
  map: MapState;
  plot: { current: Plot | null };
  facts: string;
}

export function TakeAwayMap({ context, map, plot, facts }: Props) {
  const { store, shared } = context;
  const copy = useCopy();
  const table = (rows: Iterable<number>) => {
    const frame = map.map.peek();
    return frame ? mapTable(store.items.peek(), frame, rows, store.meta.peek().item_name, map.extras()) : [];
  };
  const picked = () => {
    const rows = shared.selection.peek().filter(map.isDrawn);
    return table(rows.length ? rows : map.rows.peek());
  };
  const picture = (look: Look) => {
    const frame = map.map.peek();
    if (!plot.current || !frame) return null;
    const notes = [
      keptVariance(map.components.peek(), frame.explained),
      `Random vectors would keep ${formatShare(noiseEdge(frame))}.`,
      `Fitted on ${fittedOn(frame)}.`,
      "Titles apart in all dimensions can meet here.",
      ...map.missing.peek(),
    ];
    const epoch = map.past.peek()?.epoch ?? +store.snapshotEpoch.peek().toFixed(2);
    const told = { facts: `${facts}, epoch ${epoch}`, key: colourKey(map, store), size: sizeKey(map), notes };
    return mapPicture(plot.current, told, look);
  };
  return (
    <TakeAway
      context={context}
      state={copy}
      name={`map-of-titles-${[map.x.value, map.y.value].map(fileName).join("-")}`}
      shown={picked}
      all={() => table(map.rows.peek())}
      picture={picture}
    />
  );
}
