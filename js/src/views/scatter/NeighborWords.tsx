// How far the map leads astray: the true neighbours of the explored title that it does not show as near.
import { Why } from "../../components/Why";
import type { ViewContext } from "../../context";
import type { MapState } from "../../lib/scatter/state";

export function NeighborWords({ context, map }: { context: ViewContext; map: MapState }) {
  const { store, shared } = context;
  if (!map.showNeighbors.value || map.untrained.value) return null;
  const primary = shared.primary.value;
  if (primary === null) return <p>Choose a {map.one} to see lines to its true neighbours.</p>;
  const words = map.farWords.value;
  if (!words) {
    const gone = store.connection.value === "disconnected";
    return gone ? <p>True neighbours need the kernel.</p> : null;
  }
  return (
    <div>
      <span>
        {store.items.value.names.at(primary)}: {words}
        {map.past.value && " They are those of the newest epoch."}
      </span>{" "}
      <Why>
        The nearest by cosine in all dimensions, as the neighbour search finds them. Far is what is not among
        the nearest tenth of the {map.one}s on the map, or the nearest {map.k.value} if that is more.
      </Why>
    </div>
  );
}
