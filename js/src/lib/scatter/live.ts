// What the map draws, as one value: the parts of one message change together, before the next animation frame.
import { effect, type ReadonlySignal, signal } from "@preact/signals";
import type { ViewContext } from "../../context";
import type { OtherMap } from "../../protocol";
import { onTraits } from "../bound";
import { onAbort } from "../lifetime";
import { readArray } from "../wire";
import { type MapFrame, mapFrame } from "./frame";

export interface Live {
  map: MapFrame | null;
  /** Raw, by row. */
  itemBias: Float32Array | null;
  /** The map is of random weights. */
  untrained: boolean;
  training: boolean;
  run: number;
}

export function liveMap(context: ViewContext): ReadonlySignal<Live> {
  const { store, signal: abort } = context;
  const own = ownMap(context);
  const read = (): Live => ({
    map: own.value ?? store.map.value,
    itemBias: store.itemBias.value,
    untrained: store.status.value === "untrained" || store.snapshotEpoch.value === 0,
    training: store.status.value === "training",
    run: store.run.value,
  });
  const live = signal<Live>(read());
  let queued = false;
  const stop = effect(() => {
    read();
    if (queued) return;
    queued = true;
    // The store applies the parts of a message one microtask each: this one comes after them.
    queueMicrotask(() => {
      queued = false;
      if (!abort.aborted) live.value = read();
    });
  });
  onAbort(abort, stop);
  return live;
}

/** The map fitted for this view alone; null while it shows the store's. */
function ownMap({ model, store, signal: abort }: ViewContext): ReadonlySignal<MapFrame | null> {
  const read = (before: MapFrame | null) => {
    const own = (model.get("_map") ?? {}) as Partial<OtherMap>;
    if (!own.map) return null;
    return mapFrame(own as OtherMap, readArray(model, "_map_scores"), store.items.peek().n, before);
  };
  const shown = signal<MapFrame | null>(read(null));
  onTraits(model, ["_map", "_map_scores"], abort, () => {
    shown.value = read(shown.peek());
  });
  return shown;
}
