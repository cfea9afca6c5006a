// What the map gives away: coordinates as a table, and the plot as it is on the page.
import { useCopy } from "../../components/copying";
import { TakeAway } from "../../components/TakeAway";
import type { ViewContext } from "../../context";
import { canvasPng, fileStem, printRatio } from "../../lib/files";
import type { Plot } from "../../lib/scatter/plot";
import type { MapState } from "../../lib/scatter/state";
import { mapTable } from "../../lib/scatter/table";

/** "pc1"; of a column what may stand in the name of a file. */
function fileName(axis: string | number): string {
  return typeof axis === "number" ? `pc${axis}` : fileStem(axis);
}

interface Props {
  context: ViewContext;
  map: MapState;
  plot: { current: Plot | null };
}

export function TakeAwayMap({ context, map, plot }: Props) {
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
  const png = async () => {
    const picture = plot.current?.picture(printRatio());
    return picture ? canvasPng(picture) : null;
  };
  return (
    <TakeAway
      context={context}
      state={copy}
      name={`map-of-titles-${[map.x.value, map.y.value].map(fileName).join("-")}`}
      shown={picked}
      all={() => table(map.rows.peek())}
      picture={{ png: context.shows("png") ? png : undefined }}
    />
  );
}
